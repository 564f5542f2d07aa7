"""What is running, in a folder that the next command reads."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.processes import ProcessId

DEFAULT_FOLDER = Path(".local")


@dataclass(frozen=True)
class StateFolder:
    """The folder of one local stack: process ids, outputs, logs and scratch."""

    path: Path

    @property
    def outputs_file(self) -> Path:
        """JSON of the stack's outputs, as `pulumi stack output --json` writes them, and local extras."""
        return self.path / "outputs.json"

    @property
    def demo_folders(self) -> Path:
        """Where the folders are that the stand-in for the script watches."""
        return self.path / "folders"

    @property
    def _processes_file(self) -> Path:
        return self.path / "processes.json"

    def processes(self) -> dict[str, ProcessId]:
        """By role, such as `emulator`, in the order they were started."""
        try:
            noted = json.loads(self._processes_file.read_text())
        except FileNotFoundError:
            return {}
        return {role: ProcessId(**process) for role, process in noted.items()}

    def running(self) -> bool:
        """Whether any process of the stack is alive."""
        return any(process.alive for process in self.processes().values())

    def note_process(self, role: str, process: ProcessId) -> None:
        """Remembers a process at once, so that nothing started is ever lost."""
        self.path.mkdir(parents=True, exist_ok=True)
        noted = {**self.processes(), role: process}
        # Written aside and renamed: who is ended in the middle leaves what can be read.
        written = self._processes_file.with_suffix(".new")
        written.write_text(json.dumps({role: asdict(one) for role, one in noted.items()}))
        written.replace(self._processes_file)

    def write_outputs(self, outputs: Mapping[str, Any]) -> None:
        """Writes the outputs for the owner's eyes only: they hold the users' passwords."""
        self.outputs_file.touch(mode=0o600)
        self.outputs_file.write_text(json.dumps(outputs, indent=2) + "\n")

    def outputs(self) -> dict[str, Any] | None:
        """The outputs of the stack, or None while there are none."""
        try:
            outputs: dict[str, Any] = json.loads(self.outputs_file.read_text())
        except FileNotFoundError:
            return None
        return outputs

    def forget_outputs(self) -> None:
        """Removes the outputs, by which whoever watches the stack knows that it is being taken down."""
        self.outputs_file.unlink(missing_ok=True)

    def stop_all(self) -> list[str]:
        """Ends every process, the last started first, and returns the roles that were running."""
        stopped = []
        for role, process in reversed(self.processes().items()):
            if process.alive:
                process.stop()
                stopped.append(role)
        return stopped

    def take_down(self) -> list[str]:
        """Stops what runs, removes what it left, and returns the roles that were running."""
        self.forget_outputs()
        stopped = self.stop_all()
        self.remove()
        return stopped

    def remove(self) -> None:
        """Removes the folder with everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)
