"""Incidents: in the order in which they matter, in words, narrowed down, as data frames, with their files."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

import pandas as pd

from contract.action import IncidentAction
from contract.folders import folder_key
from contract.words import CLOSED_SOMEHOW, LABELS, REASONS, IncidentStatus, UnknownReason, explain_status
from dashboard import columns
from dashboard.columns import Column, tabulate
from dashboard.figures.stuck_files import find_plausible
from store.incidents import Incident

_IN_BREACH: Final = "From when its oldest file went over the SLA to its end, or to when it was last seen."
_OLDEST: Final = "When its oldest file was created. Empty where no file's age is known."
_SNOOZED: Final = "Until then owners get no notifications, except when it ends."
COLUMNS: Final = (
    columns.INCIDENT_ID,
    replace(columns.STATUS, width=90),
    # Beside the sender there is less room: on a screen of 1,280 pixels the owner has to find some, too.
    replace(columns.FOLDER, width=190),
    columns.WAITED,
    Column("overdue", "minutes", "Over SLA", "How far its oldest file is over the SLA now.", 84),
    Column("in_breach", "minutes", "In breach", _IN_BREACH, 88),
    Column("act", "act", "Act", "Acknowledges it for 8 hours.", 122),
    Column("acknowledged_by", "text", "Acknowledged by", "Who is on it now.", 130, labelled=True),
    columns.OWNER,
    columns.SENDER_NAME,
    columns.FILE_COUNT,
    Column("reason", "text", "Why", None, 140),
    Column("breached_since", "moment", "In breach since", "When its oldest file went over the SLA."),
    Column("ended_at", "moment", "Ended"),
    columns.SLA,
    replace(columns.BASIS, width=230),
    Column("opened_at", "moment", "First seen", "The run that first found it."),
    Column("last_seen_at", "moment", "Last seen"),
    Column("unknown_since", "moment", "Unknown since"),
    Column("oldest_creation", "moment", "Oldest file", _OLDEST),
    Column("acknowledged_until", "moment", "Acknowledged until", None, 140),
    Column("snoozed_until", "moment", "Snoozed until", _SNOOZED),
)
"""Columns of a frame of incidents."""
SHOWN: Final = COLUMNS[1:15]
ON_PHONE: Final = COLUMNS[1:9]
OPTIONAL: Final = frozenset({"waited", "overdue", "act", "owner", "reason", "ended_at"})
"""Columns that are left out of a list where they say nothing."""
IN_FILES: Final = tuple(column for column in COLUMNS if column.kind != "act")
"""Those that a CSV file has."""
SNOOZED: Final = "\n☾ snoozed"
"""What stands below the status of a snoozed incident."""
_ORDER: Final = {status: rank for rank, status in enumerate(IncidentStatus)}
_MINUTE: Final = timedelta(minutes=1)


def find_breach(incident: Incident, now: datetime) -> tuple[datetime, datetime]:
    """From when to when its folder was in breach, by the one definition that all pages share.

    It begins when the oldest file went over the SLA. It ends with the report that showed the end; of what no
    report saw end, with the last sighting. What is open goes on.
    """
    if incident.status is IncidentStatus.OPEN:
        end = now
    elif incident.status is IncidentStatus.CLEARED and not incident.between and incident.ended_at:
        end = incident.ended_at
    else:
        end = incident.last_seen_at
    return incident.breached_since, max(end, incident.breached_since)


def find_wait(incident: Incident, now: datetime) -> float | None:
    """How many minutes its oldest file has waited; None where its age is unknown, or it has ended."""
    wait = incident.wait(now) if incident.live else None
    return None if wait is None else wait / _MINUTE


def overdue_minutes(incident: Incident, now: datetime) -> float | None:
    """How far its oldest file is over the SLA; None where its age is unknown, or it has ended."""
    overdue = incident.overdue(now) if incident.live else None
    return None if overdue is None else overdue / _MINUTE


def name_acknowledger(incident: Incident, now: datetime) -> str:
    """Who has acknowledged it; empty where nobody has, or no longer. Of an ended one: who did so last."""
    return incident.acknowledged_by if incident.acknowledged(now) or not incident.live else ""


def is_quiet(incident: Incident) -> bool:
    """Whether its script, which reports problems only, no longer reports it: most likely it is over."""
    return incident.status is IncidentStatus.UNKNOWN and incident.reason is UnknownReason.NOT_REPORTED


def sort_worst_first(
    incidents: Iterable[Incident], now: datetime, *, by_times: bool = False
) -> list[Incident]:
    """Open ones first, the furthest over its SLA on top, then the unknown, then the last that ended.

    `by_times` has as the furthest what is over it by most times the SLA, instead of by the most time.
    """

    def order(one: Incident) -> tuple[object, ...]:
        overdue = overdue_minutes(one, now)
        if overdue and by_times:
            overdue /= one.sla
        ended = one.ended_at or now
        rank = min(_ORDER[one.status], _ORDER[IncidentStatus.CLEARED]) + is_quiet(one) / 2
        worst = (overdue is None, -(overdue or 0)) if one.live else (False, 0)
        return rank, worst, now - ended, one.breached_since, one.sender_name, one.folder

    return sorted(incidents, key=order)


def list_utc_days(start: datetime, end: datetime) -> list[date]:
    """The days in UTC that a stretch of time touches."""
    first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def tabulate_incidents(
    incidents: Sequence[Incident], now: datetime, names: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """`COLUMNS` of these incidents, in their order; `names` are those of the senders, by their keys."""
    rows = []
    for one in incidents:
        since, until = find_breach(one, now)
        snoozed = one.live and one.snoozed(now)
        values = {
            "status": LABELS[one.status] + (SNOOZED if snoozed else ""),
            "waited": find_wait(one, now),
            "overdue": overdue_minutes(one, now),
            "in_breach": (until - since) / _MINUTE,
            "act": "Acknowledge" if one.live and not one.acknowledged(now) else "",
            "acknowledged_by": name_acknowledger(one, now),
            "sender_name": (names or {}).get(one.sender, one.sender_name),
            "reason": REASONS[one.reason] if one.reason else "",
            "basis": explain(one),
            "opened_at": one.opened_at,
            "last_seen_at": one.last_seen_at,
            "acknowledged_until": one.acknowledged_until if one.acknowledged(now) else None,
            "snoozed_until": one.snoozed_until if snoozed else None,
        }
        rows.append({**vars(one), **values})
    return tabulate(rows, COLUMNS)


_AT_ONCE: Final = timedelta(seconds=2)
"""So far apart an incident's end and the action that ended it may be written."""


