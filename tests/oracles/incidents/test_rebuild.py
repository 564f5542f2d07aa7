"""A rebuild from the runs that are still kept gives what a projection has that saw them all."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from handlers.incidents.projection import advance, keep_known, replay
from handlers.incidents.timing import LOOK_BACK
from store.incidents import Incident
from store.runs import Run
from tests.oracles.incidents.playing import listing, run, stuck

KEPT = timedelta(days=35)
WEEKS = 9
FOLDERS = [f"D:\\In\\{letter}" for letter in "ABCD"]


def _report(way: str, chance: random.Random) -> Iterator[Run]:
    """Hourly runs of one server: folders get stuck for some hours, runs are lost, nights are silent."""
    until: dict[str, float] = {}
    for hour in range(24 * 7 * WEEKS):
        for folder in FOLDERS:
            if folder not in until and chance.random() < 0.01:
                until[folder] = hour + chance.choice([1, 3, 8, 30])
            elif folder in until and until[folder] < hour:
                del until[folder]
        if chance.random() < 0.02 or (hour // 24 % 9 == 5 and hour % 24 < 6):
            continue
        breaches = [stuck(folder, f"{end}", created=end - 40) for folder, end in until.items()]
        if way == "lists":
            unread = FOLDERS[:1] if chance.random() < 0.02 and FOLDERS[0] not in until else []
            others = [folder for folder in FOLDERS if folder not in {*until, *unread}]
            yield listing(hour, others, *breaches, errors=unread)
        elif breaches or way == "heartbeats":
            yield run(hour, *breaches)


@pytest.mark.parametrize("way", ["stock", "heartbeats", "lists"])
@pytest.mark.parametrize("seed", range(3))
def test_a_rebuild_from_the_runs_that_are_kept_gives_what_a_live_projection_has(way: str, seed: int) -> None:
    runs = list(_report(way, random.Random(seed)))
    now = runs[-1].moment
    rest = [one for one in runs if now - one.moment <= KEPT]
    before = replay(one for one in runs if now - one.moment > KEPT)
    assert before.state.sender is not None
    live = replay(runs)
    anew = keep_known(live.incidents, replay(rest, regular_at=before.state.sender.regular_at), rest[0].moment)
    since = rest[0].moment + LOOK_BACK
    ids = [{one.incident_id for one in some.incidents if one.opened.at >= since} for some in (live, anew)]
    assert ids[0]
    assert ids[0] == ids[1]
    states = [advance(one.state, now + timedelta(days=9)).state for one in (live, anew)]
    assert _recent(states[0].incidents, since) == _recent(states[1].incidents, since)
    assert states[0].sender is not None
    assert states[1].sender is not None
    # When it first came, and since when it is so, is not in the runs that are kept.
    same = replace(
        states[1].sender, up_since=states[0].sender.up_since, kind_since=states[0].sender.kind_since
    )
    assert replace(same, state_since=states[0].sender.state_since) == states[0].sender


def _recent(incidents: Mapping[str, Incident], since: datetime) -> dict[str, Incident]:
    return {key: one for key, one in incidents.items() if one.opened.at >= since}
