"""What becomes of an item of a restored table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

Item = Mapping[str, Any]
"""In DynamoDB's own form: `{"Folder": {"S": "inbound"}}`."""


class Outcome(StrEnum):
    """What became of a restored item."""

    THERE = "there already"
    EXPIRED = "expired meanwhile"
    PUT_BACK = "put back"
    DIFFERS = "differs"
    OVERWRITTEN = "overwritten"
    CHANGED = "changed meanwhile"
    """By someone else, between the comparison and the writing: it stays as it is."""


LEFT: Final = frozenset({Outcome.DIFFERS, Outcome.CHANGED})
"""What leaves something for its owner to decide."""
