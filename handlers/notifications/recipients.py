"""The log of what was told: an item for each thing that a message said something of."""

import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from contract.moments import format_moment
from contract.owners.model import name_channel
from handlers.notifications.situation import Notice, Notification, Recipient
from handlers.projection.store_dynamodb import MAX_WRITES, list_cancellations, read_chunks, write_chunks
from handlers.runtime import logger
from store.dynamodb import Item, find_moment, find_number, find_text, get_items, read_text
from store.notifications import (
    FIRST_STATE,
    INCIDENT_PREFIX,
    RECIPIENT_PREFIX,
    STATE_PREFIX,
    MessageAttribute,
    RecipientState,
    failing_since,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


KEPT_BEYOND: Final = timedelta(days=90)
"""How much longer than an incident after its end: the log of one that lasted is older than it."""


def build_log_entries(
    message: Notification, at: datetime, revision: int, retention: timedelta | None
) -> list[dict[str, Any]]:
    """What a message said, as items of the table FileSlaMessages.

    Args:
        message: what was delivered.
        at: when, in UTC.
        revision: of the recipient's state that records it.
        retention: how long an incident is kept after its end; None for good.
    """
    recipient = message.recipient
    expires: dict[str, Any] = (
        {MessageAttribute.EXPIRES_AT: {"N": str(int((at + retention + KEPT_BEYOND).timestamp()))}}
        if retention
        else {}
    )
    items: list[dict[str, Any]] = []
    for number, (subject, line) in enumerate(_list_subjects(message)):
        folder: dict[str, Any] = {MessageAttribute.FOLDER: {"S": line.folder.folder}} if line.folder else {}
        items.append(
            {
                MessageAttribute.ABOUT: {"S": subject},
                # In order of time, and another one for each line that a recipient was ever told.
                MessageAttribute.PART: {
                    "S": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}#{recipient.key}#{revision}.{number}"
                },
                MessageAttribute.TOLD_AT: {"S": format_moment(at)},
                MessageAttribute.TOLD: {"S": line.kind},
                MessageAttribute.OWNER: {"S": recipient.owner.name},
                MessageAttribute.CHANNEL: {"S": name_channel(recipient.channel)},
                **folder,
                **expires,
            }
        )
    return items


def _list_subjects(message: Notification) -> Iterator[tuple[str, Notice]]:
    for line in message.lines:
        yield line.subject, line
        # What a notice of a silent sender says, it says of these.
        for incident in line.unknown:
            yield f"{INCIDENT_PREFIX}{incident.incident_id}", line


LEASE: Final = timedelta(seconds=90)
"""Longer than reading files, one delivery and its record take at most. As long as this a recipient hears
nothing after a sweep was killed."""
_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 0.1
"""Doubled each time that two transactions met."""


class ConflictError(Exception):
    """The recipient was written since it was read: whatever is due is found anew by another sweep."""


@dataclass(frozen=True, kw_only=True)
class StoredRecipient:
    """A recipient's state, as it was read or written last."""

    key: str
    told: RecipientState
    revision: int = 0
    leased_until: datetime | None = None
    enabled_by_hand: bool = False
    """Its channel was disabled, and somebody enabled it since."""
    problem: str = ""
    """What the last attempt failed with."""

    def is_leased(self, now: datetime) -> bool:
        """Whether a sweep has it to itself. A lease by a clock that was far ahead is none."""
        return self.leased_until is not None and now < self.leased_until <= now + 2 * LEASE


@dataclass(frozen=True, kw_only=True)
class StoredRecipients:
    """What was read of recipients."""

    known: Mapping[str, StoredRecipient]
    """By their keys. One that another sweep is just writing is not among them: that one tells it."""
    unreadable: int = 0
    """How many have a state that cannot be read; it is logged whose."""


