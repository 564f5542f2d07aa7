"""A sender's own item: what the rules know of it, and beside it what a page shows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.moments import format_moment
from contract.words import IncidentStatus
from handlers.incidents.intervals import given_interval, sender_interval
from handlers.incidents.kinds import shared
from handlers.incidents.life import deadlines
from handlers.incidents.rules import GAPS_FOR_A_MEDIAN, GRACE
from handlers.incidents.runs import Listing
from handlers.incidents.state import Sender, State
from handlers.projection.bodies import write_body
from handlers.projection.recent_runs import RecentRuns
from handlers.projection.shown_hours import describe_hours
from handlers.projection.updates import Values
from handlers.runs.told import ToldRun
from store.senders import SenderAttribute, SilenceAttribute, wake_shard

SHOWN_FOLDERS: Final = 20
"""How many of the folders that cannot be read an item names; the rest is counted."""
SHOWN_ERROR_CHARACTERS: Final = 200


_OF_THE_LIST: Final = (
    SenderAttribute.WATCHED,
    SenderAttribute.UNREADABLE,
    SenderAttribute.UNREADABLE_FOLDERS,
)


@dataclass(frozen=True, kw_only=True)
class Wake:
    """When the sweep has to look at a sender."""

    at: datetime | None
    fold_since: datetime | None = None


def describe_wake(sender: str, wake: Wake) -> Values:
    """What the wake index is made from."""
    return {
        SenderAttribute.WAKES_IN: {"S": wake_shard(sender)} if wake.at else None,
        SenderAttribute.WAKES_AT: {"S": format_moment(wake.at)} if wake.at else None,
        SenderAttribute.FOLD_SINCE: {"S": format_moment(wake.fold_since)} if wake.fold_since else None,
    }


def describe_sender(sender: Sender, recent: RecentRuns) -> Values:
    """What its own item says of a sender, whatever became of its folders."""
    late, _ = deadlines(sender)
    address = sender.addresses[-1].address if sender.addresses else None
    mark = shared(sender, sender.last.at)
    struck = sender.struck_until is not None and sender.last.at < sender.struck_until
    return {
        SenderAttribute.BODY: {"S": write_body(sender)},
        SenderAttribute.RECENT_RUNS: {"S": recent.format()},
        SenderAttribute.STATE: {"S": sender.state},
        SenderAttribute.STATE_SINCE: {"S": format_moment(sender.state_since)},
        SenderAttribute.KIND: {"S": sender.kind},
        SenderAttribute.LAST_RUN_AT: {"S": format_moment(sender.last.at)},
        SenderAttribute.LAST_ARRIVAL_AT: {"S": format_moment(sender.last_arrival)},
        SenderAttribute.DUE_AT: late and {"S": format_moment(late - GRACE)},
        SenderAttribute.INTERVAL_MINUTES: {"N": f"{sender_interval(sender) / timedelta(minutes=1):.0f}"},
        SenderAttribute.INTERVAL_FROM: {"S": _interval_from(sender)},
        SenderAttribute.HOURS: sender.settings.hours and describe_hours(sender.settings.hours),
        SenderAttribute.SILENCES: _list_silences(sender),
        SenderAttribute.CLIENT: sender.client and {"S": sender.client},
        SenderAttribute.SOURCE_ADDRESS: address and {"S": address},
        SenderAttribute.ADDRESSES: {"L": [{"S": one.address} for one in sender.addresses]},
        SenderAttribute.SHARED: {"S": "strikes" if struck else "addresses"} if mark else None,
    }


def describe_told(told: ToldRun) -> Values:
    """What a sender's own item repeats of its last run."""
    skew = {"N": f"{told.run.skew.total_seconds():.0f}"} if told.clock_told else None
    return {
        SenderAttribute.SENDER_NAME: {"S": told.sender_name},
        SenderAttribute.REPORTED_BY: {"S": told.reported_by},
        SenderAttribute.CLOCK_SKEW_SECONDS: skew,
        SenderAttribute.LOST_LETTERS: {"N": str(told.lost_letters)} if told.lost_letters else None,
        **(_describe_list(told.run.listing, told.spelt) if told.run.complete else {}),
    }


def describe_folders(state: State) -> Values:
    """What a sender's own item says of its incidents and sets; only where these were read."""
    statuses = [incident.status for incident in state.incidents.values()]
    return {
        SenderAttribute.OPEN: {"N": str(statuses.count(IncidentStatus.OPEN))},
        SenderAttribute.UNKNOWN: {"N": str(statuses.count(IncidentStatus.UNKNOWN))},
        SenderAttribute.MIXED_UP: _list_mixed_up(state),
    }


def _interval_from(sender: Sender) -> str:
    if sender.settings.interval is not None:
        return "set"
    if given_interval(sender) is not None:
        return "declared"
    return "learnt" if len(sender.gaps) >= GAPS_FOR_A_MEDIAN else "assumed"


def _list_silences(sender: Sender) -> Values | None:
    entries = [
        {
            "M": {
                SilenceAttribute.SINCE: {"S": format_moment(one.since)},
                SilenceAttribute.UNTIL: {"S": format_moment(one.until)},
            }
        }
        for one in sender.silences
    ]
    return {"L": entries} if entries else None


def _list_mixed_up(state: State) -> Values | None:
    sender = state.sender
    mixed = [one for one in state.sets.values() if sender is not None and one.mixed_up(sender.last.at)]
    entries = [
        {"M": {"Folder": {"S": one.key}, "Until": {"S": format_moment(one.mixed_until)}}}
        for one in mixed
        if one.mixed_until is not None
    ]
    return {"L": entries} if entries else None


def _describe_list(listing: Listing | None, spelt: Mapping[str, str]) -> Values:
    if listing is None:
        return dict.fromkeys(_OF_THE_LIST)
    errors: Iterable[tuple[str, str]] = listing.errors[:SHOWN_FOLDERS]
    unreadable = [
        {
            "M": {
                "Folder": {"S": spelt.get(key, key)},
                "Error": {"S": text[:SHOWN_ERROR_CHARACTERS] or "unreadable"},
            }
        }
        for key, text in errors
    ]
    return {
        SenderAttribute.WATCHED: {"N": str(len(listing.read) + len(listing.errors))},
        SenderAttribute.UNREADABLE: {"N": str(len(listing.errors))} if unreadable else None,
        SenderAttribute.UNREADABLE_FOLDERS: {"L": unreadable} if unreadable else None,
    }
