"""A rebuild: senders are marked, and the sweep is waited for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from ops.incidents.finding import Found
from ops.incidents.marking import Mark, Marks
from ops.progress import OnProgress
from store.incidents import IncidentAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STALLED_AFTER: Final = timedelta(minutes=5)
"""No sweep is longer than this (the function's timeout), and one begins every minute."""
_LOOK_SECONDS: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What became of a rebuild."""

    folded: Sequence[Found]
    incidents: int
    """Of the senders that are folded."""
    lacks_parts: Sequence[Found] = ()
    """Those of them that will be folded once more, by themselves."""
    failed: Sequence[Found] = ()
    waiting: Sequence[Found] = ()
    """Those that no sweep has come to, and none seems to come."""


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """Marks senders, and waits for the sweep.

    Attributes:
        client: may update and read the senders, and query the incidents.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
        progress: told how far it is.
        clock: the time; tests pass their own.
        sleep: waits the given seconds; tests pass their own.
    """

    client: "DynamoDBClient"
    senders_table: str
    incidents_table: str
    progress: OnProgress
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep

    @property
    def _marks(self) -> Marks:
        return Marks(self.client, self.senders_table)

    def mark(self, senders: Sequence[Found]) -> None:
        """Has senders folded anew, from the next sweep on."""
        for done, sender in enumerate(senders, start=1):
            self._marks.put(sender.key, self.clock())
            self.progress("Marking", done, len(senders))

    def wait(self, senders: Sequence[Found]) -> Rebuilt:
        """Returns once the sweep has folded all of them, or failed to, or has not moved for minutes."""
        marks, moved_at = self._look(senders), self.clock()
        while waiting := _pick(marks, Mark.WAITING):
            self.progress("Folding", len(senders) - len(waiting), len(senders))
            if self.clock() - moved_at > STALLED_AFTER:
                break
            self.sleep(_LOOK_SECONDS)
            looked = self._look(senders)
            if looked != marks:
                marks, moved_at = looked, self.clock()
        self.progress("Folding", len(senders) - len(waiting), len(senders))
        lacks_parts = _pick(marks, Mark.LACKS_PARTS)
        folded = sorted([*_pick(marks, Mark.FOLDED), *lacks_parts])
        return Rebuilt(
            folded=folded,
            incidents=self._count_incidents(folded),
            lacks_parts=lacks_parts,
            failed=_pick(marks, Mark.FAILED),
            waiting=waiting,
        )

    def _look(self, senders: Sequence[Found]) -> dict[Found, Mark]:
        marks = self._marks.read([sender.key for sender in senders], self.clock())
        return {sender: marks[sender.key] for sender in senders}

    def _count_incidents(self, senders: Sequence[Found]) -> int:
        count = 0
        for done, sender in enumerate(senders, start=1):
            for page in self.client.get_paginator("query").paginate(
                TableName=self.incidents_table,
                Select="COUNT",
                KeyConditionExpression="#sender = :sender",
                ExpressionAttributeNames={"#sender": IncidentAttribute.SENDER},
                ExpressionAttributeValues={":sender": {"S": sender.key}},
            ):
                count += page["Count"]
            self.progress("Counting", done, len(senders))
        return count


def _pick(marks: dict[Found, Mark], wanted: Mark) -> list[Found]:
    return sorted(sender for sender, mark in marks.items() if mark is wanted)
