"""The commands that bring the local stack up and down, as a person types them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from contract.names import ROOT, LocalOutput
from local.demo.servers import SERVERS
from local.emulator import access_log
from local.processes import StateFolder
from local.provider import Aws
from store.records import Attribute
from tests.told import Message, read_messages

TOLD_AT_FIRST = ("files stuck in D:\\Inbound", "folders stuck", "Server silent", "Folder unreadable",
                 "Not reported any more")  # fmt: skip
MESSAGES_SECONDS = 240
WITHOUT_EXTRAS = ("--no-dashboard", "--no-demo-data")


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


def _wait_for_messages(receiver_url: str) -> list[Message]:
    """What the demo's owners are told at first: within minutes, should a sweep of the schedule come first."""
    deadline = time.monotonic() + MESSAGES_SECONDS
    while True:
        told = read_messages(receiver_url)
        subjects = "\n".join(one["subject"] for one in told)
        missing = [words for words in TOLD_AT_FIRST if words not in subjects]
        if not missing:
            return told
        assert time.monotonic() < deadline, f"{missing} in {subjects}"
        time.sleep(1)


def test_from_up_to_down(state: StateFolder, samples: Path) -> None:
    first = _run(state, "up", "--detach", "--no-dashboard")
    assert first.returncode == 0, first.stderr
    assert re.search(r"the program: \d\d+ resources", first.stderr)

    outputs: dict[str, Any] = json.loads(_run(state, "outputs").stdout)
    assert outputs.keys() >= {"api_url", "region", "table_name", "identity_pool_id", "endpoint_url", "users"}
    assert outputs["users"].keys() == {"reporter", "analyst"}
    assert outputs["servers"].keys() == {server.account for server in SERVERS}
    assert state.outputs_file.stat().st_mode & 0o077 == 0
    records = (
        Aws(outputs["endpoint_url"], outputs["region"])
        .client("dynamodb")
        .scan(TableName=outputs["table_name"])["Items"]
    )
    folders = {record[Attribute.FOLDER]["S"] for record in records}
    assert r"C:\Jobs\Invoices\Inbound" in folders
    assert str(state.demo_folders / "ToWarehouse") in folders

    told = _wait_for_messages(outputs[LocalOutput.RECEIVER_URL])
    assert {owner for one in told for owner in one["owners"]} == {"orders", "bank", "operations"}

    posted = _run(state, "report", str(samples / "report-powershell-7.json"))
    assert posted.returncode == 0
    assert posted.stdout.startswith("200 ")

    afresh = _run(state, "report")
    assert afresh.returncode == 0
    assert json.loads(afresh.stdout.removeprefix("200 "))["files"] == 4 + 1
    assert Path(afresh.stderr.partition(": ")[2].strip()).is_file()

    again = _run(state, "up", *WITHOUT_EXTRAS)
    assert again.returncode == 0
    assert "already running" in again.stderr
    assert outputs["api_url"] in again.stderr

    assert "Stopped: metrics, receiver, emulator" in _run(state, "down").stderr
    assert not state.path.exists()
    assert _processes_below(state.path) == []
    assert "Nothing was running" in _run(state, "down").stderr


def test_stale_state_is_cleaned_up_and_ctrl_c_stops_everything(state: StateFolder) -> None:
    assert _run(state, "up", "--detach", *WITHOUT_EXTRAS).returncode == 0
    psutil.Process(state.processes()["emulator"].pid).kill()
    unanswered = _run(state, "report")
    assert unanswered.returncode == 1
    assert "The emulator of AWS has ended" in unanswered.stderr
    assert "make down" in unanswered.stderr
    assert "Traceback" not in unanswered.stderr

    for role in ("metrics", "receiver"):
        psutil.Process(state.processes()[role].pid).kill()
    stale = _run(state, "outputs")
    assert (stale.returncode, stale.stdout) == (1, "")
    assert "No local stack is running" in stale.stderr

    with subprocess.Popen(
        _command(state, "up", *WITHOUT_EXTRAS), cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as foreground:
        assert foreground.stderr is not None
        said = ""
        while "Ctrl-C stops everything" not in said:
            line = foreground.stderr.readline()
            assert line, said
            said += line
        foreground.send_signal(signal.SIGINT)
        said = foreground.stderr.read()
    assert foreground.returncode == 0
    assert "Stopped." in said
    assert _processes_below(state.path) == []


def _emulator_is_starting(state: StateFolder, _: IO[str]) -> str:
    while not access_log(state.path).exists():
        time.sleep(0.01)
    return ""


def _program_is_running(_: StateFolder, said: IO[str]) -> str:
    return said.readline()


@pytest.mark.parametrize("moment", [_emulator_is_starting, _program_is_running])
def test_ctrl_c_while_starting_leaves_nothing_and_says_so(
    state: StateFolder, moment: Callable[[StateFolder, IO[str]], str]
) -> None:
    with subprocess.Popen(
        _command(state, "up", *WITHOUT_EXTRAS),
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as foreground:  # fmt: skip
        assert foreground.stdout is not None
        before = moment(state, foreground.stdout)
        assert before == "" or "emulator of AWS" in before
        # As a terminal does: to everything that runs in its foreground.
        os.killpg(foreground.pid, signal.SIGINT)
        said = foreground.stdout.read()
    assert said == "Stopped while starting; nothing is left running.\n"
    assert foreground.returncode == 0
    assert _processes_below(state.path) == []
    assert not state.path.exists()
