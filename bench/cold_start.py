"""Cold starts (import and first call in a fresh interpreter) from the built zip, and the zips' sizes."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from zipfile import ZipFile

import uv

from bench import rivals
from bench.children import cold_start
from bench.figures import Figure, compared, counted, interleaved
from bench.service import Service, run_python
from bench.workload import TYPICAL, our_event
from components.functions import packages as function_package
from components.functions.packages import build_package
from contract.moments import parse_moment
from handlers.ingest.building import Origin, build
from handlers.ingest.parsing import parse_report
from handlers.web.requests import Caller

_SCRIPT = Path(cold_start.__file__)
FUNCTIONS: Final = ("file-sla-error", "auth")


def _start(request: Mapping[str, Any], environment: Mapping[str, str]) -> float:
    """CPU milliseconds of import and first call."""
    return float(run_python(["-S", str(_SCRIPT)], request, environment))


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
            both = (
                {"task": str(task), "module": f"handlers.{name.replace('-', '_')}", "event": event},
                {"task": str(bare_folder), "module": bare_module, "event": bare_event},
            )
            ours, bare = (partial(_start, {"runtime": str(runtime), **one}, environment) for one in both)
            # The files come from the disk once.
            ours()
            bare()
            pairs = interleaved(ours, bare, rounds)
            figures.append(compared(f"cold start of {name}, CPU, vs bare boto3", "ms", pairs))
    return figures


def _tasks(service: Service) -> list[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    """Function and its event, the rival's module and its event: the same work for both."""
    report = our_event(TYPICAL, service.client_id)
    caller = Caller("s", "reporter", frozenset())
    origin = Origin(caller=caller, arrival=parse_moment("2026-11-23T20:15:04Z"))
    items = build(parse_report(report["body"].encode()), origin, None, timedelta(days=1)).records
    sign_in = {"body": json.dumps(service.outputs["users"]["reporter"])}
    return [
        (FUNCTIONS[0], report, "bare_ingest", {"body": json.dumps({"items": items})}),
        (FUNCTIONS[1], sign_in, "bare_auth", sign_in),
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


def measure_packages() -> list[Figure]:
    """Compares the packages for AWS with all that their dependencies bring."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in FUNCTIONS:
            ours = build_package(name, "arm64").path.stat().st_size
            with patch.multiple(function_package, UNUSED=(), CACHE=Path(scratch)):
                everything = build_package(name, "arm64").path.stat().st_size
            figures.append(
                counted(f"package of {name}, zipped, vs unpruned", ours / 1000, everything / 1000, "kB")
            )
    return figures
