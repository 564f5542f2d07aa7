"""A stack of an older version brought to this one and back: nothing that holds data or people goes.

The older version is that of the last tag, or else the one before the tables of runs, senders and incidents,
from this repository's history.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.automation import OpType
from pulumi.runtime.proto import provider_pb2

from contract.names import ROOT, Output
from local.engine_provider.server import start_server
from local.engine_provider.servicer import Provider
from local.provider import Aws
from ops.user_pool import User
from tests.engine.engine_stack import EngineStack
from tests.engine.flips import KEEPERS
from tests.engine.people import assert_answers, move_in, record_is_there
from tests.engine.plan import Plan
from tests.engine.pulumi_cli import built_version

UNTAGGED = "b80a6af25982b5d559c95149b2992ae5bfeac6b9"
"""Merged before the tables of runs, senders and incidents were declared."""
_TABLE = "aws:dynamodb/table:Table"
_RUN = """
import json, sys
from pathlib import Path
from tests.engine.engine_stack import EngineStack
from tests.engine.plan import Plan
from tests.engine.pulumi_cli import find_cli
what, name, folder, environment = sys.argv[1:]
plan = getattr(EngineStack(name, find_cli(), Path(folder), json.loads(environment)), what)()
print(json.dumps([[step.name, step.type] for step in plan.steps if step.takes_away]))
"""


@dataclass(frozen=True)
class Older:
    """An older version of the whole repository."""

    folder: Path

    def run(self, what: str, stack: EngineStack) -> subprocess.CompletedProcess[str]:
        """Previews it for the stack, or brings the stack to it; prints last what that takes away."""
        cli = str(ROOT / ".build" / f"pulumi-{built_version()}" / "bin")
        return subprocess.run(
            [sys.executable, "-c", _RUN, what, stack.name, str(stack.folder), json.dumps(stack.environment)],
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": os.pathsep.join([cli, os.environ["PATH"]]),
                "PYTHONPATH": str(self.folder),
            },
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass(frozen=True)
class Upgraded:
    """A stack that was of the older version."""

    stack: EngineStack
    users: dict[str, User]
    before: dict[str, Any]
    """Its outputs then."""
    plan: Plan
    """What the upgrade did."""


class LenientProvider(Provider):
    """The provider, which believes two changes in place to be done that AWS does and the emulator cannot."""

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Changes a resource in place."""
        if request.type == "aws:cognito/userGroup:UserGroup":
            return provider_pb2.UpdateResponse(properties=request.news)
        if request.type == _TABLE and "streamEnabled" not in request.olds:
            # A table that never said so has no stream.
            request.olds["streamEnabled"] = request.old_inputs["streamEnabled"] = False
        if request.type == _TABLE and "streamEnabled" not in request.news:
            request.news["streamEnabled"] = False
        return super().Update(request, context)


def _git(*arguments: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        return b""
    done = subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


@pytest.fixture(scope="module")
def older(cli: automation.PulumiCommand, tmp_path_factory: pytest.TempPathFactory) -> Older:
    """The older version's files."""
    commit = _git("describe", "--tags", "--abbrev=0").decode().strip() or UNTAGGED
    if not (packed := _git("archive", commit)):
        pytest.skip(f"no {commit} here: not a clone of the repository, or a shallow one")
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return Older(folder)


@pytest.fixture(scope="module")
def stack(
    cli: automation.PulumiCommand, aws: Aws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EngineStack]:
    """A stack with nothing deployed yet."""
    server, port = start_server(LenientProvider(aws.endpoint_url))
    stack = EngineStack(
        "upgraded", cli, tmp_path_factory.mktemp("stack"), {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"}
    )
    stack.configure()
    yield stack
    server.stop(grace=None).wait()


@pytest.fixture(scope="module")
def upgraded(older: Older, stack: EngineStack, aws: Aws) -> Upgraded:
    """The stack, first of the older version and then of this one."""
    first = older.run("up", stack)
    assert first.returncode == 0, first.stderr[-2000:]
    # The older version's files wrote over the project's settings.
    stack = EngineStack(stack.name, stack._stack.workspace.pulumi_command, stack.folder, stack.environment)
    users = move_in(aws, stack)
    before = stack.outputs
    return Upgraded(stack, users, before, stack.up())


def test_an_upgrade_takes_nothing_away(upgraded: Upgraded, aws: Aws) -> None:
    stack, before = upgraded.stack, upgraded.before
    assert upgraded.plan.lost(KEEPERS) == []
    assert upgraded.plan.not_deployed() == []
    assert stack.preview().steps == []
    assert {name: stack.outputs.get(name) for name in before} == before
    assert record_is_there(aws, before[Output.TABLE_NAME])
    assert_answers(aws, stack, upgraded.users, "after the upgrade")


def test_the_way_back_takes_away_what_the_older_version_does_not_know_and_no_more(
    upgraded: Upgraded, older: Older, aws: Aws
) -> None:
    stack, before = upgraded.stack, upgraded.before
    new = {step.name for step in upgraded.plan.steps if step.op == OpType.CREATE}
    if any(step.type == _TABLE and step.name in new for step in upgraded.plan.steps):
        refused = older.run("preview", stack)
        assert refused.returncode != 0
        assert "protected" in refused.stderr
    stack = EngineStack(stack.name, stack._stack.workspace.pulumi_command, stack.folder, stack.environment)
    stack.configure(deletionProtection=False)
    stack.up()
    back = older.run("up", stack)
    assert back.returncode == 0, back.stderr[-2000:]
    lost = {name for name, kind in json.loads(back.stdout.splitlines()[-1]) if kind in KEEPERS}
    assert lost <= new
    assert record_is_there(aws, before[Output.TABLE_NAME])
    assert stack.outputs[Output.USER_POOL_ID] == before[Output.USER_POOL_ID]
    assert_answers(aws, stack, upgraded.users, "after the way back")
