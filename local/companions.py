"""The processes of a local stack beside the emulator."""

import json
import os
from collections.abc import Iterable
from typing import Final

import pulumi

from contract.outputs import OUTPUTS_VARIABLE
from local.emulator import access_log, mails_folder
from local.messages import LocalMessages
from local.processes import HOST, start
from local.provider import Aws, as_api_values
from local.provider.cloudwatch import METRIC_ALARM, metric_alarm_request
from local.stack_config import ROOT
from local.state import StateFolder
from local.waiting import wait_for

_PATH: Final = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
"""Where they find our packages, before whatever the person at the keyboard has there."""


def start_metrics(state: StateFolder, aws: Aws, resources: Iterable[pulumi.runtime.MockResourceArgs]) -> None:
    """Starts what publishes the metrics and evaluates the alarms that are among the resources."""
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
        _PATH,
    )  # fmt: skip
    state.note_process("metrics", process)


def start_receiver(state: StateFolder, aws: Aws, messages: LocalMessages) -> None:
    """Starts what takes in messages, and returns once it does.

    Raises:
        DidNotStartError: it did not come up.
    """
    log = state.path / "receiver.log"
    process = start(
        [
            "-m", "local.receiver", "--port", str(messages.receiver_port), "--endpoint", aws.endpoint_url,
            "--mails", str(mails_folder(state.path).resolve()),
            *(["--owners", str(messages.owners_file.resolve())] if messages.owners_file else []),
        ],
        log,
        _PATH,
    )  # fmt: skip
    state.note_process("receiver", process)
    wait_for(messages.receiver_url, process, log)


def start_dashboard(state: StateFolder, port: int) -> None:
    """Starts the dashboard with the outputs that were written, and returns once it answers.

    Raises:
        DidNotStartError: it did not come up.
    """
    log = state.path / "dashboard.log"
    process = start(
        [
            "-m", "streamlit", "run", str(ROOT / "dashboard" / "server.py"),
            "--server.address", HOST, "--server.port", str(port), "--server.headless", "true",
            "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none",
        ],
        log,
        {OUTPUTS_VARIABLE: str(state.outputs_file.resolve()), **_PATH},
    )  # fmt: skip
    state.note_process("dashboard", process)
    wait_for(f"http://{HOST}:{port}/_stcore/health", process, log)
