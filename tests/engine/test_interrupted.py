"""Updates that end before their time, and the ones after them."""

import json
import subprocess
import sys

import psutil
import pytest
from pulumi import automation

from local.stack_config import ROOT
from tests.engine.conftest import NewStack
from tests.engine.watched_provider import WatchedProvider

AT_CREATIONS = (5, 65)
"""After how many creations an update stumbles: each goes on where the one before it ended."""


def test_failed_update_goes_on_where_it_ended(new_stack: NewStack, provider: WatchedProvider) -> None:
    stack = new_stack("failing")
    for number in AT_CREATIONS:
        provider.stumble_after(number - _created(provider, stack.name), lambda: None)
        with pytest.raises(automation.CommandError, match="the provider stumbled"):
            stack.up()
    stack.up()
    assert stack.preview().steps == []
    _assert_each_created_once(provider, stack.name)


def test_killed_update_goes_on_where_it_ended(new_stack: NewStack, provider: WatchedProvider) -> None:
    stack = new_stack("killed")
    stack.configure(tableName="OfTheKilled")
    for number in AT_CREATIONS[1:]:
        provider.stumble_after(number - _created(provider, stack.name), _kill_engine)
        update = [stack.name, str(stack.folder), json.dumps(stack.environment)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.engine.update_process", *update],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0, done.stderr
        assert _created(provider, stack.name) == number
        # The dead engine still holds the stack.
        with pytest.raises(automation.ConcurrentUpdateError):
            stack.up()
        stack.cancel()
    stack.up()
    assert stack.preview().steps == []
    _assert_each_created_once(provider, stack.name)


def _kill_engine() -> None:
    children = psutil.Process().children(recursive=True)
    [engine] = [child for child in children if child.name() == "pulumi"]
    engine.kill()


def _created(provider: WatchedProvider, stack: str) -> int:
    return sum(count for urn, count in provider.created.items() if f":{stack}::" in urn)


def _assert_each_created_once(provider: WatchedProvider, stack: str) -> None:
    twice = [urn for urn, count in provider.created.items() if f":{stack}::" in urn and count > 1]
    assert twice == []
