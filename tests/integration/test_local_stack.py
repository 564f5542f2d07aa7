"""The commands that bring the local stack up and down, as a person types them."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from contract.table import Attribute
from local.provider import Aws
from local.stack_config import ROOT
from local.state import StateFolder

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
        if str(folder) in str(process.info["environ"] or {}) and process.pid != psutil.Process().pid
    ]


def test_from_up_to_down(state: StateFolder, samples: Path) -> None:
    first = _run(state, "up", "--detach", "--no-dashboard")
    assert first.returncode == 0, first.stderr
    assert re.search(r"the program: \d\d+ resources", first.stderr)

    outputs: dict[str, Any] = json.loads(_run(state, "outputs").stdout)
    assert outputs.keys() >= {"api_url", "region", "table_name", "identity_pool_id", "endpoint_url", "users"}
    assert outputs["users"].keys() == {"reporter", "analyst"}
    assert state.outputs_file.stat().st_mode & 0o077 == 0
    records = (
        Aws(outputs["endpoint_url"], outputs["region"])
        .client("dynamodb")
        .scan(TableName=outputs["table_name"])["Items"]
    )
    folders = {record[Attribute.FOLDER]["S"] for record in records}
    assert r"C:\Jobs\Invoices\Inbound" in folders
    assert str(state.path / "folders" / "Orders" / "ToWarehouse") in folders

    posted = _run(state, "report", str(samples / "report-powershell-7.json"))
    assert posted.returncode == 0
    assert posted.stdout.startswith("200 ")

    again = _run(state, "up", *WITHOUT_EXTRAS)
    assert again.returncode == 0
    assert "already running" in again.stderr
    assert outputs["api_url"] in again.stderr

    assert "Stopped: metrics, emulator" in _run(state, "down").stderr
    assert not state.path.exists()
    assert _processes_below(state.path) == []
    assert "Nothing was running" in _run(state, "down").stderr


def test_stale_state_is_cleaned_up_and_ctrl_c_stops_everything(state: StateFolder) -> None:
    assert _run(state, "up", "--detach", *WITHOUT_EXTRAS).returncode == 0
    for process in state.processes().values():
        psutil.Process(process.pid).kill()
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