def explain(incident: Incident) -> str:
    """How its status is known, as the rest of a sentence that begins with the status.

    It names who closed it where the history is there.
    """
    known = explain_status(
        incident.status, reason=incident.reason, cleared_by=incident.cleared_by, between=incident.between
    )
    ended = incident.ended_at
    if incident.status is not IncidentStatus.CLOSED or ended is None:
        return known
    # One that was closed, opened again and was closed with its sender has an action that did not end it.
    closings = (one for one in incident.history if one.action == IncidentAction.CLOSE)
    closer = next((one.by for one in closings if abs(one.at - ended) <= _AT_ONCE), "")
    return known.replace(CLOSED_SOMEHOW, f"by {closer}", 1) if closer else known


class Whose(StrEnum):
    """Whose incidents are shown."""

    ALL = "all"
    UNACKNOWLEDGED = "unacknowledged"
    """What goes on and nobody is on."""
    MINE = "mine"
    """What whoever looks has acknowledged."""


def is_whose(incident: Incident, whose: Whose, username: str, now: datetime) -> bool:
    """Whether it is the user's, or nobody's, as asked for."""
    match whose:
        case Whose.ALL:
            return True
        case Whose.UNACKNOWLEDGED:
            return incident.live and not incident.acknowledged(now)
        case Whose.MINE:
            return username == name_acknowledger(incident, now)


def search(
    incidents: Iterable[Incident], text: str, names: Mapping[str, str], with_file: Collection[str] = ()
) -> list[Incident]:
    """Those whose folder, sender, owner or people contain the text, whatever its case.

    Args:
        incidents: those to look at; those that people acted on with their history.
        text: to look for, to the letter.
        names: what screens call the senders, by their keys.
        with_file: the ids of those that have a file whose name contains it.
    """
    wanted = text.strip().casefold()

    def matches(one: Incident) -> bool:
        people = (one.acknowledged_by, *(entry.by for entry in one.history))
        texts = (one.folder, names.get(one.sender, one.sender_name), one.owner, *people)
        return one.incident_id in with_file or any(wanted in each.casefold() for each in texts)

    return [one for one in incidents if not wanted or matches(one)]


def find_with_file(incidents: Iterable[Incident], files: pd.DataFrame, text: str) -> set[str]:
    """The ids of the incidents that a file of these records belongs to whose name contains the text.

    Args:
        incidents: of all senders.
        files: with the key of each one's `sender`.
        text: to look for, whatever its case.
    """
    found = files[files["filename"].str.casefold().str.contains(text.strip().casefold(), regex=False)]
    seen: dict[tuple[str, str], list[datetime]] = {}
    for sender, folder, at in (
        found[["sender", "folder", "detected_at"]].drop_duplicates().itertuples(index=False)
    ):
        seen.setdefault((sender, folder_key(folder)), []).append(at)

    def has(one: Incident) -> bool:
        moments = seen.get((one.sender, one.key), ())
        return any(one.opened_at <= at and (one.ended_at is None or at <= one.ended_at) for at in moments)

    return {one.incident_id for one in incidents if has(one)}


FILE_COLUMNS: Final = (columns.FILENAME, columns.OVERDUE_NOW, columns.WAITED, columns.CREATED)
"""What is shown of each, beside `plausible`."""


def tabulate_files(files: pd.DataFrame, sla: int, now: datetime) -> pd.DataFrame:
    """`FILE_COLUMNS` of these files, those of unknown age last.

    Args:
        files: as records list them.
        sla: of their folder, in minutes.
        now: until when they have waited.
    """
    once = files.drop_duplicates(["filename", "created"])
    plausible = find_plausible(once["created"], once["detected_at"])
    waited = ((now - once["created"]).dt.total_seconds() / 60).where(plausible)
    listed = once.assign(plausible=plausible, waited=waited, overdue_now=(waited - sla).clip(lower=0))
    return listed.sort_values(["overdue_now", "filename"], ascending=[False, True], ignore_index=True)
