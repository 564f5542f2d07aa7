"""The program in the real Pulumi engine, before a provider that records what it is asked for."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from unittest.mock import patch
from zipfile import ZipFile, ZipInfo

import pytest
from pulumi.automation import PulumiCommand

from components.functions import function
from components.functions.packages import Package, Target
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


@pytest.fixture(scope="module", autouse=True)
def _packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Archives in place of the functions' packages: all that the engine asks is whether one has changed.

    Until a file's tests are done, and no longer: the same process may start a stack that runs its functions.
    """
    folder = tmp_path_factory.mktemp("packages")

    def pack(name: str, target: Target, data: Mapping[str, str] | None = None) -> Package:
        path = folder / f"{name}-{target}.zip"
        with ZipFile(path, "w") as archive:
            archive.writestr(ZipInfo("content.json"), json.dumps([name, target, data]))
        return Package(path=path, runtime="python3.13", architecture="arm64" if target == "host" else target)

    with patch.object(function, "build_package", pack):
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
