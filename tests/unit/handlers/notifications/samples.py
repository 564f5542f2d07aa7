"""Incidents, senders and notifications of every kind, as the owner of some orders gets them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contract.moments import Hours
from contract.owners.model import Channel, ChannelKind, Owner
from contract.words import Clearing, IncidentStatus, SenderKind, SenderState, UnknownReason
from contract.words import NotificationKind as K
from handlers.notifications.document import Document, RenderContext
from handlers.notifications.plan import Notification
from handlers.notifications.rules import Notice
from handlers.notifications.situation import NamedFile
from store.incidents import Incident
from store.maintenance import Window
from store.notifications import Recipient
from store.runs import Stamp
from store.senders import Sender, UnreadableFolder

NOW: Final = datetime(2026, 11, 26, 8, 20, tzinfo=UTC)
DASHBOARD: Final = "https://sla.example.com"
DOCS: Final = "https://docs.example.com/docs"
MAIL: Final = Channel(kind=ChannelKind.MAIL, targets=("orders@example.com", "duty@example.com"))
SLACK: Final = Channel(kind=ChannelKind.SLACK, targets=("orders",))
TEAMS: Final = Channel(kind=ChannelKind.TEAMS, targets=("duty",))
PAGERDUTY: Final = Channel(kind=ChannelKind.PAGERDUTY, targets=("on-call",))
WEBHOOK: Final = Channel(kind=ChannelKind.WEBHOOK, targets=("tickets",))
TOPIC: Final = Channel(kind=ChannelKind.SNS, targets=("arn:aws:sns:eu-central-1:123456789012:pager",))
FOLDER: Final = "D:\\Inbound\\Orders"


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


def incident(incident_id: str = "a1", **changes: Any) -> Incident:
    known: dict[str, Any] = {
        "incident_id": incident_id,
        "sender": "sub-1/files01",
        "sender_name": "files-01/FILES01",
        "folder": FOLDER,
        "owner": "orders",
        "status": IncidentStatus.OPEN,
        "sla": 20,
        "file_count": 12,
        "peak_file_count": 40,
        "oldest_creation": ago(hours=3, minutes=10),
        "opened": Stamp(ago(hours=2, minutes=45), "run-0", ago(hours=2, minutes=45)),
        "breached_since": ago(hours=2, minutes=50),
        "seen": Stamp(ago(minutes=5), "run-1", ago(minutes=5)),
    }
    return Incident(**{**known, **changes})


def unknown(reason: UnknownReason, incident_id: str = "a1", **changes: Any) -> Incident:
    return incident(
        incident_id,
        status=IncidentStatus.UNKNOWN,
        reason=reason,
        unknown_since=ago(minutes=20),
        seen=Stamp(ago(hours=1), "run-1", ago(hours=1)),
        **changes,
    )


def ended(status: IncidentStatus, incident_id: str = "a1", **changes: Any) -> Incident:
    return incident(incident_id, status=status, ended_at=ago(minutes=1), **changes)


def sender(**changes: Any) -> Sender:
    known: dict[str, Any] = {
        "key": "sub-1/files01",
        "name": "files-01/FILES01",
        "owner": "operations",
        "state": SenderState.SILENT,
        "state_since": ago(minutes=10),
        "kind": SenderKind.LISTING,
        "last_run_at": ago(minutes=45),
        "last_arrival_at": ago(minutes=45),
        "interval_minutes": 15,
        "interval_from": "declared",
    }
    return Sender(**{**known, **changes})


UNREADABLE: Final = UnreadableFolder(
    folder="\\\\nas02\\exchange\\out", owner="orders", error="Access to the path is denied."
)


def notice(kind: K, about: Incident | None = None, **changes: Any) -> Notice:
    return Notice(
        kind=kind, subject=f"incident#{about.incident_id}" if about else "sender#s", incident=about, **changes
    )


_UNTIL: Final = NOW + timedelta(hours=7, minutes=40)
_PLACES: Final = (FOLDER, "D:\\Inbound\\Returns", "E:\\Exchange\\Bank\\Out")
_WINDOW: Final = Window(
    window_id="w1", sender="files-01/*", folder="D:\\Inbound\\*", starts=ago(hours=-10), ends=ago(days=-60),
    weekly=Hours.parse(["fri"], "22:00", "04:00", "Europe/Berlin"), reason="Patching of the file servers",
    made_by="ana", made_at=ago(minutes=3),
)  # fmt: skip
_WORSE: Final = incident(file_count=31, acknowledged_by="ana", acknowledged_until=ago(minutes=30))
_CLEARED: Final = ended(IncidentStatus.CLEARED, cleared_by=Clearing.LISTED, acknowledged_by="ana")
_UNKNOWN: Final = tuple(
    unknown(UnknownReason.SILENT, f"u{number}", folder=folder, file_count=number)
    for number, folder in enumerate(_PLACES, 1)
)
LINES: Final = {
    one.kind: one
    for one in (
        notice(K.NEW, incident()),
        notice(K.ESCALATED, incident()),
        notice(K.WORSE, _WORSE, files_before=12),
        notice(K.STILL_OPEN, incident(oldest_creation=ago(days=1, hours=2))),
        notice(K.CLEARED, _CLEARED),
        notice(K.REOPENED, incident(file_count=1, reopened=1), since=ago(minutes=40)),
        notice(K.STILL_STUCK, incident(), since=ago(hours=2)),
        notice(K.NOT_REPORTED, unknown(UnknownReason.NOT_REPORTED), since=ago(hours=1)),
        notice(K.UNKNOWN, unknown(UnknownReason.UNWATCHED)),
        notice(K.EXPIRED, ended(IncidentStatus.EXPIRED, reason=UnknownReason.AMBIGUOUS)),
        notice(K.CLOSED, ended(IncidentStatus.CLOSED, reason=UnknownReason.SILENT)),
        notice(K.ACKNOWLEDGED, incident(acknowledged_by="ana", acknowledged_until=_UNTIL)),
        notice(K.UNREADABLE, sender=sender(), folder=UNREADABLE),
        notice(K.READABLE, sender=sender(), folder=UNREADABLE),
        notice(K.SILENT, sender=sender(), unknown=_UNKNOWN),
        notice(K.BACK, sender=sender(last_run_at=ago(minutes=2))),
        notice(K.NOT_EXPECTED, sender=sender()),
        notice(K.MAINTENANCE, window=_WINDOW),
    )
}
"""One of each kind."""
FILES: Final = tuple(
    NamedFile(name=f"order_{4711 + number}.xml", created=ago(hours=3, minutes=10 - 7 * number))
    for number in range(10)
)


def recipient(channel: Channel = MAIL, **changes: Any) -> Recipient:
    after = changes.pop("after", None)
    known: dict[str, Any] = {"name": "orders", "channels": (channel,), "zone": "Europe/Berlin"}
    return Recipient(owner=Owner(**{**known, **changes}), channel=channel, after=after)


def notification(*notices: Notice, channel: Channel = MAIL, **changes: Any) -> Notification:
    return Notification(recipient=recipient(channel, **changes), notices=notices)


def context(*notices: Notice, **changes: Any) -> RenderContext:
    known: dict[str, Any] = {
        "now": NOW,
        "dashboard_url": DASHBOARD,
        "docs_url": DOCS,
        "files": {one.incident.incident_id: FILES for one in notices if one.incident},
    }
    return RenderContext(**{**known, **changes})


def single(kind: K, channel: Channel = MAIL) -> Notification:
    after = timedelta(hours=1) if kind is K.ESCALATED else None
    return notification(LINES[kind], channel=channel, after=after)


def digest(channel: Channel = MAIL) -> Notification:
    """A bad morning: five folders stuck, and what else may come with them."""
    folders = (*_PLACES[:2], "D:\\Inbound\\Invoices", "\\\\nas02\\exchange\\in", "E:\\Bank\\Out")
    stuck = (
        incident(f"b{number}", folder=folder, file_count=number * 7, breached_since=ago(minutes=20 * number))
        for number, folder in enumerate(folders, 1)
    )
    cleared = ended(IncidentStatus.CLEARED, "c1", folder="D:\\Inbound\\Stock", cleared_by=Clearing.EMPTY)
    others = (LINES[K.SILENT], LINES[K.UNREADABLE], notice(K.CLEARED, cleared))
    return notification(*(notice(K.NEW, one) for one in stuck), *others, channel=channel)


def list_phrases(document: Document, *, first_line: bool = False) -> list[str]:
    """All names that the document shows."""
    phrases = [document.place, document.lead, *document.facts.values(), *document.notes]
    for section in document.sections:
        for entry in section.items:
            phrases += [entry.name, entry.said]
    if first_line:
        phrases.append(document.first_line)
    return [part.text for phrase in phrases for part in phrase if part.name]


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a payload."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from walk(one)
