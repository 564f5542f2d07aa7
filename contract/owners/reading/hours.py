"""Time zones and quiet hours."""

import re
from collections.abc import Iterator
from datetime import time
from difflib import get_close_matches
from typing import Final

from yaml.nodes import Node, SequenceNode

from contract.owners.model import QuietHours
from contract.owners.reading.yaml_file import YamlFile
from contract.zones import list_zones

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As they are written, Monday first."""
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_END_OF_DAY: Final = "24:00"


def read_zone(file: YamlFile, node: Node | None, what: str) -> str:
    """A time zone; UTC where none is given."""
    text = file.read_text(node, what) if node else None
    if node is None or text is None:
        return "UTC"
    zones = list_zones()
    if text not in zones:
        by_lower = {zone.lower(): zone for zone in zones}
        nearest = get_close_matches(text.lower(), by_lower, n=1)
        meant = (
            f"did you mean {by_lower[nearest[0]]}?" if nearest else "such are Europe/Berlin, America/Chicago."
        )
        file.add(node, f"{what}: {text!r} is no time zone of the tz database: {meant}")
    return text


def read_quiet_hours(file: YamlFile, node: Node | None, what: str) -> Iterator[QuietHours]:
    """The quiet hours of a list."""
    for item in file.read_items(node, what):
        parts = file.read_mapping(item, what, ("days", "from", "to"), required=("from", "to"))
        days = _read_days(file, parts.get("days"), f"days in {what}")
        start = _read_clock(file, parts.get("from"), f"from in {what}")
        end = _read_clock(file, parts.get("to"), f"to in {what}", end=True)
        if start is not None and end is not None:
            yield QuietHours(days=days, start=start, end=end)


def _read_days(file: YamlFile, node: Node | None, what: str) -> frozenset[int]:
    if node is None:
        return frozenset(range(len(DAYS)))
    if isinstance(node, SequenceNode) and not node.value:
        file.add(node, f"{what}: it must name one at least; leave it out for every day.")
    return frozenset(map(DAYS.index, file.read_words(node, what, DAYS)))


def _read_clock(file: YamlFile, node: Node | None, what: str, *, end: bool = False) -> time | None:
    text = file.read_text(node, what) if node else None
    if node is None or text is None:
        return None
    if end and text == _END_OF_DAY:
        return time(0)
    found = _CLOCK.fullmatch(text)
    if found is None:
        file.add(node, f'{what}: {text!r} is no time of day such as "22:00".')
        return None
    return time(int(found[1]), int(found[2]))
