"""Starts the whole system on this machine: emulator, program, data, and the processes beside them."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pulumi

from contract.names import NOTIFICATIONS, OUTPUTS_VARIABLE, ROOT, LocalOutput, Output
from contract.owners.model import Owners
from local.demo.data import REPORTER, Demo, create_people
from local.demo.script import HEARTBEAT, post_report
from local.demo.sweeping import sweep
from local.emulator import access_log, mails_folder, start_emulator
from local.notifications import LocalNotifications
from local.processes import HOST, DidNotStartError, ProcessId, StateFolder, free_port
from local.program import load_config, run_program
from local.provider import Aws, as_api_values, create
from local.provider.creators import METRIC_ALARM, metric_alarm_request
from ops.user_pool import User

Step = Callable[[str], None]
_PROVIDER_TYPE: Final = "pulumi:providers:aws"
_PATH: Final = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
"""Where child processes find our packages, before anything that the user has put there."""


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """What to start besides the service itself."""

    demo_data: bool = True
    dashboard: bool = True
    dashboard_port: int = 0
    """0 for any that is free."""
    persist: bool = False
    """Whether the emulator keeps its state when it is stopped, for one that is started after it."""
    owners_file: Path | None = ROOT / "local" / "demo" / "owners.yaml"
    """The owners to notify; None for none."""
    config: dict[str, Any] | None = None
    """Configuration over that of the stack's file."""


def up(state: StateFolder, options: StackOptions, say: Step) -> dict[str, Any]:
    """Starts the stack, and returns its outputs when everything answers.

    If it fails, it stops everything that it has started.

    Args:
        state: the folder of the stack.
        options: what to start.
        say: gets the name of each step when it is done.

    Raises:
        DidNotStartError: it is up already, or a process did not start.
        UnknownResourceError: the program declares what cannot be created here.
        pulumi.RunError: the configuration is wrong.
    """
    if state.running():
        raise DidNotStartError("Another command has started this stack.")
    state.take_down()
    try:
        return _start(state, options, say)
    except BaseException:
        state.stop_all()
        raise


_WARM_ATTEMPTS: Final = 5


@contextmanager
def _timed(say: Step, what: str | Callable[[], str]) -> Iterator[None]:
    started = time.monotonic()
    yield
    done = what if isinstance(what, str) else what()
    say(f"{done} ({time.monotonic() - started:.1f} s)")


def _start(state: StateFolder, options: StackOptions, say: Step) -> dict[str, Any]:
    region = load_config()["aws:region"]
    port = free_port()
    with _timed(say, "emulator of AWS"):
        start_emulator(port, state.path, region, persist=options.persist)
    aws = Aws(f"http://{HOST}:{port}", region)
    # The program is configured with the addresses of the dashboard and of the receiver.
    dashboard_port = free_port(options.dashboard_port) if options.dashboard else None
    dashboard_url = f"http://{HOST}:{dashboard_port}" if dashboard_port else ""
    notifications = LocalNotifications(options.owners_file, free_port())
    with _timed(say, "receiver of notifications"):
        _start_receiver(state, aws, notifications)

    resources: list[pulumi.runtime.MockResourceArgs] = []
    with _timed(say, lambda: f"the program: {len(resources)} resources"):
        notifications.prepare(aws)
        config = {"functionTarget": "host", **notifications.config(dashboard_url), **(options.config or {})}
        outputs = deploy(aws, config, resources)
        notifications.subscribe(aws, outputs)
    with _timed(say, "a reporter and an analyst"):
        users = create_people(aws, outputs[Output.USER_POOL_ID])
    outputs |= {LocalOutput.ENDPOINT_URL: aws.endpoint_url, LocalOutput.USERS: users, **notifications.outputs}
    with _timed(say, "functions warm"):
        if not options.demo_data:
            # Warms sign-in, gateway and functions. The demo's own reports do that as well.
            _warm(outputs[Output.API_URL], users[REPORTER])
        # Before the alarms exist: the schedules start in a minute, and an alarm goes off where none has run.
        sweep(aws, outputs[Output.METRICS_NAMESPACE])
        if notifications.owners:
            sweep(aws, outputs[Output.METRICS_NAMESPACE], NOTIFICATIONS)
    with _timed(say, "metrics and alarms"):
        _start_metrics(state, aws, resources)
    if options.demo_data:
        outputs[LocalOutput.SERVERS] = _play_demo(
            Demo(aws, outputs, state.demo_folders), notifications.owners, say
        )
    state.write_outputs(outputs)
    if dashboard_port is not None:
        with _timed(say, "dashboard"):
            start_dashboard(state, dashboard_port)
        outputs[LocalOutput.DASHBOARD_URL] = dashboard_url
        state.write_outputs(outputs)
    return outputs


