"""Finds the files of ours that a function imports, so that its package ships these alone."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path


def find_sources(entry: Path, root: Path) -> Sequence[Path]:
    """The entry file, and every file below `root` that it imports, through whichever others.

    Imports are read, not run; those of other people's packages are passed over.
    """
    found: set[Path] = set()
    pending = [entry]
    while pending:
        file = pending.pop()
        if file not in found:
            found.add(file)
            pending += _find_packages(file, root)
            pending += _find_imported(file, root)
    return sorted(found)


def _find_packages(file: Path, root: Path) -> Iterator[Path]:
    """The `__init__.py` of each package that the file lies in."""
    for folder in file.relative_to(root).parents[:-1]:
        yield root / folder / "__init__.py"


def _find_imported(file: Path, root: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            # What is imported from a package may be a module of it.
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            place = root.joinpath(*name.split("."))
            for candidate in (place.with_suffix(".py"), place / "__init__.py"):
                if candidate.is_file():
                    yield candidate
