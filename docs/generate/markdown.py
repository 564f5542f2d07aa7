"""Tables and code in Markdown, and docs/configuration.md, which is one table."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from components.settings import Settings

_HEAD = """# Configuration

Set with `pulumi config set <key> <value>`. A value out of range, or a key that is none, stops the
program before anything is deployed, and says which. `aws:region` has no default. Every resource carries
the tags `Project`, `Stack` and `ManagedBy`.
"""


def format_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, with an empty line after it."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def format_json(value: Any) -> str:
    """A block of JSON, with an empty line after it."""
    return f"```json\n{json.dumps(value, indent=2, ensure_ascii=False)}\n```\n"


def build_configuration_page(root: Path) -> str:
    """The page; `root` is the folder of Pulumi.yaml."""
    project: dict[str, Any] = yaml.safe_load((root / "Pulumi.yaml").read_text(encoding="utf-8"))
    checked = Settings.model_json_schema()["properties"]
    rows = [
        (
            f"`{key}`",
            _describe_values(schema["type"], checked.get(key, {})),
            _format_default(schema["default"]),
            schema["description"],
        )
        for key, schema in project["config"].items()
    ]
    return f"{_HEAD}\n{format_table(('key', 'values', 'default', 'meaning'), rows)}"


def _describe_values(kind: str, checked: dict[str, Any]) -> str:
    """What a key takes: one of several words, or a type and its range, whose unit the meaning says."""
    if "enum" in checked:
        return ", ".join(f"`{value}`" for value in checked["enum"])
    least, most = checked.get("minimum"), checked.get("maximum")
    if most is not None:
        return f"{kind}, {least:,} to {most:,}"
    return kind if least is None else f"{kind}, from {least:,} on"


def _format_default(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"`{text}`" if text else ""
