"""Tables and code in Markdown."""

import json
from collections.abc import Iterable, Sequence
from typing import Any


def format_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, with an empty line after it."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def format_json(value: Any) -> str:
    """A block of JSON, with an empty line after it."""
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"
