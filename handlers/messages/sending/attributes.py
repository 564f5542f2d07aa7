"""Values of an item, in DynamoDB's own form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contract.moments import parse_moment

Item = Mapping[str, Any]
"""An item, or one of its maps, as DynamoDB tells it."""


def read_text(item: Item, attribute: str) -> str:
    """A text that every such item has."""
    return str(item[attribute]["S"])


def find_text(item: Item, attribute: str) -> str | None:
    """A text; None where the item has none."""
    return str(item[attribute]["S"]) if attribute in item else None


def read_moment(item: Item, attribute: str) -> datetime:
    """A moment that every such item has."""
    return parse_moment(read_text(item, attribute))


def find_moment(item: Item, attribute: str) -> datetime | None:
    """A moment; None where the item has none."""
    return parse_moment(read_text(item, attribute)) if attribute in item else None


def find_number(item: Item, attribute: str) -> int:
    """A number; 0 where the item has none."""
    return int(item[attribute]["N"]) if attribute in item else 0
