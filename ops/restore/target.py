"""The live table that something is put back into."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.restore.outcome import Item, Outcome
from ops.restore.what import Restorable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class Target:
    """A live table, and how it is written.

    Attributes:
        client: may read and write it.
        what: is put back, and by which key.
        table: its name.
        write: whether anything is written.
        overwrite: whether what differs becomes what it was.
        clock: the time, in seconds since 1970.
    """

    client: "DynamoDBClient"
    what: Restorable
    table: str
    write: bool = True
    overwrite: bool = False
    clock: Callable[[], float] = time.time

    def has_expired(self, item: Item) -> bool:
        """Whether DynamoDB would delete the item."""
        expires = item.get(self.what.expires, {}).get("N")
        return expires is not None and int(expires) <= self.clock()

    def attempt(self, write: Callable[[], object], outcome: Outcome) -> Outcome:
        """Writes, where anything is written: the outcome, or that the write's condition no longer held."""
        if not self.write:
            return outcome
        try:
            write()
        except self.client.exceptions.ConditionalCheckFailedException:
            return Outcome.CHANGED
        return outcome
