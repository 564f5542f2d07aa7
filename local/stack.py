"""Brings the whole system up on this machine."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pulumi

from contract.names import PROJECTION, SWEEP
from contract.outputs import OUTPUTS_VARIABLE
from local.demo.data import load_history, report_folders
from local.demo.script import HEARTBEAT, post_report
from local.deploy import deploy
from local.emulator import access_log, start_emulator
from local.people import create_people
from local.processes import HOST, free_port, start
from local.provider import Aws, as_api_values
from local.provider.cloudwatch import METRIC_ALARM, metric_alarm_request
from local.stack_config import ROOT, load_config
from local.state import StateFolder
from local.waiting import wait_for

Step = Callable[[str], None]


class AlreadyRunningError(Exception):
    """A stack of this folder is up."""


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """What to bring up beside the service itself."""

    demo_data: bool = True
    dashboard: bool = True
    persist: bool = False
    """Whether the emulator keeps its state when it is stopped, for one that is started after it."""
    config: dict[str, Any] | None = None
    """Configuration over that of the stack's file."""


def up(state: StateFolder, options: StackOptions, say: Step) -> dict[str, Any]:
    """Brings the stack up, and returns its outputs once everything answers.

    Whatever fails, nothing that was started is left behind.

    Args:
        state: the folder that the stack lives in.
        options: what to bring up.
        say: told of each step as it is done.

    Raises:
        AlreadyRunningError: it is up already.
        DidNotStartError: a process did not come up.
        UnknownResourceError: the program declares what cannot be created here.
    """
    if state.running():
        raise AlreadyRunningError
    state.remove()
    try:
        return _start(state, options, say)
    except BaseException:
        state.stop_all()
        raise


def _start(state: StateFolder, options: StackOptions, say: Step) -> dict[str, Any]:
    region = load_config()["aws:region"]
    port = free_port()
    with _timed(say, "emulator of AWS"):
        state.note_process("emulator", start_emulator(port, state.path, region, persist=options.persist))
    aws = Aws(f"http://{HOST}:{port}", region)

    resources: list[pulumi.runtime.MockResourceArgs] = []
    with _timed(say, lambda: f"the program: {len(resources)} resources"):
        outputs = deploy(aws, {"functionTarget": "host", **(options.config or {})}, resources.append)
    with _timed(say, "metrics and alarms"):
        _start_metrics(state, aws, resources)
    with _timed(say, "a reporter and an analyst"):
        users = create_people(aws, outputs["user_pool_id"])
    with _timed(say, "functions warm"):
        # A heartbeat, once through gateway, functions and sign-in.
        post_report(outputs["api_url"], users["reporter"], HEARTBEAT).raise_for_status()
        # The first of the schedule comes in a minute, and until then an alarm would say that none comes.
        aws.client("lambda").invoke(
            FunctionName=f"{outputs['metrics_namespace']}-{PROJECTION}", Payload=json.dumps(SWEEP)
        )
    outputs |= {"endpoint_url": aws.endpoint_url, "users": users}

    if options.demo_data:
        count = 0
        with _timed(say, lambda: f"a week of history: {count:,} records"):
            count = load_history(aws, outputs["table_name"], users["reporter"]["username"])
        with _timed(say, lambda: f"real reports through the API: {count} stuck files"):
            count = report_folders(state.demo_folders, outputs["api_url"], users["reporter"])
    state.write_outputs(outputs)
    if options.dashboard:
        with _timed(say, "dashboard"):
            outputs["dashboard_url"] = _start_dashboard(state)
        state.write_outputs(outputs)
    return outputs


def _start_metrics(state: StateFolder, aws: Aws, resources: list[pulumi.runtime.MockResourceArgs]) -> None:
    alarms = state.path / "alarms.json"
    alarms.write_text(
        json.dumps(
            [
                metric_alarm_request(resource.name, as_api_values(resource.inputs))
                for resource in resources
                if resource.typ == METRIC_ALARM
            ]
        )
    )
    process = start(
        [
            "-m", "local.metrics", "--endpoint", aws.endpoint_url, "--region", aws.region,
            "--access-log", str(access_log(state.path).resolve()), "--alarms", str(alarms.resolve()),
        ],
        state.path / "metrics.log",
        {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    state.note_process("metrics", process)


def _start_dashboard(state: StateFolder) -> str:
    port = free_port()
    log = state.path / "dashboard.log"
    url = f"http://{HOST}:{port}"
    process = start(
        [
            "-m", "streamlit", "run", str(ROOT / "dashboard" / "server.py"),
            "--server.address", HOST, "--server.port", str(port), "--server.headless", "true",
            "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none",
        ],
        log,
        {OUTPUTS_VARIABLE: str(state.outputs_file.resolve()), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    state.note_process("dashboard", process)
    wait_for(f"{url}/_stcore/health", process, log)
    return url


@contextmanager
def _timed(say: Step, what: str | Callable[[], str]) -> Iterator[None]:
    started = time.monotonic()
    yield
    done = what if isinstance(what, str) else what()
    say(f"{done} ({time.monotonic() - started:.1f} s)")
