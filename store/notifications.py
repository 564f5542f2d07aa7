"""The table FileSlaNotifications: the state of each recipient, and the log of what it was notified of."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from contract.folders import folder_key
from contract.owners.model import Channel, Owner, Owners, list_channels, name_channel, recipient_key
from contract.words import NotificationKind
from store import dynamodb as db
from store.dynamodb import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@unique
class NotificationAttribute(StrEnum):
    """Attributes of an item: of a recipient's state, or of an entry of the log.

    What is not said here is said at the field of `StoredRecipient`, `ChannelState` or `LogEntry`.
    """

    SUBJECT = "Subject"
    """Partition key: one of the prefixes, and the key of its subject."""
    PART = "Part"
    """Sort key: `STATE_PREFIX` and a number, or the moment of an entry of the log and its recipient."""
    STATE = "State"
    """A recipient's state, compressed, which the rules alone read. What people are shown stands beside it, in
    the first of its items."""
    CHUNKS = "Chunks"
    REVISION = "Revision"
    """Counts the writes of a recipient's state: each write says which one was read."""
    LEASED_UNTIL = "LeasedUntil"
    """Until when one sweep has the recipient to itself."""
    DISABLED_SINCE = "DisabledSince"
    """Since when nothing is sent to a channel, for an error that no retry fixes. Removing it, and adding one
    to `REVISION`, makes the next sweep send again."""
    FAILING_SINCE = "FailingSince"
    DELIVERED_AT = "DeliveredAt"
    PROBLEM = "Problem"
    """Why the last attempt failed; never an address of a webhook."""
    NOTIFIED_AT = "NotifiedAt"
    """From here on: attributes of the log."""
    KIND = "Kind"
    OWNER = "Owner"
    CHANNEL = "Channel"
    FOLDER = "Folder"
    EXPIRES_AT = "ExpiresAt"


_A: Final = NotificationAttribute
RECIPIENT_PREFIX: Final = "recipient#"
"""Before an owner, a slash and the key of a channel."""
INCIDENT_PREFIX: Final = "incident#"
SENDER_PREFIX: Final = "sender#"
STATE_PREFIX: Final = "state#"


# Every read is of one incident, one sender or one recipient: no index.
NOTIFICATIONS_TABLE: Final = db.TableSpec(
    name="FileSlaNotifications", partition_key=_A.SUBJECT, sort_key=_A.PART, expiry_attribute=_A.EXPIRES_AT
)
UNREADABLE_PREFIX: Final = "unreadable#"
MAINTENANCE_PREFIX: Final = "maintenance#"
"""Before the id of a maintenance window: the notice of it. The window itself is `store.maintenance`'s."""


@unique
class LastSaid(StrEnum):
    """What a recipient knows of a subject, by the last notice about it."""

    NOTHING = "nothing"
    BEGUN = "begun"
    """It is stuck, silent or unreadable."""
    UNKNOWN = "unknown"
    """Whether it is still stuck is unknown."""
    NOT_REPORTED = "not_reported"
    CLEARED = "cleared"
    ENDED = "ended"
    """It expired, was closed, or ended after it was no longer reported."""
    LOST = "lost"
    """Nothing: the notice could not be delivered for hours, and was given up."""


@dataclass(frozen=True, kw_only=True)
class PendingNotice:
    """A notice that waits to be sent."""

    kind: NotificationKind
    noticed: datetime
    """The sweep that first found it due."""
    attempts: int = 0
    failed_at: datetime | None = None
    retry_at: datetime | None = None
    sent_at: datetime | None = None
    """The sweep that is sending it; None once the outcome is recorded."""
    in_doubt: bool = False
    """Whether an earlier delivery is unconfirmed: the sweep was stopped before it recorded the outcome, or
    got no answer."""

    @property
    def maybe_read(self) -> bool:
        """Whether the recipient may have read it."""
        return self.in_doubt or self.sent_at is not None


