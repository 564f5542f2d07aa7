"""The import rules reach all of our packages: one that they left out could import anything."""

import tomllib
from typing import Any

from contract.names import ROOT

TOOLS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
PACKAGES = {package.parent.name for package in ROOT.glob("*/__init__.py")}


def test_import_rules_know_every_package() -> None:
    rules = TOOLS["importlinter"]
    [floors] = [
        contract["layers"]
        for contract in rules["contracts"]
        if contract["type"] == "layers" and "containers" not in contract
    ]
    assert set(rules["root_packages"]) == PACKAGES
    assert {name for floor in floors for name in floor.split(" | ")} == PACKAGES


def test_types_are_checked_in_every_package() -> None:
    assert set(TOOLS["mypy"]["packages"]) == PACKAGES
