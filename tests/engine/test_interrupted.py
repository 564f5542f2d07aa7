"""Updates that end before their time, and the ones after them."""

import json
import subprocess
import sys

import psutil
import pytest
from pulumi import automation

from contract.names import ROOT
from tests.engine.conftest import CHECKPOINTS_OFF, NewStack
from tests.engine.recording_provider import RecordingProvider

FAILS_AT = (5, 65)
"""After how many creations an update fails: each goes on where the one before it ended."""
KILLED_AT = 50
# One at a time: what AWS creates while the engine dies is created, and nobody knows.
_UPDATE = """
import json, sys
from pathlib import Path
from tests.engine.engine_stack import EngineStack
from tests.engine.pulumi_cli import find_cli
name, folder, environment = sys.argv[1:]
EngineStack(name, find_cli(), Path(folder), json.loads(environment)).up(parallel=1)
"""


def test_failed_update_goes_on_where_it_ended(new_stack: NewStack, provider: RecordingProvider) -> None:
    stack = new_stack("failing")
    for number in FAILS_AT:
        provider.stumble_after(number - _created(provider, stack.name), lambda: None)
        with pytest.raises(automation.CommandError, match="the provider stumbled"):
            stack.up()
    stack.up()
    assert stack.preview().steps == []
    _assert_each_created_once(provider, stack.name)


def test_killed_update_goes_on_where_it_ended(new_stack: NewStack, provider: RecordingProvider) -> None:
    stack = new_stack("killed", **{CHECKPOINTS_OFF: "false"})
    stack.configure(tableName="OfTheKilledErrors")
    provider.stumble_after(KILLED_AT, _kill_engine)
    update = [stack.name, str(stack.folder), json.dumps(stack.environment)]
    done = subprocess.run(
        [sys.executable, "-c", _UPDATE, *update],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0, done.stderr
    assert _created(provider, stack.name) == KILLED_AT
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


def _created(provider: RecordingProvider, stack: str) -> int:
    return sum(count for urn, count in provider.created.items() if f":{stack}::" in urn)


def _assert_each_created_once(provider: RecordingProvider, stack: str) -> None:
    twice = [urn for urn, count in provider.created.items() if f":{stack}::" in urn and count > 1]
    assert twice == []
