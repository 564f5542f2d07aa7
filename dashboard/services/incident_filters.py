"""Narrowing incidents down to those that somebody looks after, or nobody does."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from dashboard.data.incident import Incident


class Whose(StrEnum):
    """Whose incidents are shown."""

    ALL = "all"
    UNACKNOWLEDGED = "unacknowledged"
    """What goes on and nobody is on."""
    MINE = "mine"
    """What whoever looks has acknowledged."""


def filter_by_owner(incidents: Iterable[Incident], owner: str) -> list[Incident]:
    """The incidents of an owner; all of them where it is empty."""
    return [one for one in incidents if not owner or one.owner == owner]


def filter_by_whose(
    incidents: Iterable[Incident], whose: Whose, username: str, now: datetime
) -> list[Incident]:
    """The incidents that are the user's, or nobody's."""
    return [one for one in incidents if _matches(one, whose, username, now)]


def list_owners(incidents: Iterable[Incident]) -> Sequence[str]:
    """The owners of these, by name."""
    return sorted({one.owner for one in incidents if one.owner}, key=lambda name: (name.casefold(), name))


def _matches(one: Incident, whose: Whose, username: str, now: datetime) -> bool:
    match whose:
        case Whose.ALL:
            return True
        case Whose.UNACKNOWLEDGED:
            return one.live and not one.on_it(now)
        case Whose.MINE:
            # Of an ended one, who was on it last.
            return username == (one.on_it(now) if one.live else one.acknowledged_by)
