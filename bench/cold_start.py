"""Cold starts (import and first call in a fresh interpreter) from the built zip, and what is in the zips."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zipfile import ZipFile

import uv

from bench import rivals
from bench.children import cold_start
from bench.figures import Figure, compared, counted
from bench.service import Service, run_python
from bench.workload import TYPICAL, our_event
from components.functions import packages as function_package
from components.functions.packages import build_package
from contract.moments import parse_moment
from handlers.ingest.building import Origin, build
from handlers.ingest.parsing import parse_report
from handlers.web.requests import Caller

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
        """Milliseconds by step; `CPU` is that of both steps."""
        request = {
            "task": str(self.task), "runtime": str(self.runtime), "module": self.module, "event": self.event,
        }  # fmt: skip
        steps: dict[str, float] = run_python(["-S", str(_SCRIPT)], request, self.environment)
        return {"CPU": sum(steps[step] for step in _STEPS), **steps}


def measure_cold_starts(service: Service, rounds: int) -> list[Figure]:
    """Starts each function and its rival in turn."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        runtime = _runtime(Path(scratch, "runtime"))
        bare_folder = _compiled(Path(scratch, "bare"), Path(str(rivals.__file__)).parent)
        for name, event, bare_module, bare_event in _tasks(service):
            task = Path(scratch, name)
            with ZipFile(build_package(name, "host").path) as package:
                package.extractall(task)
            environment = service.function_environment(name)
            ours = _Start(task, runtime, f"handlers.{name.replace('-', '_')}", event, environment)
            bare = _Start(bare_folder, runtime, bare_module, bare_event, environment)
            # The files come from the disk once.
            ours.run()
            bare.run()
            pairs = [(ours.run(), bare.run()) for _ in range(rounds)]
            figures += [
                compared(
                    f"cold start of {name}, {step}, vs bare boto3",
                    "ms",
                    [(mine[step], least[step]) for mine, least in pairs],
                )
                for step in ("CPU", *_STEPS, "wall")
            ]
    return figures


def _tasks(service: Service) -> list[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    """Function and its event, the rival's module and its event: the same work for both."""
    report = our_event(TYPICAL, service.client_id)
    caller = Caller("s", "reporter", frozenset())
    origin = Origin(caller=caller, arrival=parse_moment("2026-11-23T20:15:04Z"))
    items = build(parse_report(report["body"].encode()), origin, None, timedelta(days=1)).records
    sign_in = {"body": json.dumps(service.outputs["users"]["reporter"])}
    return [
        ("file-sla-error", report, "bare_ingest", {"body": json.dumps({"items": items})}),
        ("auth", sign_in, "bare_auth", sign_in),
    ]


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


FUNCTIONS = ("file-sla-error", "auth")
BREAKDOWN = Path(".bench/packages.txt")


def measure_packages() -> list[Figure]:
    """Compares the packages for AWS with all that their dependencies bring, and writes a breakdown."""
    figures: list[Figure] = []
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in FUNCTIONS:
            ours = build_package(name, "arm64").path
            with patch.multiple(function_package, UNUSED=(), CACHE=Path(scratch)):
                everything = build_package(name, "arm64").path
            sizes = {
                "zipped": [path.stat().st_size for path in (ours, everything)],
                "unzipped": [sum(_measure_names(path)[1].values()) for path in (ours, everything)],
            }
            figures += [
                counted(f"package of {name}, {how}, vs unpruned", mine / 1000, theirs / 1000, "kB")
                for how, (mine, theirs) in sizes.items()
            ]
            zipped, unzipped = _measure_names(ours)
            sized = [
                f"{size / 1000:9,.0f} {unzipped[part] / 1000:9,.0f}  {part}"
                for part, size in zipped.most_common()
            ]
            lines += [name, *sized, ""]
    BREAKDOWN.write_text("\n".join(lines))
    return figures


def _measure_names(archive: Path) -> tuple[Counter[str], Counter[str]]:
    """Zipped and unzipped bytes by top-level name."""
    zipped: Counter[str] = Counter()
    unzipped: Counter[str] = Counter()
    with ZipFile(archive) as package:
        for entry in package.infolist():
            name = entry.filename.split("/")[0]
            zipped[name] += entry.compress_size
            unzipped[name] += entry.file_size
    return zipped, unzipped