def _warm(api_url: str, user: User) -> None:
    """Posts a heartbeat. On a busy machine a function's first start may take longer than its time limit.

    Raises:
        httpx.HTTPStatusError: the API refuses it.
        DidNotStartError: it went on failing.
    """
    for _ in range(_WARM_ATTEMPTS):
        try:
            post_report(api_url, user, HEARTBEAT).raise_for_status()
            return
        except httpx.HTTPStatusError as error:
            if not error.response.is_server_error:
                raise
    raise DidNotStartError(f"The API went on failing, {_WARM_ATTEMPTS} times.")


def _play_demo(demo: Demo, owners: Owners | None, say: Step) -> dict[str, User]:
    """Fills the stack with the demo, and returns how its servers sign in."""
    with _timed(say, lambda: f"{len(servers)} servers' accounts"):
        servers = demo.create_accounts()
    with _timed(say, lambda: f"a week of history: {records:,} records, {runs:,} runs"):
        records, runs = demo.load_history()
    with _timed(say, lambda: f"reports through the API: {files} stuck files"):
        files = demo.report()
    with _timed(say, lambda: f"projection: {live} incidents open or unknown"):
        live = demo.project()
    if owners is not None:
        with _timed(say, lambda: f"notifications to owners: {arrived}"):
            arrived = demo.notify(owners)
    return servers


def deploy(
    aws: Aws, overrides: dict[str, Any], created: list[pulumi.runtime.MockResourceArgs]
) -> dict[str, Any]:
    """Creates every resource of the program in the emulator, and returns the program's exports.

    Args:
        aws: the emulated account.
        overrides: configuration over that of the stack's file.
        created: gets each resource when it exists.

    Raises:
        UnknownResourceError: the program declares what the local stack cannot create.
        pulumi.RunError: the configuration is wrong.
    """

    def new_resource(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        # A component is nothing in AWS; nor is the provider, whose part we play.
        if not args.custom or args.typ == _PROVIDER_TYPE:
            return args.name, dict(args.inputs)
        resource = create(aws, args.typ, args.name, args.inputs)
        created.append(args)
        return resource.id, {**args.inputs, **resource.outputs}

    return run_program(new_resource, overrides)


def _start_metrics(
    state: StateFolder, aws: Aws, resources: Iterable[pulumi.runtime.MockResourceArgs]
) -> None:
    """Starts the process that publishes metrics and evaluates the alarms among the resources."""
    alarms = [
        metric_alarm_request(resource.name, as_api_values(resource.inputs))
        for resource in resources
        if resource.typ == METRIC_ALARM
    ]
    file = state.path / "alarms.json"
    file.write_text(json.dumps(alarms))
    state.start(
        "metrics",
        [
            "-m", "local.metrics", "--endpoint", aws.endpoint_url, "--region", aws.region,
            "--access-log", str(access_log(state.path).resolve()), "--alarms", str(file.resolve()),
        ],
        _PATH,
    )  # fmt: skip


def _start_receiver(state: StateFolder, aws: Aws, notifications: LocalNotifications) -> None:
    """Starts the receiver of notifications, and returns when it answers."""
    owners_file = notifications.owners_file
    state.start(
        "receiver",
        [
            "-m", "local.receiver", "--port", str(notifications.receiver_port),
            "--endpoint", aws.endpoint_url, "--mails", str(mails_folder(state.path).resolve()),
            *(["--owners", str(owners_file.resolve())] if owners_file else []),
        ],
        _PATH,
        notifications.receiver_url,
    )  # fmt: skip


def start_dashboard(
    state: StateFolder,
    port: int,
    server: Path = ROOT / "dashboard" / "server.py",
    settings: Mapping[str, str] | None = None,
) -> ProcessId:
    """Starts the dashboard with the outputs that were written, and returns when it answers.

    Args:
        state: the folder of its stack.
        port: its port.
        server: what serves it.
        settings: more environment variables.

    Raises:
        DidNotStartError: it did not start.
    """
    return state.start(
        "dashboard",
        [
            "-m", "streamlit", "run", str(server),
            "--server.address", HOST, "--server.port", str(port), "--server.headless", "true",
            "--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none",
        ],
        {OUTPUTS_VARIABLE: str(state.outputs_file.resolve()), **_PATH, **(settings or {})},
        f"http://{HOST}:{port}/_stcore/health",
    )  # fmt: skip
