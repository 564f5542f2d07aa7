"""Every sender that is known: state, interval and warnings in words, and the overview's sums."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from contract.answers import LOST_LETTER, UTF8_HINT
from contract.moments import format_duration
from contract.text import show
from contract.words import IncidentStatus, SenderKind, SenderState
from dashboard.figures.incidents import is_quiet, overdue_minutes
from dashboard.figures.series import spell_moment
from store.incidents import Incident
from store.maintenance import Window, maintenance_until, silence_held_until
from store.senders import LEEWAY, Fleet, RefusedReport, Sender


@unique
class Standing(StrEnum):
    """How a sender is now, in the order in which they matter. Green is only what reported in time."""

    SILENT = "▲ Silent"
    LATE = "△ Late"
    REFUSED = "✕ Refused"
    WAITING = "… Waiting"
    UP = "✓ Up"
    UNMONITORED = "○ Cannot be monitored"
    MAINTENANCE = "‖ Maintenance"
    RETIRED = "- Retired"

    @property
    def word(self) -> str:
        """Without its sign, within a sentence."""
        return self.value[2:].lower()


_STORED: Final = {SenderState(one.word): one for one in (Standing.RETIRED, Standing.SILENT, Standing.LATE)}
REFUSED_EXPLAINED: Final = "Senders that report, and whose last report was refused."


class CurrentStanding(NamedTuple):
    """A standing, and what it rests on."""

    standing: Standing
    since: datetime
    until: datetime | None = None
    """When it changes unless a report comes, where that is known."""
    why: str = ""
    """What it means here, as the rest of a sentence."""


@dataclass(frozen=True)
class SenderRow:
    """One sender: itself, its last refused report, or both."""

    key: str
    sender: Sender | None
    refusal: RefusedReport | None
    refused: bool
    """Whether nothing was taken of it since that report was refused."""
    name: str = ""
    """What the screen calls it."""
    windows: Sequence[Window] = ()
    """The maintenance windows that may hold its silence."""

    def stand(self, now: datetime) -> CurrentStanding:
        """How it is, by what it reported and when."""
        sender = self.sender
        if sender is None:
            return CurrentStanding(Standing.REFUSED, self.refusal.at if self.refusal else now)
        retired = sender.state is SenderState.RETIRED
        theirs = [one for one in self.windows if one.fits(sender.name, sender.owner) and not retired]
        if until := maintenance_until(theirs, now, sender_name=sender.name, owner=sender.owner):
            begun = max(one.began(now) for one in theirs if one.is_in_force(now))
            return CurrentStanding(Standing.MAINTENANCE, begun, until)
        held = not retired and silence_held_until(self.windows, sender, now)
        if held and sender.state is not SenderState.UP:
            return CurrentStanding(Standing.WAITING, sender.state_since, held, "back from maintenance")
        lasts = timedelta(minutes=sender.interval_minutes) + LEEWAY
        stored = _STORED.get(sender.state)
        # Whoever goes on reporting is neither late nor silent, though nothing is taken of it.
        if self.refused and self.refusal and (stored is None or now <= self.refusal.at + lasts):
            return CurrentStanding(Standing.REFUSED, self.refusal.at)
        if stored is not None:
            return CurrentStanding(stored, sender.state_since)
        if sender.kind is SenderKind.STOCK:
            why = "its script sends nothing when all is well"
            return CurrentStanding(Standing.UNMONITORED, sender.state_since, None, why)
        if sender.state_since > sender.last_arrival_at:
            why = "un-retired, no report since"
            return CurrentStanding(Standing.WAITING, sender.state_since, sender.due_at, why)
        in_time = sender.last_arrival_at + lasts
        if now <= max(in_time, sender.due_at + LEEWAY if sender.due_at else in_time):
            return CurrentStanding(Standing.UP, sender.state_since, sender.due_at)
        if sender.due_at is None:
            return CurrentStanding(Standing.WAITING, in_time, None, "its interval is unknown")
        return CurrentStanding(Standing.LATE, sender.due_at)


def list_senders(
    fleet: Fleet, now: datetime, windows: Sequence[Window] = (), incidents: Iterable[Incident] = ()
) -> list[SenderRow]:
    """Silent ones first, then late, refused, waiting and other ones; the retired last.

    Args:
        fleet: every sender.
        now: the moment.
        windows: the maintenance windows that were not over a longest grace period ago.
        incidents: the live ones. Where all of a sender's have one owner, the sender is that owner's.
    """
    owners: dict[str, set[str]] = {}
    for one in incidents:
        owners.setdefault(one.sender, set()).add(one.owner)
    owner = {key: found.pop() for key, found in owners.items() if len(found) == 1}
    senders = {one.key: replace(one, owner=owner.get(one.key, "")) for one in fleet.senders}
    names = name_senders(fleet)
    known = (
        SenderRow(key, senders.get(key), fleet.refused.get(key), _is_refused(fleet, key), names[key], windows)
        for key in {**senders, **fleet.refused}
    )
    listed = [one for one in known if one.sender is not None or one.refused]

    def order(one: SenderRow) -> tuple[int, str, str]:
        return list(Standing).index(one.stand(now).standing), one.name.casefold(), one.key

    return sorted(listed, key=order)


_KEY_CHARACTERS: Final = 8
"""So many of its key tell senders apart whose name and account are the same."""


def name_senders(fleet: Fleet) -> dict[str, str]:
    """What screens call each sender, by its key: its account beside its name where another has that name."""
    known: dict[str, Sender | RefusedReport] = {**fleet.refused, **{one.key: one for one in fleet.senders}}
    names = {key: one.name or key for key, one in known.items()}
    counts = Counter(show(name).casefold() for name in names.values())
    return {
        key: name
        if counts[show(name).casefold()] == 1
        else f"{name} (account {known[key].reported_by}, {key[:_KEY_CHARACTERS]})"
        for key, name in names.items()
    }


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


def describe_standing(known: SenderRow, now: datetime, zone: ZoneInfo) -> str:
    """Such as `… Waiting since 2026-11-24 08:00, until 2026-11-25 07:00 (back from maintenance)`."""
    standing, since, until, why = known.stand(now)
    ends_by_itself = standing in (Standing.WAITING, Standing.MAINTENANCE)
    ends = f", until {spell_moment(until, zone)}" if until and ends_by_itself else ""
    return f"{standing} since {spell_moment(since, zone)}{ends}" + (f" ({why})" if why else "")


def describe_due(known: SenderRow, now: datetime) -> str:
    """When its next report is due, or why none is."""
    standing = known.stand(now).standing
    if standing is Standing.RETIRED:
        return "not while it is retired"
    if known.sender is None or known.sender.due_at is None:
        return "no reporting schedule"
    left = known.sender.due_at - now
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


def list_warnings(known: SenderRow, now: datetime, zone: ZoneInfo) -> Iterator[SenderWarning]:
    """Warnings about a sender, the most serious first."""
    sender = known.sender
    if known.refused and known.refusal is not None:
        text = (
            f"Its report of {spell_moment(known.refusal.at, zone)} was refused, and none was accepted since."
        )
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
            f"{one.folder or '(no parent)'} (until {spell_moment(one.until, zone)})" for one in ambiguous
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


@dataclass(frozen=True, kw_only=True)
class CurrentStatus:
    """Figures of now. Tiles, sentences and lists of every page are made of these, so they agree."""

    open: int
    unknown: int
    """Without the quiet ones."""
    quiet: int
    """What a script that reports problems only no longer reports: most likely it is over."""
    standings: Mapping[Standing, int]
    """How many senders there are of each."""
    unreadable: int
    """Folders."""
    oldest_overdue: timedelta | None
    """None where nothing is open whose age is known."""
    last_report: datetime | None

    @property
    def silent(self) -> int:
        """Senders that do not report as they should."""
        return self.standings[Standing.SILENT] + self.standings[Standing.LATE]

    @property
    def refused(self) -> int:
        """Senders whose last report was refused."""
        return self.standings[Standing.REFUSED]

    @property
    def well(self) -> bool:
        """Whether all is known to be well: nothing is stuck or unknown, and every sender reported in time."""
        unsure = (one for one in self.standings if one not in (Standing.UP, Standing.RETIRED))
        trouble = self.open or self.unknown or self.unreadable or any(map(self.standings.get, unsure))
        return not trouble and self.standings[Standing.UP] > 0

    def describe_senders(self) -> str:
        """Such as `3 senders up, 1 late`."""
        found = sorted((one for one in Standing if self.standings[one]), key=lambda one: one != Standing.UP)
        texts = [f"{self.standings[one]:,} {one.word}" for one in found]
        return f"Senders: {', '.join(texts)}" if texts else "No sender has reported yet"


def summarize(
    incidents: Iterable[Incident], fleet: Fleet, now: datetime, windows: Sequence[Window] = ()
) -> CurrentStatus:
    """The figures of what is live, and of every sender. For the arguments, see `list_senders`."""
    live = [one for one in incidents if one.live]
    opened = [one for one in live if one.status is IncidentStatus.OPEN]
    overdue = [minutes for one in opened if (minutes := overdue_minutes(one, now)) is not None]
    quiet = sum(map(is_quiet, live))
    expected = [one for one in fleet.senders if one.state is not SenderState.RETIRED]
    return CurrentStatus(
        open=len(opened),
        unknown=len(live) - len(opened) - quiet,
        quiet=quiet,
        standings=Counter(one.stand(now).standing for one in list_senders(fleet, now, windows, live)),
        unreadable=sum(one.unreadable for one in expected),
        oldest_overdue=timedelta(minutes=max(overdue)) if overdue else None,
        last_report=max((one.last_arrival_at for one in fleet.senders), default=None),
    )
