"""What became of each owner's channels: those that are disabled, and those that fail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from contract.moments import parse_moment
from contract.owners.model import Owners, list_channels, name_channel, recipient_key
from ops.errors import OpsError
from store.notifications import FIRST_STATE, RECIPIENT_PREFIX, MessageAttribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_AT_ONCE: Final = 100
"""Keys of one BatchGetItem (DynamoDB quotas)."""


class UnknownChannelError(OpsError):
    """Nothing is known of such a channel."""


@dataclass(frozen=True, kw_only=True)
class ChannelState:
    """A channel of an owner."""

    key: str
    """What `enable` takes."""
    owner: str
    channel: str
    """As people are shown it."""
    told: bool
    """Whether the service has come to it at all."""
    disabled_since: datetime | None = None
    failing_since: datetime | None = None
    problem: str = ""


@dataclass(frozen=True)
class Channels:
    """Channels in the table FileSlaMessages.

    Attributes:
        client: may read and update its items.
        table: its name.
    """

    client: "DynamoDBClient"
    table: str

    def read(self, owners: Owners) -> Sequence[ChannelState]:
        """How every channel is that the owners' file names."""
        known = {
            recipient_key(owner.name, channel): (owner.name, name_channel(channel))
            for owner in owners.owners.values()
            for _, channel in list_channels(owner)
        }
        items = {item[MessageAttribute.ABOUT]["S"]: item for item in self._read_items(known)}
        return [
            _parse(key, owner, channel, items.get(RECIPIENT_PREFIX + key, {}))
            for key, (owner, channel) in known.items()
        ]

    def enable(self, key: str) -> bool:
        """Has the next sweep send over a channel again; whether it was disabled.

        Raises:
            UnknownChannelError: nothing is known of it.
        """
        try:
            self.client.update_item(
                TableName=self.table,
                Key=_state_key(key),
                # Whoever is at work on it starts again, and sees that it is enabled.
                UpdateExpression="REMOVE #since ADD #revision :one",
                ConditionExpression="attribute_exists(#since)",
                ExpressionAttributeNames={
                    "#since": MessageAttribute.DISABLED_SINCE,
                    "#revision": MessageAttribute.REVISION,
                },
                ExpressionAttributeValues={":one": {"N": "1"}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            if not error.response.get("Item"):
                raise UnknownChannelError(
                    f"Nothing was ever sent over a channel {key}. For its key: python -m ops owners channels"
                ) from None
            return False
        return True

    def _read_items(self, keys: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        waiting = iter(keys)
        while part := list(islice(waiting, _KEYS_AT_ONCE)):
            asked: Any = {self.table: {"Keys": [_state_key(key) for key in part], "ConsistentRead": True}}
            while asked:
                answer = self.client.batch_get_item(RequestItems=asked)
                yield from answer["Responses"].get(self.table, ())
                asked = answer.get("UnprocessedKeys")


def _state_key(key: str) -> dict[str, Any]:
    return {MessageAttribute.ABOUT: {"S": RECIPIENT_PREFIX + key}, MessageAttribute.PART: {"S": FIRST_STATE}}


def _parse(key: str, owner: str, channel: str, item: Mapping[str, Any]) -> ChannelState:
    return ChannelState(
        key=key,
        owner=owner,
        channel=channel,
        told=bool(item),
        disabled_since=_moment(item, MessageAttribute.DISABLED_SINCE),
        failing_since=_moment(item, MessageAttribute.FAILING_SINCE),
        problem=item[MessageAttribute.PROBLEM]["S"] if MessageAttribute.PROBLEM in item else "",
    )


def _moment(item: Mapping[str, Any], attribute: MessageAttribute) -> datetime | None:
    return parse_moment(item[attribute]["S"]) if attribute in item else None
