"""A pytest plugin: the tests nearest to what was mutated run first, so that most mutants die at once."""

import os
from pathlib import PurePosixPath

import pytest

MUTATED = "MUTATED_FILE"
"""Environment variable with the mutated file's path from the root of the tree."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of tests that are named for the mutated module, then those that use it, then all others."""
    if mutated := os.environ.get(MUTATED):
        items.sort(key=lambda item: _distance(item, PurePosixPath(mutated)))


def _distance(item: pytest.Item, mutated: PurePosixPath) -> int:
    if mutated.stem in item.path.stem:
        return 0
    module = ".".join(mutated.with_suffix("").parts)
    used = vars(item.module).values() if isinstance(item, pytest.Function) else ()
    names = {getattr(thing, attribute, None) for thing in used for attribute in ("__module__", "__name__")}
    return 1 if module in names else 2
