"""docs/hosting.md and the files that it has people copy."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from contract.names import ROOT
from dashboard.settings import DashboardSettings, name_variable
from tests.dashboard.hosted import UNIT, read_unit

PAGE = (ROOT / "docs" / "hosting.md").read_text()
PROSE = " ".join(PAGE.split())
FIRST_SYSTEMD = 251
"""The first that hands a service the folder of its credentials as `%d`."""
EXPOSURE = 20
"""In tenths: of 10, which is a service without any protection."""


def _analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _systemd_version() -> int:
    if not shutil.which("systemd-analyze"):
        return 0
    return int(re.findall(r"^systemd (\d+)", _analyze("--version").stdout)[0])


needs_systemd = pytest.mark.skipif(
    _systemd_version() < FIRST_SYSTEMD, reason=f"no systemd-analyze {FIRST_SYSTEMD} on this machine"
)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a Python and a folder that this machine has, and whichever curl."""
    text = UNIT.read_text()
    for there, here in {
        "/opt/file-sla/venv/bin/python": sys.executable,
        "/opt/file-sla/app": str(ROOT),
        "/usr/bin/curl": sys.executable,
    }.items():
        assert there in text
        text = text.replace(there, here)
    path = tmp_path / UNIT.name
    path.write_text(text)
    return path


@needs_systemd
def test_systemd_understands_the_unit_which_may_do_little(unit: Path) -> None:
    verified = _analyze("verify", str(unit))
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = _analyze("security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(unit))
    assert rated.returncode == 0, rated.stdout[-200:]
    [exposure] = re.findall(r"exposure level for .*: ([\d.]+) ", rated.stdout)
    assert f"rates the unit {exposure} of 10" in PROSE


def test_the_unit_sets_variables_that_there_are() -> None:
    names = {value.split("=")[0] for value in read_unit()["Environment"]}
    assert names <= {"FILE_SLA_OUTPUTS", *map(name_variable, DashboardSettings.model_fields)}
    assert {name_variable("session_key_file"), name_variable("session_dir")} <= names
