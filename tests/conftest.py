"""What every tier of tests may use."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from local.processes import StateFolder
from local.stack import StackOptions, up
from tests.stands.notified import OWNERS_FILE
from tests.stands.running_stack import RunningStack

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# It runs as root in containers, and has no business with any network but ours.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# A machine that is busy with other tests takes its time.
BROWSER_TIMEOUT_MS = 30_000
# Tests that share one running stack, by the first part of their paths: one process runs all of a group.
STACK_GROUPS = {
    "screen": ("tests/dashboard/browser/", "tests/e2e/"),
    "service": ("tests/access/", "tests/fuzz/test_openapi.py", "tests/integration/"),
}
OWN_STACK_TESTS = ("tests/integration/test_every_option.py", "tests/integration/test_local_stack.py")
ENGINE_TESTS = "tests/engine/"
# The same examples in every quick run: a red test is red for the change. The deep run looks for new ones.
settings.register_profile("quick", max_examples=50, deadline=None, derandomize=True)
settings.register_profile("deep", max_examples=500, deadline=None, print_blob=True)
settings.load_profile("quick")


@contextmanager
def bring_up(folder: Path, *limits: str, **options: Any) -> Iterator[RunningStack]:
    """The whole system with empty tables and a dashboard, until the block is left.

    Args:
        folder: where it keeps what it runs on.
        limits: which of the API's to lift, by their keys in the configuration.
        options: more of the local stack's.
    """
    state = StateFolder(folder)
    asked = {"owners_file": OWNERS_FILE, "config": dict.fromkeys(limits, 1000), **options}
    outputs = up(state, StackOptions(demo_data=False, **asked), say=lambda _: None)
    try:
        with closing(RunningStack(outputs, state.path)) as running:
            yield running
    finally:
        state.take_down()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The system, deployed once for all tests of a group."""
    # The tests of many users come from one; the limits themselves are the infrastructure tests' business.
    limits = ("authRateLimit", "authBurstLimit", "actionRateLimit", "actionBurstLimit")
    with bring_up(tmp_path_factory.mktemp("stack") / "state", *limits) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back on the whole run comes last."""
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def pytest_collection_finish() -> None:
    """Has Python look for garbage seldom: what is loaded by now stays, and is much to look through."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


class StackScheduling(LoadScopeScheduling):
    """Tests that use a stack run in one process a group, and so share one; all others in any.

    Each file of the engine's tests has stacks of its own, which its tests share.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(ENGINE_TESTS):
            return nodeid.split("::")[0]
        if nodeid.startswith(OWN_STACK_TESTS):
            return nodeid
        for group, places in STACK_GROUPS.items():
            if nodeid.startswith(places):
                return group
        return nodeid


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: most of the time one of them waits for a browser or an engine."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> StackScheduling:
    """How tests are spread over processes."""
    return StackScheduling(config, log)


@pytest.fixture(scope="session")
def samples() -> Path:
    """Reports as Windows PowerShell 5.1 and PowerShell 7 send them, byte for byte in form."""
    return Path(__file__).parent / "samples"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, where the machine has one."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(CHROMIUM_NAMES)})")
    expect.set_options(timeout=BROWSER_TIMEOUT_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Browser, stack: RunningStack) -> Iterator[Page]:
    """A fresh browser profile, whose addresses are below the dashboard's."""
    with browser.new_context(
        base_url=stack.dashboard_url, viewport={"width": 1280, "height": 900}, timezone_id="Europe/Lisbon"
    ) as context:
        context.set_default_timeout(BROWSER_TIMEOUT_MS)
        yield context.new_page()
