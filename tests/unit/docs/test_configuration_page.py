"""docs/configuration.md is what an owner believes, so what it says of the configuration must be so."""

import re
from typing import Any

import yaml

from contract.names import ROOT


def test_configuration_table_is_that_of_the_program() -> None:
    schema: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| (?:`(.*?)`)? ?\| (.*) \|$",
        (ROOT / "docs" / "configuration.md").read_text(),
        re.MULTILINE,
    )
    documented = {key: (kind, default, meaning) for key, kind, default, meaning in rows}
    assert documented == {
        key: (entry["type"], _as_told(entry["default"]), entry["description"])
        for key, entry in schema.items()
    }


def _as_told(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
