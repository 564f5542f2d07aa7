"""Cold starts: import and first call in a fresh interpreter, from the built zip."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import uv

from bench import first_call, rivals
from bench.figures import Figure, compared, interleaved
from bench.service import Service
from bench.workload import TYPICAL, Bench, build_records, our_event
from components.functions.packages import build_package
from contract.routes import AUTH, FILE_SLA_ERROR

_SCRIPT: Final = Path(first_call.__file__)


def measure_cold_starts(bench: Bench) -> list[Figure]:
    """Starts each function and its rival in turn."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch:
        runtime, bare = Path(scratch, "runtime"), Path(scratch, "bare")
        # What Lambda's runtime brings: boto3 and nothing else.
        subprocess.run(
            [
                uv.find_uv_bin(), "pip", "install", "--quiet", "--python", sys.executable,
                "--target", str(runtime), f"boto3=={version('boto3')}",
            ],
            check=True,
        )  # fmt: skip
        shutil.copytree(Path(str(rivals.__file__)).parent, bare)
        subprocess.run([sys.executable, "-m", "compileall", "-q", str(runtime), str(bare)], check=True)
        for function, event, rival, rival_event in _list_tasks(bench.service):
            task = Path(scratch, function)
            with ZipFile(build_package(function, "host").path) as package:
                package.extractall(task)
            environment = bench.service.environment(function)
            module = f"handlers.{function.replace('-', '_')}"
            start_ours = partial(_start, environment, runtime, task, module, event)
            start_bare = partial(_start, environment, runtime, bare, rival, rival_event)
            # In the first round the files come from the disk.
            pairs = interleaved(start_ours, start_bare, 1 + bench.starts)[1:]
            figures.append(compared(f"cold start of {function}, CPU, vs bare boto3", "ms", pairs))
    return figures


def _list_tasks(service: Service) -> list[tuple[str, dict[str, Any], str, dict[str, Any]]]:
    """Function and its event, the rival's module and its event: the same work for both."""
    items, sign_in = build_records(TYPICAL), {"body": json.dumps(service.outputs["users"]["reporter"])}
    bare_event = {"body": json.dumps({"items": items})}
    return [
        (FILE_SLA_ERROR.key, our_event(TYPICAL, service), "bare_ingest", bare_event),
        (AUTH.key, sign_in, "bare_auth", sign_in),
    ]


def _start(
    environment: Mapping[str, str], runtime: Path, task: Path, module: str, event: Mapping[str, Any]
) -> float:
    """CPU milliseconds of import and first call."""
    request = {"runtime": str(runtime), "task": str(task), "module": module, "event": event}
    done = subprocess.run(
        [sys.executable, "-S", str(_SCRIPT)],
        env=dict(environment), input=json.dumps(request), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)
