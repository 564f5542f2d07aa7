"""docs/configuration.md: every configuration key, from Pulumi.yaml."""

import json
from pathlib import Path
from typing import Any

import yaml

from docs.generate.markdown import format_table

_HEAD = """# Configuration

Set with `pulumi config set <key> <value>`. A value out of range, or a key that is none, stops the
program before anything is deployed, and says which. `aws:region` has no default. Every resource carries
the tags `Project`, `Stack` and `ManagedBy`.
"""


def build_configuration_page(root: Path) -> str:
    """The page; `root` is the folder of Pulumi.yaml."""
    project: dict[str, Any] = yaml.safe_load((root / "Pulumi.yaml").read_text(encoding="utf-8"))
    rows = [
        (f"`{key}`", schema["type"], _format_default(schema["default"]), schema["description"])
        for key, schema in project["config"].items()
    ]
    return f"{_HEAD}\n{format_table(('key', 'type', 'default', 'meaning'), rows)}"


def _format_default(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f"`{text}`" if text else ""
