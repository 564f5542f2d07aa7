"""A file of `components` is one component, or data in a folder `specs`."""

import ast
from pathlib import Path

import pytest

from contract.names import ROOT

_FOLDER = ROOT / "components"
_NEITHER = {"provider.py", "settings.py"}
_FILES = [file for file in sorted(_FOLDER.rglob("*.py")) if file.name not in {"__init__.py", *_NEITHER}]


@pytest.mark.parametrize("file", _FILES, ids=lambda file: str(file.relative_to(_FOLDER)))
def test_a_file_declares_one_component_and_specs_none(file: Path) -> None:
    declared = [
        node.name
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.ClassDef)
        if any(ast.unparse(base).endswith("ComponentResource") for base in node.bases)
    ]
    if "specs" in file.parts:
        assert declared == [], "move the component out of the folder specs, into a file of its own"
    else:
        assert len(declared) == 1, "one component a file; what declares none is data, and belongs into specs"