@dataclass(frozen=True, kw_only=True)
class SubjectState:
    """What a recipient knows of one subject: an incident, a sender, or a folder that cannot be read."""

    sender: str
    folder: str = ""
    """Of a folder that cannot be read, as it was spelt."""
    said: LastSaid = LastSaid.NOTHING
    at: datetime | None = None
    """When it was last notified of it, or that was given up."""
    files: int = 0
    wait: timedelta | None = None
    """The files and the age of the oldest one in the last notice that it is stuck."""
    reminded: bool = False
    since: datetime | None = None
    """Of what is over, its end, or its last sighting. Of a silent sender, its last run."""
    pending: PendingNotice | None = None
    acknowledged: datetime | None = None
    """Until when somebody is on it, as the recipient was told."""
    storm: datetime | None = None
    """When the storm began in whose digest it was notified; None where it was notified by itself."""


@dataclass(frozen=True, kw_only=True)
class DisabledChannel:
    """Why nothing is sent to a channel."""

    since: datetime
    problem: str
    target: str
    """Identifies where the channel led; never an address in the clear."""


@dataclass(frozen=True, kw_only=True)
class RecipientState:
    """All that a recipient knows. Subjects that are over leave it in time."""

    last: datetime | None = None
    disabled: DisabledChannel | None = None
    entries: Mapping[str, SubjectState] = field(default_factory=dict)
    """By subject: `incident_key`, `sender_key`, `unreadable_key`."""


def incident_key(incident_id: str) -> str:
    """The key of an incident's entry."""
    return f"{INCIDENT_PREFIX}{incident_id}"


def sender_key(sender: str) -> str:
    """The key of a sender's entry."""
    return f"{SENDER_PREFIX}{sender}"


def unreadable_key(sender: str, folder: str) -> str:
    """The key of the entry of a sender's unreadable folder, however it is spelt."""
    return f"{UNREADABLE_PREFIX}{sender}\n{folder_key(folder)}"


def list_entries(state: RecipientState, prefix: str) -> dict[str, SubjectState]:
    """The entries whose keys begin with a prefix, by key."""
    return {key: entry for key, entry in state.entries.items() if key.startswith(prefix)}


def list_notified(state: RecipientState) -> list[tuple[str, str]]:
    """The incidents, by sender and id, whose end the recipient has to be notified of.

    The next situation has to hold them, live or not.
    """
    owed = (LastSaid.BEGUN, LastSaid.UNKNOWN, LastSaid.NOT_REPORTED)
    return [
        (entry.sender, key.removeprefix(INCIDENT_PREFIX))
        for key, entry in list_entries(state, INCIDENT_PREFIX).items()
        if entry.said in owed or (entry.pending is not None and entry.pending.maybe_read)
    ]


def failing_since(state: RecipientState) -> datetime | None:
    """Since when deliveries fail; None where none does."""
    pending = (entry.pending for entry in state.entries.values())
    failures = (one.failed_at for one in pending if one is not None)
    return min((at for at in failures if at is not None), default=None)


LEASE: Final = timedelta(seconds=90)
"""Longer than reading files, one delivery and its record take at most. After a sweep was killed, its
recipient gets nothing for this long."""


class LogIncompleteError(Exception):
    """The state was written, and not all entries of the log."""

    def __init__(self, written: "StoredRecipient") -> None:
        super().__init__(written.key)
        self.written = written


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """One channel of one owner. Each has a state of its own."""

    owner: Owner
    channel: Channel
    after: timedelta | None = None
    """Escalation: how long an incident has to stay unacknowledged to be notified here. None: at once."""

    @property
    def key(self) -> str:
        """Identifies it among all recipients."""
        return recipient_key(self.owner.name, self.channel)


def list_recipients(owners: Owners) -> list[Recipient]:
    """The channels of every owner, each once: notified at once, or else by the soonest escalation."""
    found: dict[str, Recipient] = {}
    for owner in owners.owners.values():
        for after, channel in sorted(list_channels(owner), key=lambda way: way[0] or timedelta()):
            one = Recipient(owner=owner, channel=channel, after=after)
            found.setdefault(one.key, one)
    return list(found.values())


@dataclass(frozen=True, kw_only=True)
class StoredRecipient:
    """A recipient's state, as it was last read or written."""

    key: str
    state: RecipientState
    revision: int = 0
    leased_until: datetime | None = None
    enabled_by_hand: bool = False
    """Whether its channel was disabled, and somebody has enabled it since."""
    problem: str = ""

    def is_leased(self, now: datetime) -> bool:
        """Whether a sweep has it to itself. A lease by a clock that was far ahead does not count."""
        return self.leased_until is not None and now < self.leased_until <= now + 2 * LEASE


