"""Owners as functions have them: in a file of their package. 500 rules fit no environment variable."""

import json
from dataclasses import asdict
from datetime import time, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from contract.owners.model import Owners

SHIPPED_NAME: Final = "owners.json"
"""At the root of the package."""
_SHIPPED: Final = Path(__file__).parents[2] / SHIPPED_NAME
_OWNERS: Final = TypeAdapter(Owners)


def dump_owners(owners: Owners) -> str:
    """JSON that `load_owners` reads; the same for the same owners."""
    return json.dumps(asdict(owners), default=_to_json, ensure_ascii=False, indent=1) + "\n"


def load_owners(text: str) -> Owners:
    """What `dump_owners` wrote."""
    return _OWNERS.validate_json(text)


def read_shipped_owners() -> Owners | None:
    """The owners in this function's package; None where the stack has none."""
    try:
        return load_owners(_SHIPPED.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def _to_json(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)  # the order of a set is another in each process
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(type(value))
