"""A local stack needs nothing but this machine: no process of it, in its whole life, connects to elsewhere.

There are two guards, of which the first works everywhere. A hook in each Python denies what it tries to
reach, and writes it down; and all processes of the stack are looked for, so that none goes unguarded. Where
the kernel lets us, all of them run in a network that has no way out besides.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from contract.names import ROOT
from local.notifications import LocalNotifications
from local.stack import StackOptions
from tests.infra.conftest import declare
from tests.offline.ledger import Census, Ledger
from tests.offline.life import ELSEWHERE, LIVED, OWN_NETWORK

_BUILDER: Final = "uv"
"""What builds packages is no Python: the kernel alone can guard it."""
_PARTS: Final = {
    "emulator": "local/emulator_process.py",
    "function": "ministack-lambda-",
    "receiver": "-m local.receiver",
    "metrics": "-m local.metrics",
    "dashboard": "-m streamlit run",
    "stack": "-m tests.offline.life",
}
_SECONDS: Final = 300


def _own_network() -> list[str]:
    """The command in front of another that gives it a network without a way out; none where we may not."""
    # As root, or as whoever may have a namespace of users.
    commands = ["unshare", "-n"], ["unshare", "-r", "-n"]
    may = shutil.which("unshare") is not None
    tried = (one for one in commands if may and subprocess.run([*one, "true"], check=False).returncode == 0)
    return next(tried, [])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


def test_no_process_of_a_stack_reaches_elsewhere(ledger: Ledger, tmp_path: Path) -> None:
    # Functions' packages are built from a package index, which the first stack on a machine asks.
    declare(
        functionTarget="host", **LocalNotifications(StackOptions().owners_file, 1).config(dashboard_url="")
    )
    network = _own_network()
    environment = ledger.environment() | ({OWN_NETWORK: "1"} if network else {})
    with Census(ledger) as census:
        life = subprocess.run(
            [*network, sys.executable, "-m", "tests.offline.life", str(tmp_path / "stack")],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    assert life.returncode == 0, life.stdout + life.stderr
    assert LIVED in life.stdout

    guarded = ledger.started()
    unguarded = {command for pid, command in census.seen.items() if pid not in guarded}
    unguarded = {one for one in unguarded if Path(one.partition(" ")[0]).name != _BUILDER}
    assert unguarded == set()
    for part, command in _PARTS.items():
        assert any(command in one for one in guarded.values()), part

    *before, planted = ledger.denied()
    assert before == []
    assert planted.host == ELSEWHERE
    assert "planted" in planted.command
    assert f"denies connections to {ELSEWHERE}" in life.stdout


@pytest.mark.parametrize(
    "attempt",
    [
        f"socket.create_connection(('{ELSEWHERE}', 80), 1)",
        f"socket.socket().connect_ex(('{ELSEWHERE}', 80))",
        f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('{ELSEWHERE}', 53))",
        f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b''], [], 0, ('{ELSEWHERE}', 53))",
        f"socket.getaddrinfo('{ELSEWHERE}', 80)",
        f"socket.gethostbyname('{ELSEWHERE}')",
        f"urllib.request.urlopen('http://{ELSEWHERE}/')",
        f"asyncio.run(asyncio.open_connection('{ELSEWHERE}', 80))",
        f"subprocess.run([sys.executable, '-Pc', 'import socket; socket.gethostbyname(\"{ELSEWHERE}\")'])",
    ],
)
def test_each_way_out_is_denied_and_written_down(ledger: Ledger, attempt: str) -> None:
    imports = "import asyncio, socket, subprocess, sys, urllib.request"
    subprocess.run(
        [sys.executable, "-c", f"{imports}; {attempt}"],
        env=ledger.environment(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert {one.host for one in ledger.denied()} == {ELSEWHERE}


def test_this_machine_is_reached(ledger: Ledger) -> None:
    talk = "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname(), 5)"
    subprocess.run([sys.executable, "-c", f"import socket; {talk}"], env=ledger.environment(), check=True)
    assert ledger.denied() == []


def test_a_process_that_nothing_guards_is_seen(ledger: Ledger) -> None:
    with Census(ledger) as census:
        # As a program that is no Python: it has what it inherited, and no hook.
        subprocess.run(
            [sys.executable, "-S", "-c", "import time; time.sleep(1)"], env=ledger.environment(), check=True
        )
    assert any("time.sleep" in command for command in census.seen.values())
    assert not ledger.file.exists()
