"""What people did: in the history of an incident, or as an act that a sender is folded with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contract.action import IncidentAction
from contract.moments import format_moment
from handlers.incidents.settings import Act
from handlers.projection.bodies import write_body
from handlers.projection.shown_hours import describe_hours
from handlers.projection.updates import Update, Values
from store.incidents import DeedAttribute, IncidentAttribute
from store.senders import SenderAttribute


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What a person did about an incident."""

    deed_id: str
    at: datetime
    by: str
    """The user's name."""
    action: IncidentAction
    note: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A deed to be added to a history, as it was read."""

    deed: Deed
    version: int
    """Of what people changed before."""

    def update(self, values: Values, if_still: Values | None = None) -> Update:
        """The update that adds it and, with it, sets these attributes: both, or neither.

        Args:
            values: attributes to set.
            if_still: what has to be so beside the version.
        """
        before = {"N": str(self.version)} if self.version else None
        return Update(
            values={**values, IncidentAttribute.ACTION_VERSION: {"N": str(self.version + 1)}},
            append={IncidentAttribute.HISTORY: {"L": [{"M": _describe_deed(self.deed)}]}},
            if_still={IncidentAttribute.ACTION_VERSION: before, **(if_still or {})},
        )


def read_version(item: Mapping[str, Any]) -> int:
    """How often people changed an incident."""
    return int(item.get(IncidentAttribute.ACTION_VERSION, {}).get("N", "0"))


def describe_act(act: Act) -> Values:
    """What an act's item says beside its key: what the rules know of it, and what a page shows."""
    minutes = act.interval and f"{act.interval / timedelta(minutes=1):.0f}"
    shown = {
        DeedAttribute.DONE_AT: {"S": format_moment(act.at)},
        DeedAttribute.DONE_BY: act.by and {"S": act.by},
        DeedAttribute.ACTION: {"S": act.action},
        DeedAttribute.NOTE: act.note and {"S": act.note},
        SenderAttribute.INTERVAL_MINUTES: minutes and {"N": minutes},
        SenderAttribute.HOURS: act.hours and describe_hours(act.hours),
    }
    return {
        SenderAttribute.BODY: {"S": write_body(act)},
        **{str(attribute): value for attribute, value in shown.items() if value},
    }


def _describe_deed(deed: Deed) -> Values:
    told = {
        DeedAttribute.DEED_ID: deed.deed_id,
        DeedAttribute.DONE_AT: format_moment(deed.at),
        DeedAttribute.DONE_BY: deed.by,
        DeedAttribute.ACTION: deed.action,
        DeedAttribute.NOTE: deed.note,
        DeedAttribute.UNTIL: deed.until and format_moment(deed.until),
    }
    return {str(attribute): {"S": text} for attribute, text in told.items() if text}
