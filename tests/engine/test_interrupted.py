"""An update whose engine is killed, and the one after it."""

import json
import subprocess
import sys

import psutil
import pytest
from pulumi import automation

from contract.names import ROOT
from tests.engine.conftest import CHECKPOINTS_OFF, NewStack
from tests.engine.recording_provider import RecordingProvider

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


def test_killed_update_goes_on_where_it_ended(new_stack: NewStack, provider: RecordingProvider) -> None:
    stack = new_stack("killed", **{CHECKPOINTS_OFF: "false"})
    stack.configure(tableName="OfTheKilledErrors")
    provider.stumble = KILLED_AT, _kill_engine
    update = [stack.name, str(stack.folder), json.dumps(stack.environment)]
    done = subprocess.run(
        [sys.executable, "-c", _UPDATE, *update], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0, done.stderr
    assert provider.created.total() == KILLED_AT
    # The dead engine still holds the stack.
    with pytest.raises(automation.ConcurrentUpdateError):
        stack.up()
    stack.cancel()
    stack.up()
    assert stack.preview().steps == []
    assert set(provider.created.values()) == {1}


def _kill_engine() -> None:
    children = psutil.Process().children(recursive=True)
    [engine] = [child for child in children if child.name() == "pulumi"]
    engine.kill()
