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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.automation import OpType

from contract.names import ROOT
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.plan import KEEPERS, Plan
from tests.engine.pulumi_cli import built_version
from tests.engine.recording_provider import Account, RecordingProvider

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
    before: dict[str, Any]
    """Its outputs then."""
    account: Account
    """What was there then."""
    plan: Plan
    """What the upgrade did."""


def _git(*arguments: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        return b""
    done = subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else b""


@pytest.fixture(scope="module")
def older(cli: automation.PulumiCommand, tmp_path_factory: pytest.TempPathFactory) -> Older:
    commit = _git("describe", "--tags", "--abbrev=0").decode().strip() or UNTAGGED
    if not (packed := _git("archive", commit)):
        pytest.skip(f"no {commit} here: not a clone of the repository, or a shallow one")
    folder = tmp_path_factory.mktemp("older")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return Older(folder)


@pytest.fixture(scope="module")
def upgraded(older: Older, new_stack: NewStack, provider: RecordingProvider) -> Upgraded:
    """A stack, first of the older version and then of this one."""
    stack = new_stack("upgraded")
    first = older.run("up", stack)
    assert first.returncode == 0, first.stderr[-2000:]
    stack = _reopen(stack)
    before, account = stack.outputs, provider.account
    return Upgraded(stack, before, account, stack.up())


def _reopen(stack: EngineStack) -> EngineStack:
    """The stack with this version's settings of the project, after the older one wrote its own over them."""
    return EngineStack(stack.name, stack._stack.workspace.pulumi_command, stack.folder, stack.environment)


def _keeping(account: Account) -> set[str]:
    return {one.id for one in account.values() if one.type in KEEPERS}


def test_an_upgrade_takes_nothing_away(upgraded: Upgraded, provider: RecordingProvider) -> None:
    stack, before = upgraded.stack, upgraded.before
    assert upgraded.plan.lost == []
    assert upgraded.plan.not_deployed() == []
    assert stack.preview().steps == []
    assert {name: stack.outputs.get(name) for name in before} == before
    assert _keeping(upgraded.account) <= _keeping(provider.account)


def test_the_way_back_takes_away_what_the_older_version_does_not_know_and_no_more(
    upgraded: Upgraded, older: Older, provider: RecordingProvider
) -> None:
    new = {step.name for step in upgraded.plan.steps if step.op == OpType.CREATE}
    if any(step.type == _TABLE and step.name in new for step in upgraded.plan.steps):
        refused = older.run("preview", upgraded.stack)
        assert refused.returncode != 0
        assert "protected" in refused.stderr
    stack = _reopen(upgraded.stack)
    stack.configure(deletionProtection=False)
    stack.up()
    back = older.run("up", stack)
    assert back.returncode == 0, back.stderr[-2000:]
    lost = {name for name, kind in json.loads(back.stdout.splitlines()[-1]) if kind in KEEPERS}
    assert lost <= new
    assert _keeping(upgraded.account) <= _keeping(provider.account)
