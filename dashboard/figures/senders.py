"""Every sender that is known: state, interval and warnings in words, and the overview's sums."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from contract.answers import LOST_LETTER, UTF8_HINT
from contract.moments import format_duration
from contract.words import SenderKind, SenderState
from dashboard.figures.incidents import Live, overdue_minutes
from store.senders import Fleet, RefusedReport, Sender

_ORDER: Final = (SenderState.SILENT, SenderState.LATE, None, SenderState.UP, SenderState.PAUSED)
"""`None` stands for those whose last report was refused, and that are neither silent nor late."""


@dataclass(frozen=True)
class SenderRow:
    """One sender: itself, its last refused report, or both."""

    key: str
    sender: Sender | None
    refusal: RefusedReport | None
    refused: bool
    """Whether nothing was taken of it since that report was refused."""

    @property
    def name(self) -> str:
        """What the screen calls it."""
        known = self.sender or self.refusal
        return known.name if known else self.key


def list_senders(fleet: Fleet) -> list[SenderRow]:
    """Silent ones first, then late, refused, up and paused ones; the retired last."""
    senders = {one.key: one for one in fleet.senders}
    known = (
        SenderRow(key, senders.get(key), fleet.refused.get(key), _is_refused(fleet, key))
        for key in {**senders, **fleet.refused}
    )
    listed = [one for one in known if one.sender is not None or one.refused]
    return sorted(listed, key=lambda one: (_rank(one), one.name.casefold(), one.key))


def _is_refused(fleet: Fleet, key: str) -> bool:
    """Whether its last report was refused.

    An unreadable report does not name which of an account's scripts sent it. It counts as fixed once any of
    them reports again.
    """
    refusal = fleet.refused.get(key)
    if refusal is None:
        return False
    same = [one for one in fleet.senders if one.key == key or one.key.startswith(f"{key}/")]
    retired = any(one.key == key and one.state is SenderState.RETIRED for one in same)
    return not retired and all(one.last_arrival_at < refusal.at for one in same)


def _rank(one: SenderRow) -> int:
    state = one.sender.state if one.sender else None
    if state is SenderState.RETIRED:
        return len(_ORDER)
    refused = one.refused and state not in (SenderState.SILENT, SenderState.LATE)
    return _ORDER.index(None if refused else state)


# Never by colour alone: each state has a sign of its own.
STATES: Final = {
    SenderState.SILENT: "▲ Silent",
    SenderState.LATE: "△ Late",
    SenderState.UP: "✓ Up",
    SenderState.PAUSED: "‖ Paused",
    SenderState.RETIRED: "- Retired",
}
"""In the order in which they matter."""
REFUSED: Final = "✕ Refused"
"""The state of one whose reports were all refused."""
KINDS: Final = {
    SenderKind.LISTING: "reports all folders",
    SenderKind.REGULAR: "reports each run",
    SenderKind.STOCK: "reports problems only",
}
KIND_EXPLANATIONS: Final = {
    SenderKind.LISTING: "each report has the status of every folder",
    SenderKind.REGULAR: "it also reports when nothing is stuck, so its silence is noticed",
    SenderKind.STOCK: "it sends nothing when all is well, so its silence may be good news",
}
_LEAST_SKEW: Final = timedelta(minutes=2)
"""A clock that is off by less does no harm."""


def describe_interval(sender: Sender) -> str:
    """How often it reports, and how that is known."""
    source = "set by hand" if sender.interval_from == "set" else sender.interval_from
    return f"{format_duration(float(sender.interval_minutes))}, {source}"


def describe_due(sender: Sender, now: datetime) -> str:
    """When its next report is due, or why none is."""
    match sender.state:
        case SenderState.PAUSED:
            return "not while it is paused"
        case SenderState.RETIRED:
            return "never: it is retired"
    if sender.due_at is None:
        return "no reporting schedule"
    left = sender.due_at - now
    return f"in {format_duration(left)}" if left >= timedelta() else f"{format_duration(-left)} late"


def describe_clock(sender: Sender) -> str:
    """By how much its clock is wrong; nothing where that is little or not known."""
    skew = timedelta(seconds=sender.clock_skew_seconds or 0)
    if abs(skew) < _LEAST_SKEW:
        return ""
    return f"{format_duration(abs(skew))} {'behind' if skew > timedelta() else 'ahead'}"


def describe_folders(sender: Sender) -> str:
    """How many folders it watches, and how many of them it cannot read; nothing where it sends no list."""
    if sender.watched is None:
        return ""
    return f"{sender.watched:,}" + (f", {sender.unreadable:,} unreadable" if sender.unreadable else "")


_SEPARATE: Final = "Give each server its own account, or send run.sender."
_SPEAK: Final = (
    "Check that the server runs, and its scheduled task: "
    "its repetition ends after a day unless it is set to repeat indefinitely."
)
_SHARED: Final = {
    "addresses": "Its reports come from several addresses",
    "contradictions": "Empty reports came while files were stuck",
}


class SenderWarning(NamedTuple):
    """One thing that is wrong."""

    name: str
    """In two words, for a table."""
    text: str
    """What is wrong, in a sentence."""
    remedy: str


def list_warnings(known: SenderRow, now: datetime, zone: ZoneInfo) -> list[SenderWarning]:
    """All that is wrong with a sender, what keeps most from being known first."""
    return list(_find_warnings(known, known.sender, now, zone))


def _find_warnings(
    known: SenderRow, sender: Sender | None, now: datetime, zone: ZoneInfo
) -> Iterator[SenderWarning]:
    if known.refused and known.refusal is not None:
        text = f"Its report of {_local(known.refusal.at, zone)} was refused, and none was accepted since."
        yield SenderWarning("refused", text, "The details below say what is wrong.")
    if sender is None:
        return
    if sender.state is SenderState.SILENT:
        silence = format_duration(now - sender.last_arrival_at)
        text = f"No report for {silence}. The status of its folders is unknown."
        yield SenderWarning("silent", text, _SPEAK)
    if sender.unreadable:
        of_its = f"of its {sender.watched:,} folders" if sender.watched else "folders"
        text = f"Nobody follows {sender.unreadable:,} {of_its}: each is listed with the reason."
        remedy = "Let the account that runs the script read them, or remove them from its list."
        yield SenderWarning("unreadable folders", text, remedy)
    if sender.shared is not None:
        cause = _SHARED.get(sender.shared, "Probably")
        text = f"{cause}: several servers report through this account and clear each other's folders."
        yield SenderWarning("shared account", text, _SEPARATE)
    if ambiguous := [one for one in sender.ambiguous_sets if one.until > now]:
        sets = ", ".join(
            f"{one.folder or '(no parent)'} (until {_local(one.until, zone)})" for one in ambiguous
        )
        text = f"Its reports conflict on folders in {sets}. A folder missing from a report is not cleared."
        remedy = f"{_SEPARATE} A share that comes and goes has the same effect."
        yield SenderWarning("ambiguous folders", text, remedy)
    if sender.lost_letters:
        names = "1 name" if sender.lost_letters == 1 else f"{sender.lost_letters:,} names"
        verb = "was" if sender.lost_letters == 1 else "were"
        text = (
            f"{names} of its last report {verb} not sent as UTF-8. A lost letter is shown as {LOST_LETTER}; "
            "letters that arrived were read as Windows-1252."
        )
        yield SenderWarning("lost letters", text, f"{UTF8_HINT[0].upper()}{UTF8_HINT[1:]}.")


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def describe_punctuality(senders: Iterable[Sender], now: datetime) -> str:
    """Whether the next report is late, in a few words that go on after when the last one came."""
    live = [one for one in senders if one.state is not SenderState.RETIRED and one.due_at is not None]
    if not live:
        return "no reporting schedule"
    late = [one for one in live if one.state in (SenderState.LATE, SenderState.SILENT)]
    if late:
        return f"{len(late):,} of {len(live):,} senders late"
    due = min(one.due_at for one in live if one.due_at)
    return f"on time, the next due {f'in {format_duration(due - now)}' if due > now else 'now'}"


_WATCHED: Final = (SenderState.UP, SenderState.LATE, SenderState.SILENT)
"""Of senders in another state nothing is expected."""


@dataclass(frozen=True, kw_only=True)
class CurrentStatus:
    """Figures of now."""

    open: int
    unknown: int
    """Without those of which a script that says nothing when all is well says nothing more."""
    silent: int
    refused: int
    """Senders whose last report was refused."""
    unreadable: int
    oldest_overdue: timedelta | None
    """None where nothing is open whose age is known."""
    senders: int
    """That ever sent a report that was taken."""
    last_report: datetime | None

    @property
    def well(self) -> bool:
        """Whether there is nothing that anybody should look at."""
        return not (self.open or self.unknown or self.silent or self.refused or self.unreadable)


def summarize(live: Live, fleet: Fleet, now: datetime) -> CurrentStatus:
    """The figures of what is live, and of every sender."""
    overdue = [minutes for one in live.open if (minutes := overdue_minutes(one, now)) is not None]
    watched = [one for one in fleet.senders if one.state in _WATCHED]
    return CurrentStatus(
        open=len(live.open),
        unknown=len(live.unknown),
        silent=sum(one.state is SenderState.SILENT for one in watched),
        refused=sum(one.refused for one in list_senders(fleet)),
        unreadable=sum(one.unreadable for one in watched),
        oldest_overdue=timedelta(minutes=max(overdue)) if overdue else None,
        senders=len(fleet.senders),
        last_report=max((one.last_arrival_at for one in fleet.senders), default=None),
    )
