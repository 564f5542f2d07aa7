"""The processes of a local stack beside the emulator."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi

from contract.names import MESSAGES, OUTPUTS_VARIABLE, ROOT, LocalOutput, Output
from local.demo.data import REPORTER, Demo, create_people
from local.demo.script import HEARTBEAT, post_report
from local.demo.sweeping import sweep
from local.emulator import access_log, mails_folder, start_emulator
from local.notifications import LocalMessages
from local.processes import HOST, StateFolder, free_port, start, wait_for
from local.program import run_program
from local.provider import Aws, as_api_values, create
from local.provider.cloudwatch import METRIC_ALARM, metric_alarm_request
from local.stack_config import load_config
from ops.user_pool import User

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


OnCreated = Callable[[pulumi.runtime.MockResourceArgs], None]
_PROVIDER_TYPE = "pulumi:providers:aws"


def deploy(aws: Aws, overrides: dict[str, Any], on_created: OnCreated = lambda _: None) -> dict[str, Any]:
    """Creates every resource of the program in the emulator, and returns the program's exports.

    Args:
        aws: the emulated account.
        overrides: configuration over that of the stack's file.
        on_created: told of each resource once it exists.

    Raises:
        UnknownResourceError: the program declares what the local stack cannot create.
        pulumi.RunError: the configuration is wrong.
    """

    def new_resource(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        # A component has no counterpart in AWS; neither has the provider, whose part we play.
        if not args.custom or args.typ == _PROVIDER_TYPE:
            return args.name, dict(args.inputs)
        created = create(aws, args.typ, args.name, args.inputs)
        on_created(args)
        return created.id, {**args.inputs, **created.outputs}

    return run_program(new_resource, overrides)


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
