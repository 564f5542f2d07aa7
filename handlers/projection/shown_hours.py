"""The hours in which a sender is expected, as its item shows them."""

from contract.action import Day
from handlers.incidents.hours import Hours
from handlers.projection.updates import Values
from store.senders import HoursAttribute

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
