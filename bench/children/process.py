"""What a measured process takes from bench: it imports nothing of what measures it."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]
OURS = "handlers.file_sla_error"
NAIVE = "bench.rivals.naive"
WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
INDEXES = 2
"""Of the table of records. Both project every attribute, so each costs as much as the table itself."""

Item = Mapping[str, Mapping[str, Any]]


def serve(answer: Callable[[Any], Any]) -> None:
    """The child's part: answers the request on standard input. What the handlers log is dropped."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as channel:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        result = answer(json.load(sys.stdin))
        print(json.dumps(result), file=channel)


class FakeContext:
    """The part of Lambda's context that a handler looks at."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Time enough."""
        return 600_000


def load_handler(module: str) -> Handler:
    """The handler of a module, imported now."""
    handler: Handler = import_module(module).handler
    return handler


def item_bytes(item: Item) -> int:
    """The size of an item as DynamoDB bills it (developer guide, item sizes and formats)."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def write_units(items: Iterable[Item]) -> int:
    """The units that putting records costs, in their table and in its indexes together."""
    return sum(units(item_bytes(item), WRITE_UNIT_BYTES) for item in items) * (1 + INDEXES)


def read_units(pages: Iterable[Iterable[Item]]) -> float:
    """The units that queries of an index cost by the pages they returned; the emulator does not say."""
    return sum(units(sum(map(item_bytes, page)), READ_UNIT_BYTES) / 2 or 0.5 for page in pages)


def units(size: float, unit: int) -> int:
    """How many whole units a size takes."""
    return -int(-size // unit)


def _value_bytes(value: Mapping[str, Any]) -> int:
    """Only the types that our tables have."""
    [(kind, content)] = value.items()
    match kind:
        case "L":
            return 3 + sum(1 + _value_bytes(element) for element in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _value_bytes(entry) for name, entry in content.items())
        case "N":
            return 1 + (len(content) + 1) // 2
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "BOOL":
            return 1
        case _:
            raise ValueError(f"no item of ours has an attribute of the type {kind}")