class RecipientStore:
    """Recipients in the table FileSlaMessages. Threads may share it.

    Args:
        client: a DynamoDB client that may get, put and query items of the table.
        table: its name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def read(self, recipients: Sequence[Recipient]) -> StoredRecipients:
        """What is known of them; of one that is new, what is true of it.

        One whose state cannot be read keeps nobody else from being told.
        """
        keys = [_state_key(recipient.key, FIRST_STATE) for recipient in recipients]
        firsts = {
            read_text(item, MessageAttribute.ABOUT): item
            for item in get_items(self._client, self._table, keys, consistent=True)
        }
        known, unreadable = {}, 0
        for one in recipients:
            try:
                known[one.key] = self._parse(one.key, firsts.get(_about(one.key)))
            except ConflictError:
                continue  # another sweep is at work on it
            except (KeyError, ValidationError, zlib.error):
                unreadable += 1
                logger.exception("a recipient's state cannot be read", extra={"owner": one.owner.name})
        return StoredRecipients(known=known, unreadable=unreadable)

    def write(
        self,
        recipient: Recipient,
        known: StoredRecipient,
        *,
        leased_until: datetime | None,
        log: Sequence[Mapping[str, Any]] = (),
    ) -> StoredRecipient:
        """Writes a state and what it follows from, all of it or nothing.

        Where the log is too long for one transaction, the rest of it is written after; should that fail,
        lines of the log are missing, and nothing else.

        Args:
            recipient: whose it is.
            known: the state to write, with the revision that was read.
            leased_until: until when no other sweep writes it; None to let go of it.
            log: items of the log.

        Returns:
            What was written, for the next write.

        Raises:
            ConflictError: it was written since it was read.
        """
        written = replace(known, revision=known.revision + 1, leased_until=leased_until)
        states = list(self._build_states(recipient, written, read=known.revision))
        lines = [{"Put": {"TableName": self._table, "Item": line}} for line in log]
        along = MAX_WRITES - len(states)
        self._transact(known.key, [*states, *lines[:along]])
        try:
            for start in range(along, len(lines), MAX_WRITES):
                self._transact(known.key, lines[start : start + MAX_WRITES])
        except (BotoCoreError, ClientError, ConflictError):
            logger.exception("lines of the log are missing", extra={"owner": recipient.owner.name})
        return written

    def _transact(self, key: str, actions: list[Any]) -> None:
        """Writes all of it or nothing, also where it is one item: tried again, it is known as done."""
        for attempt in range(_ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=actions)
            except ClientError as error:
                reasons = list_cancellations(error)
                if "ConditionalCheckFailed" in reasons:
                    raise ConflictError(key) from error
                # Two met: neither was first, and what was read may still be true.
                if "TransactionConflict" not in reasons or attempt == _ATTEMPTS - 1:
                    raise
                time.sleep(_PAUSE_SECONDS * 2**attempt)
            else:
                return

    def _parse(self, key: str, first: Item | None) -> StoredRecipient:
        if first is None:
            return StoredRecipient(key=key, told=RecipientState())
        chunks = [first[MessageAttribute.BODY]["B"]]
        if (count := find_number(first, MessageAttribute.CHUNKS)) > 1:
            chunks = self._read_chunks(key, first, count)
        told = read_chunks(RecipientState, chunks)
        return StoredRecipient(
            key=key,
            told=told,
            revision=find_number(first, MessageAttribute.REVISION),
            leased_until=find_moment(first, MessageAttribute.LEASED_UNTIL),
            enabled_by_hand=told.disabled is not None and MessageAttribute.DISABLED_SINCE not in first,
            problem=find_text(first, MessageAttribute.PROBLEM) or "",
        )

    def _read_chunks(self, key: str, first: Item, count: int) -> list[bytes]:
        """All parts of a large state, as they were written together.

        Raises:
            ConflictError: it was written between the reads.
        """
        keys = [_state_key(key, _part(number)) for number in range(1, count)]
        others = get_items(self._client, self._table, keys, consistent=True)
        parts = {read_text(item, MessageAttribute.PART): item for item in others}
        revisions = {find_number(item, MessageAttribute.REVISION) for item in parts.values()}
        # The first may be ahead: who enables a channel counts there alone.
        read = find_number(first, MessageAttribute.REVISION)
        if len(parts) != count - 1 or len(revisions) != 1 or max(revisions) > read:
            raise ConflictError(key)
        parts[_part(0)] = first
        return [parts[_part(number)][MessageAttribute.BODY]["B"] for number in range(count)]

    def _build_states(
        self, recipient: Recipient, written: StoredRecipient, *, read: int
    ) -> Iterator[dict[str, Any]]:
        chunks = write_chunks(written.told)
        revision = {MessageAttribute.REVISION: {"N": str(written.revision)}}
        unread: dict[str, Any] = {
            "ConditionExpression": "#revision = :read" if read else "attribute_not_exists(#revision)",
            "ExpressionAttributeNames": {"#revision": str(MessageAttribute.REVISION)},
            **({"ExpressionAttributeValues": {":read": {"N": str(read)}}} if read else {}),
        }
        for number, chunk in enumerate(chunks):
            key, body = _state_key(recipient.key, _part(number)), {MessageAttribute.BODY: {"B": chunk}}
            put: dict[str, Any] = {"TableName": self._table, "Item": {**key, **body, **revision}}
            if number == 0:
                put["Item"] |= _describe(recipient, written, len(chunks))
                put |= unread
            yield {"Put": put}


def _describe(recipient: Recipient, known: StoredRecipient, chunks: int) -> dict[str, Any]:
    """What people are shown of a recipient, and the store itself wants to know."""
    told = known.told
    disabled_since = told.disabled.since if told.disabled else None
    failing = failing_since(told)
    problem = told.disabled.problem if told.disabled else known.problem if failing else ""
    found = {
        MessageAttribute.CHUNKS: {"N": str(chunks)},
        MessageAttribute.LEASED_UNTIL: _moment(known.leased_until),
        MessageAttribute.DISABLED_SINCE: _moment(disabled_since),
        MessageAttribute.FAILING_SINCE: _moment(failing),
        MessageAttribute.PROBLEM: {"S": problem} if problem else None,
        MessageAttribute.OWNER: {"S": recipient.owner.name},
        MessageAttribute.CHANNEL: {"S": name_channel(recipient.channel)},
    }
    return {attribute: value for attribute, value in found.items() if value is not None}


def _moment(moment: datetime | None) -> dict[str, str] | None:
    return {"S": format_moment(moment)} if moment else None


def _about(key: str) -> str:
    return f"{RECIPIENT_PREFIX}{key}"


def _state_key(key: str, part: str) -> dict[str, Any]:
    return {MessageAttribute.ABOUT: {"S": _about(key)}, MessageAttribute.PART: {"S": part}}


def _part(number: int) -> str:
    return f"{STATE_PREFIX}{number:04}"
