"""Which senders there are, as the table of runs tells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract.words import SenderState
from ops.errors import OpsError
from store.runs import RunAttribute
from store.senders import SenderAttribute, SenderIndex

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, order=True)
class Found:
    """A sender."""

    name: str
    key: str


class UnknownSenderError(OpsError):
    """No sender is called so."""


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Looks for senders.

    Attributes:
        client: may query and scan the tables.
        runs_table: the table FileSlaRuns, which knows every sender.
        senders_table: the table FileSlaSenders, which knows most, and quickly.
        seen: told how many runs were looked through.
    """

    client: "DynamoDBClient"
    runs_table: str
    senders_table: str
    seen: Callable[[int], None]

    def find_all(self) -> list[Found]:
        """Every sender of which a run is kept, by name. It takes reading the whole table."""
        names: dict[str, str] = {}
        looked = 0
        for page in self.client.get_paginator("scan").paginate(
            TableName=self.runs_table,
            ProjectionExpression="#sender, #name",
            ExpressionAttributeNames={"#sender": RunAttribute.SENDER, "#name": RunAttribute.SENDER_NAME},
        ):
            for item in page["Items"]:
                key = item[RunAttribute.SENDER]["S"]
                # The name of its latest run: those of one sender come in order.
                names[key] = item.get(RunAttribute.SENDER_NAME, {}).get("S", key)
            looked += page["Count"]
            self.seen(looked)
        return sorted(Found(name, key) for key, name in names.items())

    def find(self, text: str) -> list[Found]:
        """The senders with this key, or else with this name, in whatever case.

        Raises:
            UnknownSenderError: there is none.
        """
        for key in dict.fromkeys((text, text.lower())):
            if self._has_runs(key):
                return [Found(text, key)]
        wanted = text.casefold()
        for found in (set(self._list_known()), self.find_all()):
            if same := sorted(one for one in found if one.name.casefold() == wanted):
                return same
        raise UnknownSenderError(f"No run of a sender that is called {text} is kept.")

    def _has_runs(self, key: str) -> bool:
        answer = self.client.query(
            TableName=self.runs_table,
            KeyConditionExpression="#sender = :sender",
            ExpressionAttributeNames={"#sender": RunAttribute.SENDER},
            ExpressionAttributeValues={":sender": {"S": key}},
            Limit=1,
        )
        return bool(answer["Items"])

    def _list_known(self) -> Iterator[Found]:
        for state in SenderState:
            for page in self.client.get_paginator("query").paginate(
                TableName=self.senders_table,
                IndexName=SenderIndex.STATE,
                KeyConditionExpression="#state = :state",
                ProjectionExpression="#sender, #name",
                ExpressionAttributeNames={
                    "#state": SenderAttribute.STATE,
                    "#sender": SenderAttribute.SENDER,
                    "#name": SenderAttribute.SENDER_NAME,
                },
                ExpressionAttributeValues={":state": {"S": state}},
            ):
                for item in page["Items"]:
                    key = item[SenderAttribute.SENDER]["S"]
                    yield Found(item.get(SenderAttribute.SENDER_NAME, {}).get("S", key), key)
