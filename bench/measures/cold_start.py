"""Cold starts: import and first call in a fresh interpreter, from the built zip."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import uv

from bench.figures import Figure, compared
from bench.processes import cold_start
from bench.processes.fresh import run_python
from bench.rivals import bare as bare_rivals
from bench.workload.events import our_event
from bench.workload.reports import TYPICAL
from bench.workload.service import Service
from components.functions.specs.package import build_package
from contract.moments import parse_moment
from handlers.ingest.parsing import parse_report
from handlers.ingest.records import Detection, build_records

_SCRIPT = Path(cold_start.__file__)
_STEPS = ("import", "first call")


@dataclass(frozen=True)
class _Start:
    """What to start, and with what."""

    task: Path
    runtime: Path
    module: str
    event: Mapping[str, Any]
    environment: Mapping[str, str]

    def run(self) -> dict[str, float]:
        """Milliseconds by step."""
        request = {
            "task": str(self.task),
            "runtime": str(self.runtime),
            "module": self.module,
            "event": self.event,
        }
        steps: dict[str, float] = run_python(["-S", str(_SCRIPT)], request, self.environment)
        return steps


def measure(service: Service, rounds: int) -> list[Figure]:
    """Starts each function and its rival in turn."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        runtime = _runtime(Path(scratch, "runtime"))
        rivals = _compiled(Path(scratch, "bare"), Path(str(bare_rivals.__file__)).parent)
        for name, (event, bare_event) in _events(service).items():
            task = Path(scratch, name)
            with ZipFile(build_package(name, "host").path) as package:
                package.extractall(task)
            module = name.replace("-", "_")
            environment = service.function_environment(name)
            ours = _Start(task, runtime, f"handlers.{module}", event, environment)
            bare = _Start(rivals, runtime, module, bare_event, environment)
            # The files come from the disk once.
            ours.run()
            bare.run()
            pairs = [(ours.run(), bare.run()) for _ in range(rounds)]
            figures.append(
                compared(
                    f"cold start of {name}, CPU, vs bare boto3",
                    "ms",
                    [(_cpu(mine), _cpu(least)) for mine, least in pairs],
                )
            )
            figures += [
                compared(
                    f"cold start of {name}, {step}, vs bare boto3",
                    "ms",
                    [(mine[step], least[step]) for mine, least in pairs],
                )
                for step in (*_STEPS, "wall")
            ]
    return figures


def _cpu(start: Mapping[str, float]) -> float:
    return sum(start[step] for step in _STEPS)


def _events(service: Service) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """By function: the same work for ours and for the bare calls."""
    report = our_event(TYPICAL, service.client_id)
    detection = Detection(
        parse_moment("2026-11-23T20:15:04Z"), reported_by="reporter", subject="s", sender="s", run_id="r"
    )
    items = build_records(parse_report(report["body"].encode()), detection)
    sign_in = {"body": json.dumps(service.outputs["users"]["reporter"])}
    return {
        "file-sla-error": (report, {"body": json.dumps({"items": items})}),
        "auth": (sign_in, sign_in),
    }


def _runtime(folder: Path) -> Path:
    """What Lambda's runtime brings: boto3 and nothing else."""
    subprocess.run(
        [
            uv.find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable,
            "--target", str(folder), f"boto3=={version('boto3')}",
        ],
        check=True,
    )  # fmt: skip
    return _compiled(folder)


def _compiled(folder: Path, source: Path | None = None) -> Path:
    if source is not None:
        shutil.copytree(source, folder)
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder)], check=True)
    return folder
