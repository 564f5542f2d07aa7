"""Items of the table FileSlaSenders: a sender as pages show it, and its last refused report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from contract.action import Day
from contract.moments import Hours, format_moment
from contract.words import SenderKind, SenderState
from handlers.projection.store_dynamodb import Values
from handlers.projection.store_runs import Listing, ToldRun
from store.runs import RunAttribute
from store.senders import (
    OWN_PART,
    REFUSED_PART,
    REFUSED_STATE,
    HoursAttribute,
    SenderAttribute,
    SilenceAttribute,
    wake_shard,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def own_key(sender: str) -> Values:
    """The key of a sender's own item."""
    return {SenderAttribute.SENDER: {"S": sender}, SenderAttribute.PART: {"S": OWN_PART}}


_DAYS = tuple(Day)


def describe_hours(hours: Hours) -> Values:
    """As a map of `HoursAttribute`."""
    return {
        "M": {
            HoursAttribute.DAYS: {"L": [{"S": _DAYS[day]} for day in sorted(hours.days)]},
            HoursAttribute.FROM: {"S": f"{hours.start:%H:%M}"},
            HoursAttribute.TO: {"S": f"{hours.end:%H:%M}"},
            HoursAttribute.ZONE: {"S": hours.zone},
        }
    }


SHOWN_FOLDERS: Final = 20
"""How many of the folders that cannot be read an item names; the rest is counted."""
SHOWN_ERROR_CHARACTERS: Final = 200


_OF_THE_LIST: Final = (
    SenderAttribute.WATCHED,
    SenderAttribute.UNREADABLE,
    SenderAttribute.UNREADABLE_FOLDERS,
)


@dataclass(frozen=True, kw_only=True)
class NextCheck:
    """When the sweep has to look at a sender."""

    at: datetime | None
    replay_since: datetime | None = None


def describe_next_check(sender: str, wake: NextCheck) -> Values:
    """What the wake index is made from."""
    return {
        SenderAttribute.WAKES_IN: {"S": wake_shard(sender)} if wake.at else None,
        SenderAttribute.WAKES_AT: {"S": format_moment(wake.at)} if wake.at else None,
        SenderAttribute.FOLD_SINCE: {"S": format_moment(wake.replay_since)} if wake.replay_since else None,
    }


class Silence(NamedTuple):
    """A silence that is over: when the sender was heard last, and when it was heard again."""

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A sender as pages show it: what the rules make of its runs and of its incidents."""

    state: SenderState
    state_since: datetime
    kind: SenderKind
    last_run_at: datetime
    last_arrival_at: datetime
    due_at: datetime | None
    """When its next run is expected; None where none is."""
    interval: timedelta
    interval_from: str
    """`set`, `declared`, `learnt`, or `assumed` as long as there is nothing to learn from."""
    hours: Hours | None
    """When it is expected; None for always."""
    silences: tuple[Silence, ...]
    client: str | None
    addresses: tuple[str, ...]
    """Those of the last days; the last one is of its last run."""
    shared: str | None
    """Why several servers are taken to report through it: `addresses` or `strikes`."""
    open: int
    """Incidents."""
    unknown: int
    ambiguous_sets: tuple[tuple[str, datetime], ...]
    """Keys of the sets in which leaving a folder out means nothing, and until when."""


def describe_sender(sender: Sender) -> Values:
    """The attributes of its own item that show it."""
    address = sender.addresses[-1] if sender.addresses else None
    return {
        SenderAttribute.STATE: {"S": sender.state},
        SenderAttribute.STATE_SINCE: {"S": format_moment(sender.state_since)},
        SenderAttribute.KIND: {"S": sender.kind},
        SenderAttribute.LAST_RUN_AT: {"S": format_moment(sender.last_run_at)},
        SenderAttribute.LAST_ARRIVAL_AT: {"S": format_moment(sender.last_arrival_at)},
        SenderAttribute.DUE_AT: sender.due_at and {"S": format_moment(sender.due_at)},
        SenderAttribute.INTERVAL_MINUTES: {"N": f"{sender.interval / timedelta(minutes=1):.0f}"},
        SenderAttribute.INTERVAL_FROM: {"S": sender.interval_from},
        SenderAttribute.HOURS: sender.hours and describe_hours(sender.hours),
        SenderAttribute.SILENCES: _list_or_none(
            {
                SilenceAttribute.SINCE: {"S": format_moment(one.since)},
                SilenceAttribute.UNTIL: {"S": format_moment(one.until)},
            }
            for one in sender.silences
        ),
        SenderAttribute.CLIENT: sender.client and {"S": sender.client},
        SenderAttribute.SOURCE_ADDRESS: address and {"S": address},
        SenderAttribute.ADDRESSES: {"L": [{"S": one} for one in sender.addresses]},
        SenderAttribute.SHARED: sender.shared and {"S": sender.shared},
        SenderAttribute.OPEN: {"N": str(sender.open)},
        SenderAttribute.UNKNOWN: {"N": str(sender.unknown)},
        SenderAttribute.MIXED_UP: _list_or_none(
            {"Folder": {"S": key}, "Until": {"S": format_moment(until)}}
            for key, until in sender.ambiguous_sets
        ),
    }


def describe_last_run(told: ToldRun) -> Values:
    """What a sender's own item repeats of its last run."""
    skew = {"N": f"{told.run.skew.total_seconds():.0f}"} if told.clock_told else None
    return {
        SenderAttribute.SENDER_NAME: {"S": told.sender_name},
        SenderAttribute.REPORTED_BY: {"S": told.reported_by},
        SenderAttribute.CLOCK_SKEW_SECONDS: skew,
        SenderAttribute.LOST_LETTERS: {"N": str(told.lost_letters)} if told.lost_letters else None,
        **(_describe_list(told.run.listing, told.spelt) if told.run.complete else {}),
    }