_STORED: Final = db.Fields(StoredRecipient, _A, state=None)


@dataclass(frozen=True, kw_only=True)
class StoredRecipients:
    """What was read of recipients."""

    stored: Mapping[str, StoredRecipient]
    """By key. One that another sweep is just writing is missing: that sweep notifies it."""
    unreadable: Mapping[str, Exception] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ChannelState:
    """The status of a recipient's channel, as people are shown it."""

    key: str
    owner: str
    channel: str
    """As people are shown it, such as `Slack orders`."""
    delivered_at: datetime | None = None
    """When something was last sent over it; None if nothing ever was."""
    disabled_since: datetime | None = None
    failing_since: datetime | None = None
    problem: str = ""


_CHANNEL: Final = db.Fields(ChannelState, _A)


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One thing that a recipient was notified of."""

    subject: str
    """`incident#...` or `sender#...`."""
    kind: NotificationKind
    at: datetime
    """In UTC."""
    folder: str | None = None
    expires: datetime | None = None

    def build_item(self, recipient: Recipient, number: str) -> dict[str, Any]:
        """Its item, where `number` tells it from all other entries of the recipient at that moment."""
        return {
            **_LOGGED.describe(self),
            # In order of time.
            _A.PART: {"S": f"{self.at:%Y-%m-%dT%H:%M:%S.%fZ}#{recipient.key}#{number}"},
            _A.OWNER: {"S": recipient.owner.name},
            _A.CHANNEL: {"S": name_channel(recipient.channel)},
        }


_LOGGED: Final = db.Fields(LogEntry, _A, at=_A.NOTIFIED_AT, expires=(_A.EXPIRES_AT, db.EXPIRY))


@dataclass(frozen=True)
class RecipientTable:
    """The table. Threads may share it."""

    client: "DynamoDBClient"
    name: str

    def read(self, recipients: Sequence[Recipient]) -> StoredRecipients:
        """Their states; an empty one for a recipient that is new."""
        firsts = self._read_firsts(recipients)
        stored, unreadable = dict[str, StoredRecipient](), dict[str, Exception]()
        for one in recipients:
            try:
                stored[one.key] = self._parse(one.key, firsts.get(f"{RECIPIENT_PREFIX}{one.key}"))
            except db.ConflictError:
                continue  # another sweep is at work on it
            except (KeyError, ValidationError, zlib.error) as error:
                unreadable[one.key] = error
        return StoredRecipients(stored=stored, unreadable=unreadable)

    def write(
        self,
        recipient: Recipient,
        stored: StoredRecipient,
        *,
        leased_until: datetime | None,
        log: Sequence[LogEntry] = (),
    ) -> StoredRecipient:
        """Writes a state and the log of what led to it, all of it or nothing.

        Where the log is too long for one transaction, its rest is written after. `leased_until` is until when
        no other sweep writes the state; None releases it. Returns what was written, for the next write.

        Raises:
            ConflictError: it was written since it was read; nothing is written now.
            LogIncompleteError: the rest of the log could not be written.
        """
        written = replace(stored, revision=stored.revision + 1, leased_until=leased_until)
        states = list(self._build_states(recipient, written, stored.revision))
        items = (entry.build_item(recipient, f"{written.revision}.{n}") for n, entry in enumerate(log))
        entries = [{"Put": {"TableName": self.name, "Item": item}} for item in items]
        first = db.MAX_WRITES - len(states)
        db.transact(self.client, [*states, *entries[:first]])
        try:
            for start in range(first, len(entries), db.MAX_WRITES):
                db.transact(self.client, entries[start : start + db.MAX_WRITES])
        except (BotoCoreError, ClientError, db.ConflictError) as error:
            raise LogIncompleteError(written) from error
        return written

    def read_channels(self, recipients: Sequence[Recipient]) -> list[ChannelState]:
        """The status of each recipient's channel."""
        items = self._read_firsts(recipients)
        return [
            _CHANNEL.parse(
                items.get(f"{RECIPIENT_PREFIX}{one.key}", {}),
                key=one.key,
                owner=one.owner.name,
                channel=name_channel(one.channel),
            )
            for one in recipients
        ]

    def enable(self, key: str) -> bool:
        """Has the next sweep send to a recipient again; returns whether its channel was disabled.

        Raises:
            KeyError: nothing was ever sent to a recipient with this key.
            ConflictError: sweeps went on writing it.
        """

        def attempt() -> bool:
            item = next(db.get_items(self.client, self.name, [_state_key(key, 0)], consistent=True), None)
            if item is None:
                raise KeyError(key)
            if (since := item.get(_A.DISABLED_SINCE)) is None:
                return False
            # Another revision: a sweep that is sending starts again, and sees that it is enabled.
            update = db.Update(
                values={_A.DISABLED_SINCE: None},
                add={_A.REVISION: {"N": "1"}},
                if_still={_A.DISABLED_SINCE: since},
            )
            db.update_item(self.client, self.name, _state_key(key, 0), update)
            return True

        return db.retry_on_conflict(attempt)

    def _read_firsts(self, recipients: Sequence[Recipient]) -> dict[str, Item]:
        keys = [_state_key(recipient.key, 0) for recipient in recipients]
        found = db.get_items(self.client, self.name, keys, consistent=True)
        return {db.read_text(item, _A.SUBJECT): item for item in found}

    def _parse(self, key: str, first: Item | None) -> StoredRecipient:
        if first is None:
            return StoredRecipient(key=key, state=RecipientState())
        chunks = [first[_A.STATE]["B"]]
        if (count := db.find_number(first, _A.CHUNKS)) > 1:
            chunks += self._read_others(key, first, count)
        state = db.load_chunks(RecipientState, chunks)
        enabled = state.disabled is not None and _A.DISABLED_SINCE not in first
        return _STORED.parse(first, key=key, state=state, enabled_by_hand=enabled)

    def _read_others(self, key: str, first: Item, count: int) -> list[bytes]:
        """The other parts of a large state, as they were written together with the first.

        Raises:
            ConflictError: it was written between the reads.
        """
        keys = [_state_key(key, number) for number in range(1, count)]
        others = list(db.get_items(self.client, self.name, keys, consistent=True))
        others.sort(key=lambda item: db.read_text(item, _A.PART))
        revisions = {db.find_number(item, _A.REVISION) for item in others}
        # The first may be ahead: enabling a channel counts there alone.
        read = db.find_number(first, _A.REVISION)
        if len(others) != count - 1 or len(revisions) != 1 or max(revisions) > read:
            raise db.ConflictError(key)
        return [item[_A.STATE]["B"] for item in others]

    def _build_states(self, recipient: Recipient, written: StoredRecipient, read: int) -> Iterator[Any]:
        chunks = db.dump_chunks(written.state)
        for number, chunk in enumerate(chunks):
            item: dict[str, Any] = {
                **_state_key(recipient.key, number),
                _A.STATE: {"B": chunk},
                _A.REVISION: db.NUMBER.write(written.revision),
            }
            condition: dict[str, Any] = {}
            if number == 0:
                item |= _describe(recipient, written, len(chunks))
                condition = db.Update(if_still={_A.REVISION: db.COUNT.write(read)}).arguments()
            yield {"Put": {"TableName": self.name, "Item": item, **condition}}


def _describe(recipient: Recipient, stored: StoredRecipient, chunks: int) -> dict[str, Any]:
    """What people are shown of a recipient, and what reading it takes."""
    disabled, failing = stored.state.disabled, failing_since(stored.state)
    shown = ChannelState(
        key=recipient.key,
        owner=recipient.owner.name,
        channel=name_channel(recipient.channel),
        delivered_at=stored.state.last,
        disabled_since=disabled.since if disabled else None,
        failing_since=failing,
        problem=disabled.problem if disabled else stored.problem if failing else "",
    )
    leased = db.MOMENT.write(stored.leased_until) if stored.leased_until else None
    found = {**_CHANNEL.describe(shown), _A.CHUNKS: db.NUMBER.write(chunks)}
    return found | ({_A.LEASED_UNTIL: leased} if leased else {})


def _state_key(key: str, number: int) -> dict[str, Any]:
    part = f"{STATE_PREFIX}{number:04}"
    return {_A.SUBJECT: {"S": f"{RECIPIENT_PREFIX}{key}"}, _A.PART: {"S": part}}
