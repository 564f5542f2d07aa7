"""The dashboard as docs/hosting.md has it run: by its unit's command, from two folders of the repository."""

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from contract.names import ROOT
from local.processes import HOST, ProcessId, free_port, wait_for

UNIT = ROOT / "docs" / "hosting" / "file-sla-dashboard.service"


def copy_needed(folder: Path) -> Path:
    """A checkout of no more than what a host needs."""
    for name in ("contract", "store", "dashboard", ".streamlit"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def read_unit() -> dict[str, list[str]]:
    """The unit's settings, with its continued lines joined."""
    settings: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", UNIT.read_text().replace("\\\n", " "), re.MULTILINE):
        settings.setdefault(name, []).append(value)
    return settings


def write_key(path: Path) -> str:
    """Writes a new key for the sessions as the hosting page says, and returns it."""
    key = b64encode(secrets.token_bytes(32)).decode()
    path.touch(mode=0o600)
    path.write_text(f"{key}\n")
    return key


@dataclass
class HostedDashboard:
    """A dashboard on its own host, which can be restarted on the same port."""

    app: Path
    log: Path
    outputs: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _child: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Returns once it is healthy."""
        [command] = read_unit()["ExecStart"]
        python, *arguments = shlex.split(command)
        assert python.endswith("/bin/python")
        arguments[arguments.index("--server.port") + 1] = str(self.port)
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.app,
                # Nothing of whoever runs the tests: no AWS credentials, no path to the repository.
                env={"PATH": os.defpath, "FILE_SLA_OUTPUTS": str(self.outputs), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        process = ProcessId(self._child.pid, psutil.Process(self._child.pid).create_time())
        wait_for(f"http://{HOST}:{self.port}/_stcore/health", process, self.log)

    def stop(self) -> int:
        """Asks it to end, as systemd does, and returns its exit code."""
        child, self._child = self._child, None
        if child is None:
            return 0
        child.terminate()
        return child.wait(int(read_unit()["TimeoutStopSec"][0]))
