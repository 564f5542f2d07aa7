"""Prints what owners of each fleet would be told, by the rules and by plainer ones, beside what is true."""

import argparse
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import quantiles
from typing import Final

from bench.fleet.messages.tellers import (
    Acknowledged,
    AtOnce,
    RemindingEvery4Hours,
    Rules,
    Teller,
    WithoutQuiet,
    WithoutWaiting,
    WorseEachTime,
    recipient_of,
)
from bench.fleet.messages.timeline import Change, changes_of
from bench.fleet.messages.truth import Heard, Reader
from bench.fleet.servers import START, moment_of
from bench.fleet.variants import VARIANTS, Variant
from bench.fleet.world import WEEK, Breach, joined
from contract.folder_key import folder_key
from contract.messages import MessageKind
from handlers.messages.message import Recipient
from handlers.messages.situation import Situation

AN_OWNER: Final = 3
"""Senders of one owner: twelve folders."""
FLEETS: Final = (
    "hourly stock script",
    "hourly heartbeats",
    "every 15 minutes, sends lists",
)
TELLERS: Final[Mapping[str, Callable[[Recipient], Teller]]] = {
    "these rules": Rules,
    "the same, acknowledged after 20 minutes": Acknowledged,
    "a message for each beginning and end, at once": AtOnce,
    "worse each time it doubles": WorseEachTime,
    "without the two minutes": WithoutWaiting,
    "a reminder every four hours": RemindingEvery4Hours,
    "quiet called cleared": WithoutQuiet,
}
_IDLE: Final = timedelta(minutes=10)
"""How long a sweep is left out where nothing changed and nothing waits: reminders are as exact as this."""


@dataclass(frozen=True)
class Owned:
    """What belongs to one owner: all that is known of it from change to change, and what is true."""

    name: str
    changes: Sequence[Change]
    truth: Mapping[tuple[str, str], Sequence[Breach]]
    """By sender and folder key."""


def owned(variant: Variant, seed: int, length: float) -> Iterator[Owned]:
    """A fleet, three senders to an owner."""
    chance = random.Random(f"{variant.name}{seed}")  # noqa: S311 - a simulation
    accounts = list(variant.senders(chance, length))
    for first in range(0, len(accounts), AN_OWNER):
        owner = f"owner {first // AN_OWNER}"
        truth: dict[tuple[str, str], list[Breach]] = {}
        changes: list[Change] = []
        for number, servers in enumerate(accounts[first : first + AN_OWNER], start=first):
            runs = [run for server in servers for run in server.runs(chance, str(number), length)]
            changes += changes_of(runs, variant.settings, owner, moment_of(length))
            for server in servers:
                for folder in server.folders:
                    truth.setdefault((str(number), folder_key(folder.path)), []).extend(folder.breaches)
        changes.sort(key=lambda one: one.at)
        yield Owned(owner, changes, {key: joined(breaches) for key, breaches in truth.items()})


def heard(fleet: Sequence[Owned], teller: Callable[[Recipient], Teller], length: float) -> Heard:
    """What the owners of a fleet are told."""
    count = Heard(days=length / (24 * 60) * len(fleet))
    for owner in fleet:
        _play(owner.changes, teller(recipient_of(owner.name)), Reader(count, owner.truth), length)
    return count


def _play(changes: Sequence[Change], teller: Teller, reader: Reader, length: float) -> None:
    """Sweeps a minute apart, but where nothing can come of it."""
    waiting = list(reversed(changes))
    situation, now, end = Situation(now=START), START, moment_of(length)
    while now < end:
        changed = False
        while waiting and waiting[-1].at <= now:
            situation = _changed(situation, waiting.pop(), reader)
            changed = True
        situation = replace(situation, now=now)
        asked = teller.asks_for()
        seen = {key: one for key, one in situation.incidents.items() if one.live or key in asked}
        situation = replace(situation, incidents=seen)
        messages = teller.tell(situation)
        reader.read(messages, now)
        step = timedelta(minutes=1) if changed or messages or teller.waits else _IDLE
        if waiting:
            minutes = -(-(waiting[-1].at - now) // timedelta(minutes=1))
            step = min(step, max(minutes, 1) * timedelta(minutes=1))
        now += step
    reader.close(end)


def _changed(situation: Situation, change: Change, reader: Reader) -> Situation:
    for incident in change.incidents:
        reader.know(incident, change.at)
    return replace(
        situation,
        incidents={**situation.incidents, **{one.incident_id: one for one in change.incidents}},
        senders={**situation.senders, change.sender.key: change.sender},
    )


COLUMNS: Final[tuple[tuple[str, Callable[[Heard], str]], ...]] = (
    ("messages, owner and day", lambda one: f"{one.a_day:.1f}"),
    ("of these worse, reminders", lambda one: _share(one, MessageKind.WORSE, MessageKind.REMINDER)),
    ("told of a breach after, median / p95", lambda one: _both(one.to_begin)),
    ("of its end after, median / p95", lambda one: _both(one.to_end)),
    ("told of, and over already", lambda one: f"{one.over_already:,} of {len(one.to_begin):,}"),
    (
        "\N{LEFT DOUBLE QUOTATION MARK}cleared\N{RIGHT DOUBLE QUOTATION MARK}, and stuck",
        lambda one: f"{one.false_clearings:,} of {one.lines.get(MessageKind.CLEARED, 0):,}",
    ),
    (
        "never told / no end told / an end alone",
        lambda one: f"{one.never_told} / {one.never_ended} / {one.ends_alone}",
    ),
)


def _share(heard: Heard, *kinds: MessageKind) -> str:
    return " / ".join(f"{heard.lines.get(kind, 0) / heard.days:.1f}" for kind in kinds)


def _both(minutes: Sequence[float]) -> str:
    if len(minutes) < 2:
        return "none"
    percentiles = quantiles(minutes, n=100)
    return f"{percentiles[49]:.0f} / {percentiles[94]:.0f} min"


def rows(fleets: Iterable[str], seed: int, weeks: float) -> Iterator[list[str]]:
    """A row for each fleet and way to tell."""
    for variant in (one for name in fleets for one in VARIANTS if one.name == name):
        fleet = list(owned(variant, seed, weeks * WEEK))
        for name, teller in TELLERS.items():
            result = heard(fleet, teller, weeks * WEEK)
            yield [variant.name, name, *(shown(result) for _, shown in COLUMNS)]


def main() -> None:
    """One row a fleet and way to tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=float, default=3)
    parser.add_argument("--fleet", action="append", choices=[variant.name for variant in VARIANTS])
    options = parser.parse_args()
    print("| fleet | told by | " + " | ".join(name for name, _ in COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    for row in rows(options.fleet or FLEETS, options.seed, options.weeks):
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
