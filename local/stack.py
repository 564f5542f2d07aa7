"""Brings the whole system up on this machine."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from contract.names import MESSAGES
from contract.outputs import LocalOutput, Output
from local.companions import start_dashboard, start_metrics, start_receiver
from local.demo.data import Demo
from local.demo.projecting import sweep
from local.demo.script import HEARTBEAT, post_report
from local.deploy import deploy
from local.emulator import start_emulator
from local.messages import LocalMessages
from local.people import REPORTER, create_people
from local.processes import HOST, free_port
from local.provider import Aws
from local.stack_config import ROOT, load_config
from local.state import StateFolder
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
    owners_file: Path | None = ROOT / "local" / "demo" / "owners.yaml"
    """Who is told of what is stuck; None for nobody."""
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
    # What is deployed knows the addresses of the dashboard and of the receiver.
    dashboard_port = free_port() if options.dashboard else None
    dashboard_url = f"http://{HOST}:{dashboard_port}" if dashboard_port else ""
    messages = LocalMessages(options.owners_file, free_port())
    with _timed(say, "receiver of messages"):
        start_receiver(state, aws, messages)

    resources: list[pulumi.runtime.MockResourceArgs] = []
    with _timed(say, lambda: f"the program: {len(resources)} resources"):
        messages.prepare(aws)
        config = {"functionTarget": "host", **messages.config(dashboard_url), **(options.config or {})}
        outputs = deploy(aws, config, resources.append)
        messages.subscribe(aws, outputs)
    with _timed(say, "a reporter and an analyst"):
        users = create_people(aws, outputs["user_pool_id"])
    outputs |= {
        LocalOutput.ENDPOINT_URL: aws.endpoint_url,
        LocalOutput.USERS: users,
        **messages.outputs,
    }
    with _timed(say, "functions warm"):
        if not options.demo_data:
            # A heartbeat, once through gateway, functions and sign-in. The demo's own reports do as well.
            post_report(outputs[Output.API_URL], users[REPORTER], HEARTBEAT).raise_for_status()
        # Before the alarms are there: the schedule's first comes in a minute, and until then they would say
        # that none comes.
        sweep(aws, outputs[Output.METRICS_NAMESPACE])
        if messages.owners:
            sweep(aws, outputs[Output.METRICS_NAMESPACE], MESSAGES)
    with _timed(say, "metrics and alarms"):
        start_metrics(state, aws, resources)
    if options.demo_data:
        demo = Demo(aws, outputs, state.demo_folders)
        outputs[LocalOutput.SERVERS] = _play(demo, say)
        if owners := messages.owners:
            with _timed(say, lambda: f"messages to owners: {told}"):
                told = demo.tell(owners)
    state.write_outputs(outputs)
    if dashboard_port is not None:
        with _timed(say, "dashboard"):
            start_dashboard(state, dashboard_port)
        outputs[LocalOutput.DASHBOARD_URL] = dashboard_url
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


@contextmanager
def _timed(say: Step, what: str | Callable[[], str]) -> Iterator[None]:
    started = time.monotonic()
    yield
    done = what if isinstance(what, str) else what()
    say(f"{done} ({time.monotonic() - started:.1f} s)")
