"""Brings the whole system up on this machine."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pulumi

from contract.outputs import OUTPUTS_VARIABLE, LocalOutput, Output
from local.demo.data import Demo
from local.demo.projecting import sweep
from local.demo.script import HEARTBEAT, post_report
from local.deploy import deploy
from local.emulator import access_log, start_emulator
from local.people import REPORTER, create_people
from local.processes import HOST, free_port, start
from local.provider import Aws, as_api_values
from local.provider.cloudwatch import METRIC_ALARM, metric_alarm_request
from local.stack_config import ROOT, load_config
from local.state import StateFolder
from local.waiting import wait_for
from ops.users import User

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
    outputs |= {LocalOutput.ENDPOINT_URL: aws.endpoint_url, LocalOutput.USERS: users}
    with _timed(say, "functions warm"):
        if not options.demo_data:
            # A heartbeat, once through gateway, functions and sign-in. The demo's own reports do as well.
            post_report(outputs[Output.API_URL], users[REPORTER], HEARTBEAT).raise_for_status()
        # The first of the schedule comes in a minute, and until then an alarm would say that none comes.
        sweep(aws, outputs[Output.METRICS_NAMESPACE])
    if options.demo_data:
        outputs[LocalOutput.SERVERS] = _play(Demo(aws, outputs, state.demo_folders), say)
    state.write_outputs(outputs)
    if options.dashboard:
        with _timed(say, "dashboard"):
            outputs["dashboard_url"] = _start_dashboard(state)
        state.write_outputs(outputs)
    return outputs


def _play(demo: Demo, say: Step) -> dict[str, User]:
    """Fills the stack with the demo, and returns how its servers sign in."""
    with _timed(say, lambda: f"{len(servers)} servers' accounts"):
        servers = demo.create_accounts()
    with _timed(say, lambda: f"a week of history: {loaded.records:,} records, {loaded.runs:,} runs"):
        loaded = demo.load_history()
    with _timed(say, lambda: f"reports through the API: {files} stuck files"):
        files = demo.report()
    with _timed(say, lambda: f"projection: {live} incidents open or unknown"):
        live = demo.project()
    return servers


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
