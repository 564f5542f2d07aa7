"""The program in the real Pulumi engine, which deploys it to the emulator."""

from collections.abc import Callable, Iterator

import pytest
from pulumi.automation import PulumiCommand

from local.emulator import start_emulator
from local.engine_provider.server import start_server
from local.processes import HOST, free_port
from local.provider import Aws
from tests.engine.engine_stack import REGION, EngineStack
from tests.engine.pulumi_cli import find_cli
from tests.engine.watched_provider import WatchedProvider

NewStack = Callable[[str], EngineStack]


@pytest.fixture(scope="session")
def cli() -> PulumiCommand:
    """The Pulumi CLI, where the machine has one."""
    found = find_cli()
    if found is None:
        pytest.skip(
            "no Pulumi CLI on this machine: not on the PATH, and not built with `make pulumi`, which needs Go"
        )
    return found


@pytest.fixture(scope="module")
def aws(cli: PulumiCommand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An empty account."""
    folder = tmp_path_factory.mktemp("emulator")
    port = free_port()
    process = start_emulator(port, folder, REGION)
    yield Aws(f"http://{HOST}:{port}", REGION)
    process.stop()


@pytest.fixture(scope="module")
def provider(aws: Aws) -> WatchedProvider:
    """The provider that all stacks share, and through which tests watch and trip them."""
    return WatchedProvider(aws.endpoint_url)


@pytest.fixture(scope="module")
def new_stack(
    cli: PulumiCommand, provider: WatchedProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewStack]:
    """Makes stacks with nothing deployed yet."""
    server, port = start_server(provider)

    def make(name: str) -> EngineStack:
        # The engine talks to a provider that runs already: a second less for each of its runs.
        environment = {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"}
        stack = EngineStack(name, cli, tmp_path_factory.mktemp(name), environment)
        stack.configure()
        return stack

    yield make
    server.stop(grace=None).wait()
