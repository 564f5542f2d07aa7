"""Names are written once: no two of one kind are alike, and nobody spells one anew."""

import ast
import importlib
import inspect
import pkgutil
import re
from enum import Enum
from pathlib import Path

import contract
import store
from contract.names import ROOT, LocalOutput, Output
from dashboard.settings import DashboardSettings

MODULES = [
    importlib.import_module(f"{package.__name__}.{module.name}")
    for package in (contract, store)
    for module in pkgutil.iter_modules(package.__path__)
]
CODE = ("components", "dashboard", "handlers", "local", "ops")


def test_names_of_several_words_are_spelled_in_contract_or_store_alone() -> None:
    """Those such as `AffectedDate` or `TABLE_NAME`: a single word may well mean something else."""
    names = {
        member.value
        for module in MODULES
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, Enum) and kind.__module__ == module.__name__
        for member in kind
        if re.fullmatch(r"([A-Z][a-z]+){2,}|[A-Z]+(_[A-Z]+)+", member.value)
    }
    # Of metrics' dimensions, and of the requests of DynamoDB and Lambda.
    names -= {"TableName", "FunctionName"}
    spelled = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for folder in CODE
        for file in Path(ROOT, folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and node.value in names
    ]
    # Cognito's own, of an app client.
    spelled = [place for place in spelled if not place.startswith("local/emulator_client_secrets.py")]
    assert spelled == []


def test_dashboard_reads_outputs_that_stacks_have() -> None:
    of_the_host = {"session_key_file", "session_dir"}
    assert set(DashboardSettings.model_fields) - of_the_host <= {*Output, *LocalOutput}
