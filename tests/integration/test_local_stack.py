"""The commands that start and stop the local stack, as a person types them, on this machine alone.

A hook in each Python of the stack denies connections to elsewhere, and writes them down; no process of the
stack goes without it.
"""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil
import pytest

from contract.names import ROOT, LocalOutput
from local.demo.servers import SERVERS
from local.processes import StateFolder
from store.records import Attribute
from tests.stands.notified import Message, read_messages
from tests.stands.offline.sitecustomize import LEDGER
from tests.stands.running_stack import RunningStack

GUARD: Final = ROOT / "tests" / "stands" / "offline"
ELSEWHERE: Final = "192.0.2.1"
"""An address of nobody (RFC 5737)."""
NOTIFIED_AT_FIRST: Final = (
    "files stuck in D:\\Inbound",
    "Files stuck in ",
    "Server silent",
    "Folder unreadable",
)
NOTIFICATION_SECONDS: Final = 240
WITHOUT_EXTRAS: Final = ("--no-dashboard", "--no-demo-data")
PARTS: Final = {
    "command": "-m local --state",
    "starter": "-m local.starter",
    "emulator": "local/emulator_process.py",
    "function": "ministack-lambda-",
    "receiver": "-m local.receiver",
    "metrics": "-m local.metrics",
    "dashboard": "-m streamlit run",
}
PLANTED: Final = f"""
import socket
def handler(event, context):
    try:
        socket.create_connection(("{ELSEWHERE}", 443), timeout=5)
    except OSError as error:
        return str(error)
"""


@dataclass(frozen=True)
class Ledger:
    file: Path

    def started(self) -> dict[int, str]:
        return {entry["pid"]: " ".join(entry["started"]) for entry in self._entries("started")}

    def denied(self) -> list[tuple[str, str]]:
        """Every attempt to reach elsewhere, in order: the command line and the host."""
        commands = self.started()
        return [(commands[entry["pid"]], entry["host"]) for entry in self._entries("denied")]

    def unguarded(self) -> list[str]:
        """The command lines of processes that inherited the guard and do not have it."""
        guarded, found = self.started(), []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                inherited = process.environ().get(LEDGER) == str(self.file)
                if inherited and process.pid not in guarded and process.pid != os.getpid():
                    found.append(" ".join(process.cmdline()))
        return found

    def _entries(self, kind: str) -> Iterator[dict[str, Any]]:
        if self.file.exists():
            entries = (json.loads(line) for line in self.file.read_text().splitlines())
            yield from (entry for entry in entries if kind in entry)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """The ledger of all processes that the test starts: they are guarded."""
    found = Ledger(tmp_path / "ledger.jsonl")
    monkeypatch.setenv("PYTHONPATH", str(GUARD))
    monkeypatch.setenv(LEDGER, str(found.file))
    return found


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateFolder]:
    folder = StateFolder(tmp_path / "stack")
    yield folder
    folder.stop_all()


def _command(state: StateFolder, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "local", "--state", str(state.path), *arguments]