def _list_or_none(maps: Iterable[Values]) -> Values | None:
    entries = [{"M": one} for one in maps]
    return {"L": entries} if entries else None


def _describe_list(listing: Listing | None, spelt: Mapping[str, str]) -> Values:
    if listing is None:
        return dict.fromkeys(_OF_THE_LIST)
    unreadable = _list_or_none(
        {
            "Folder": {"S": spelt.get(key, key)},
            "Error": {"S": text[:SHOWN_ERROR_CHARACTERS] or "unreadable"},
        }
        for key, text in listing.errors[:SHOWN_FOLDERS]
    )
    return {
        SenderAttribute.WATCHED: {"N": str(len(listing.read) + len(listing.errors))},
        SenderAttribute.UNREADABLE: unreadable and {"N": str(len(listing.errors))},
        SenderAttribute.UNREADABLE_FOLDERS: unreadable,
    }


_COPIED = {
    RunAttribute.SENDER: SenderAttribute.SENDER,
    RunAttribute.SENDER_NAME: SenderAttribute.SENDER_NAME,
    RunAttribute.REPORTED_BY: SenderAttribute.REPORTED_BY,
    RunAttribute.SOURCE_ADDRESS: SenderAttribute.SOURCE_ADDRESS,
    RunAttribute.ARRIVED_AT: SenderAttribute.REFUSED_AT,
    RunAttribute.PROBLEMS: SenderAttribute.PROBLEMS,
    RunAttribute.REQUEST_ID: SenderAttribute.REQUEST_ID,
}


def put_refused(client: "DynamoDBClient", senders_table: str, item: Mapping[str, Any]) -> None:
    """Keeps a sender's last refused report, an item of FileSlaRuns, beside what is known of the sender.

    Raises:
        botocore.exceptions.ClientError: DynamoDB refused or failed.
    """
    values: Values = {
        SenderAttribute.PART: {"S": REFUSED_PART},
        SenderAttribute.STATE: {"S": REFUSED_STATE},
        **{ours: item[theirs] for theirs, ours in _COPIED.items() if theirs in item},
    }
    try:
        client.put_item(
            TableName=senders_table,
            Item=values,
            ConditionExpression="attribute_not_exists(#at) OR #at < :at",
            ExpressionAttributeNames={"#at": SenderAttribute.REFUSED_AT},
            ExpressionAttributeValues={":at": values[SenderAttribute.REFUSED_AT]},
        )
    except ClientError as error:
        # A later one is there.
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
