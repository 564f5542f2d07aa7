"""The program in the real Pulumi engine, before a provider that records what it is asked for."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final
from unittest.mock import patch

import pytest
from pulumi.automation import PulumiCommand

from components.functions import packages
from tests.engine.engine_stack import EngineStack
from tests.engine.pulumi_cli import find_cli
from tests.engine.recording_provider import RecordingProvider, serve

NewStack = Callable[..., EngineStack]
"""By name; what else is named is its environment."""
CHECKPOINTS_OFF: Final = "PULUMI_SKIP_CHECKPOINTS"
"""The variable by which the engine writes its state at the end of an update alone, in half the time."""


@pytest.fixture(scope="session")
def cli() -> PulumiCommand:
    """The Pulumi CLI, where the machine has one."""
    found = find_cli()
    if found is None:
        pytest.skip(
            "no Pulumi CLI on this machine: not on the PATH, and not built with `make pulumi`, which needs Go"
        )
    return found


@pytest.fixture(scope="session", autouse=True)
def _sources_found_once() -> Iterator[None]:
    """Reads once what each function imports: no file changes between the many runs of the program."""
    with patch.object(packages, "find_sources", cache(packages.find_sources)):
        yield


@pytest.fixture(scope="module")
def provider() -> RecordingProvider:
    """The provider of all stacks of a test file, and the account behind it."""
    return RecordingProvider()


@pytest.fixture(scope="module")
def new_stack(
    cli: PulumiCommand, provider: RecordingProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewStack]:
    """Makes stacks with nothing deployed yet."""
    with serve(provider) as environment:

        def make(name: str, **more: str) -> EngineStack:
            settings = {CHECKPOINTS_OFF: "true", **environment, **more}
            stack = EngineStack(name, cli, tmp_path_factory.mktemp(name), settings)
            stack.configure()
            return stack

        yield make