def _run(state: StateFolder, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        _command(state, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False
    )


def _processes_below(folder: Path) -> list[str]:
    """Command lines of whatever runs out of the folder or was started for it."""
    return [
        " ".join(process.info["cmdline"] or [])
        for process in psutil.process_iter(["cmdline", "environ"])
        if str(folder) in f"{process.info['cmdline']} {process.info['environ']}"
        and process.pid != psutil.Process().pid
    ]


def _wait_for_notifications(receiver_url: str) -> list[Message]:
    """What the demo's owners get at first: within minutes, should a scheduled sweep come first."""
    deadline = time.monotonic() + NOTIFICATION_SECONDS
    while True:
        arrived = read_messages(receiver_url)
        subjects = "\n".join(one["subject"] for one in arrived)
        missing = [words for words in NOTIFIED_AT_FIRST if words not in subjects]
        if not missing:
            return arrived
        assert time.monotonic() < deadline, f"{missing} in {subjects}"
        time.sleep(1)


def _connect_elsewhere(stack: RunningStack) -> str:
    """What a function says about a connection that it tries to make."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as written:
        written.writestr("planted.py", PLANTED)
    functions = stack.aws.client("lambda")
    found = functions.get_function(FunctionName=f"{stack.outputs['metrics_namespace']}-auth")
    functions.create_function(
        FunctionName="planted", Runtime="python3.13", Role=found["Configuration"]["Role"],
        Handler="planted.handler", Code={"ZipFile": package.getvalue()},
    )  # fmt: skip
    return str(json.loads(functions.invoke(FunctionName="planted")["Payload"].read()))


def test_from_up_to_down_on_this_machine_alone(state: StateFolder, ledger: Ledger, samples: Path) -> None:
    first = _run(state, "up", "--detach")
    assert first.returncode == 0, first.stderr
    assert re.search(r"the program: \d\d+ resources", first.stderr)

    outputs: dict[str, Any] = json.loads(state.outputs_file.read_text())
    assert outputs["users"].keys() == {"reporter", "analyst"}
    assert outputs["servers"].keys() == {server.account for server in SERVERS}
    assert state.outputs_file.stat().st_mode & 0o077 == 0
    with closing(RunningStack(outputs, state.path)) as stack:
        records = stack.aws.client("dynamodb").scan(TableName=outputs["table_name"])["Items"]
        folders = {record[Attribute.FOLDER]["S"] for record in records}
        assert r"C:\Jobs\Invoices\Inbound" in folders
        assert str(state.demo_folders / "ToWarehouse") in folders

        arrived = _wait_for_notifications(outputs[LocalOutput.RECEIVER_URL])
        assert {owner for one in arrived for owner in one["owners"]} == {"orders", "bank", "operations"}
        assert {one["kind"] for one in arrived} >= {"mail", "slack", "teams"}

        posted = _run(state, "report", str(samples / "report-powershell-7.json"))
        assert posted.stdout.startswith("200 "), posted.stderr
        afresh = _run(state, "report")
        assert json.loads(afresh.stdout.removeprefix("200 "))["files"] == 4 + 1
        assert Path(afresh.stderr.partition(": ")[2].strip()).is_file()

        again = _run(state, "up", *WITHOUT_EXTRAS)
        assert again.returncode == 0
        assert "already running" in again.stderr
        assert outputs["api_url"] in again.stderr

        guarded = ledger.started().values()
        assert [part for part, words in PARTS.items() if not any(words in one for one in guarded)] == []
        assert ledger.unguarded() == []
        assert ledger.denied() == []
        assert f"denies connections to {ELSEWHERE}" in _connect_elsewhere(stack)
        [(command, host)] = ledger.denied()
        assert host == ELSEWHERE
        assert "planted" in command

    assert "Stopped: dashboard, metrics, receiver, emulator" in _run(state, "down").stderr
    assert not state.path.exists()
    assert _processes_below(state.path) == []
    assert "Nothing was running" in _run(state, "down").stderr


def test_each_way_out_is_denied_and_written_down(ledger: Ledger) -> None:
    ways = [
        f"socket.create_connection(('{ELSEWHERE}', 80), 1)",
        f"socket.socket().connect_ex(('{ELSEWHERE}', 80))",
        f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'', ('{ELSEWHERE}', 53))",
        f"socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b''], [], 0, ('{ELSEWHERE}', 53))",
        f"socket.getaddrinfo('{ELSEWHERE}', 80)",
        f"socket.gethostbyname('{ELSEWHERE}')",
        f"asyncio.run(asyncio.open_connection('{ELSEWHERE}', 80))",
        f"subprocess.run([sys.executable, '-Pc', 'import socket; socket.gethostbyname(\"{ELSEWHERE}\")'])",
    ]
    here = "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname(), 5)"
    script = "import asyncio, contextlib, socket, subprocess, sys\n" + "".join(
        f"with contextlib.suppress(OSError): {way}\n" for way in ways
    )
    subprocess.run([sys.executable, "-c", script + here], capture_output=True, timeout=60, check=True)
    assert [host for _, host in ledger.denied()] == [ELSEWHERE] * len(ways)


def test_ctrl_c_while_starting_leaves_nothing_and_says_so(state: StateFolder) -> None:
    with subprocess.Popen(
        _command(state, "up", *WITHOUT_EXTRAS),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as foreground:  # fmt: skip
        assert foreground.stdout is not None
        # Now the program is running.
        assert "emulator of AWS" in foreground.stdout.readline()
        # As a terminal does: to everything that runs in its foreground.
        os.killpg(foreground.pid, signal.SIGINT)
        said = foreground.stdout.read()
    assert said == "Stopped while starting; nothing is left running.\n"
    assert foreground.returncode == 0
    assert _processes_below(state.path) == []
    assert not state.path.exists()
