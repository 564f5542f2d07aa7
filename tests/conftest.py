"""What every tier of tests may use."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.stack import StackOptions, down, up
from local.state import StateFolder
from tests.running_stack import RunningStack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole system, deployed once for all tests, with empty tables and a dashboard."""
    state = StateFolder(tmp_path_factory.mktemp("stack") / "state")
    outputs = up(state, StackOptions(demo_data=False), say=lambda _: None)
    try:
        with closing(RunningStack(outputs)) as running:
            yield running
    finally:
        down(state)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Reports as Windows PowerShell 5.1 and PowerShell 7 send them, byte for byte in form."""
    return Path(__file__).parent / "samples"
