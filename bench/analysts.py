"""The dashboard as its host runs it: a page right after a start, and a team that looks at once.

Each analyst is a WebSocket, as a browser has.
"""

import base64
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import boto3
import psutil
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from bench.figures import Figure, compared, counted, interleaved
from bench.service import Service, run_fresh
from bench.workload import RECORDS, Bench, name_folder
from contract.moments import format_affected_date
from contract.names import OUTPUTS_VARIABLE, Output
from dashboard.access.kept_sessions import KEY_BYTES
from dashboard.access.sessions import COOKIE
from dashboard.backend import Backend
from dashboard.figures.series import Period
from dashboard.settings import DashboardSettings, name_variable
from local.emulator import access_log
from local.processes import HOST, free_port
from local.stack import start_dashboard
from store.dynamodb import CONNECTIONS
from store.records import Attribute, Index

LEVELS: Final = (1, 4, 8, 16)
"""Analysts at once. The first is what the others are measured beside."""
_RELOADS: Final = 200
"""A new session each, whose last one Streamlit keeps for two minutes."""
_REFRESHES: Final = 50
"""In the session that is there."""
_MOST_SECONDS: Final = 600
_FAILURES: Final = (":material/error:", ":material/lock_clock:")
"""The icons of what went wrong, and of a session that has ended."""
_DONE: Final = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


class PageAddress(NamedTuple):
    """Where a page is."""

    path: str
    query: str = ""


def _address_folder(number: int) -> PageAddress:
    return PageAddress("by-folder", urlencode({"range": "30d", "folder": name_folder(number)}))


_START: Final = PageAddress("runbook")
"""A page that loads nothing, so that the session's start is not measured."""
_MONTH: Final = "By date, 30 d"
_OTHER_FOLDERS: Final = "By folder, 30 d, another each"
PAGES: Final[Mapping[str, Sequence[PageAddress]]] = {
    "Overview": [PageAddress("")],
    "By date, 7 d": [PageAddress("by-date", "range=7d")],
    _MONTH: [PageAddress("by-date", "range=30d")],
    "By folder, 30 d": [_address_folder(0)],
    _OTHER_FOLDERS: [_address_folder(number) for number in range(max(LEVELS))],
    "Senders": [PageAddress("senders")],
    "Service health": [PageAddress("service-health", "range=24h")],
}
"""The first analyst opens the first address, the second the next one, and so on from the beginning."""
COLD: Final = (("overview", 7), ("overview", 30), ("by_date", 7), ("by_date", 30))
"""Page, and the days that the bare queries beside it read."""


def name_cold(page: str, days: int) -> str:
    """The figure of a page in a dashboard that has just started."""
    return f"{page} cold, {RECORDS:,} records, vs bare Query of {days} d"


def name_warm(page: str, analysts: int) -> str:
    """The figure of a page opened by so many at once, which somebody looked at before."""
    return f"{page}, warm, {analysts} at once, vs 1"


def measure_reading(bench: Bench) -> list[Figure]:
    """Opens each page in a dashboard that has just started, on tables that are filled."""
    bench.fill_tables()
    environment, table = bench.service.environment(), bench.service.outputs[Output.TABLE_NAME]

    def open_page(address: PageAddress) -> float:
        with _serving(bench.service, 1) as team:
            return team.open(address)

    figures: list[Figure] = []
    for page, days in COLD:
        address = PageAddress("by-date", f"range={days}d") if page == "by_date" else PageAddress("")
        bare = partial(run_fresh, environment, _query_hours, table, days)
        pairs = interleaved(partial(open_page, address), bare, bench.rounds)
        figures.append(compared(name_cold(page, days), "s", pairs))
    return figures


def _query_hours(table: str, days: int) -> float:
    """The seconds that it takes to query the hours, as many at once as the dashboard does."""
    client = boto3.client("dynamodb", config=Config(max_pool_connections=CONNECTIONS))
    paginator, deserialize = client.get_paginator("query"), TypeDeserializer().deserialize
    now = datetime.now(UTC)

    def query(hour: datetime) -> list[dict[str, Any]]:
        pages = paginator.paginate(
            TableName=table,
            IndexName=Index.AFFECTED_DATE,
            KeyConditionExpression=f"{Attribute.AFFECTED_DATE} = :hour",
            ExpressionAttributeValues={":hour": {"S": format_affected_date(hour)}},
        )
        items = [item for page in pages for item in page["Items"]]
        return [{name: deserialize(value) for name, value in item.items()} for item in items]

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(query, Period(now - timedelta(days=days), now).hours()))
    return time.perf_counter() - started


def measure_analysts(bench: Bench) -> list[Figure]:
    """Opens every page at every level, and reloads the largest one many times."""
    bench.fill_tables()
    log = access_log(bench.service.state.path)
    requests: dict[int, int] = {}
    warm: dict[tuple[str, int], list[float]] = {}
    for level in LEVELS:
        bench.say(f"{level} analysts at once")
        with _serving(bench.service, level) as team:
            before = _count_lines(log)
            for page, addresses in PAGES.items():
                if page != _OTHER_FOLDERS:
                    team.open(*addresses)
            # Of the pages that show all the same: more analysts should ask for hardly more.
            requests[level] = _count_lines(log) - before
            team.open(*PAGES[_OTHER_FOLDERS])
            for page, addresses in PAGES.items():
                warm[page, level] = [team.open(*addresses) for _ in range(bench.rounds)]
    figures: list[Figure] = []
    alone, *teams = LEVELS
    for level in teams:
        for page in PAGES:
            pairs = list(zip(warm[page, level], warm[page, alone], strict=True))
            figures.append(compared(name_warm(page, level), "s", pairs))
        name = f"requests of a cold round, {level} at once, vs 1"
        figures.append(counted(name, requests[level], requests[alone], "requests"))
    bench.say(f"{_RELOADS} reloads by 8")
    with _serving(bench.service, 8) as team:
        team.open(*PAGES[_MONTH])
        held = [team.megabytes()]
        for number in range(_RELOADS + _REFRESHES):
            if number < _RELOADS:
                team.reconnect()
            team.open(*PAGES[_MONTH])
            held.append(team.megabytes())
    name = (
        f"most memory in {_RELOADS} reloads and {_REFRESHES} refreshes by 8 of {_MONTH}, vs after the first"
    )
    return [*figures, counted(name, max(held), held[0], "MB")]


def _count_lines(log: Path) -> int:
    with log.open("rb") as lines:
        return sum(1 for _ in lines)


class PageFailedError(Exception):
    """A page drew an error instead of what it should show."""


def _open_page(connection: ClientConnection, address: PageAddress) -> float:
    """The seconds until the page's script has finished.

    Raises:
        PageFailedError: the page shows an error.
    """
    asked = BackMsg()
    asked.rerun_script.page_name, asked.rerun_script.query_string = address
    started = time.perf_counter()
    connection.send(asked.SerializeToString())
    run = ""
    while True:
        message = ForwardMsg()
        message.ParseFromString(connection.recv(timeout=_MOST_SECONDS, decode=False))
        kind = message.WhichOneof("type")
        if kind == "new_session":
            run = message.metadata.run.script_run_id
        element = message.delta.new_element
        drawn = element.WhichOneof("type")
        # Alarms that are on are drawn in red as well; what went wrong has an icon of its own.
        if drawn == "exception" or (drawn == "alert" and element.alert.icon in _FAILURES):
            raise PageFailedError(f"{address.path}: {element.exception.message or element.alert.body}")
        # The end of a run that was under way before is not the end of this one.
        ended = message.metadata.run.script_run_id
        if kind == "script_finished" and message.script_finished in _DONE and run and ended == run:
            return time.perf_counter() - started


class _Team:
    """Analysts who are signed in to a dashboard, a browser tab each.

    Args:
        connect: opens a tab of each.
        process: the dashboard's.
    """

    def __init__(self, connect: Sequence[Callable[[], ClientConnection]], process: psutil.Process) -> None:
        self._connect = connect
        self._process = process
        self._tabs = [open_tab() for open_tab in connect]
        # One after the other: of each, the sign-in service is asked.
        for tab in self._tabs:
            _open_page(tab, _START)

    def open(self, *addresses: PageAddress) -> float:
        """All open a page at once, each its own of the addresses; the seconds until the last has it."""
        own = [addresses[number % len(addresses)] for number in range(len(self._tabs))]
        with ThreadPoolExecutor(len(self._tabs)) as pool:
            return max(pool.map(_open_page, self._tabs, own))

    def reconnect(self) -> None:
        """Each leaves the page, as a browser does that loads it again."""
        self.close()
        self._tabs = [open_tab() for open_tab in self._connect]

    def close(self) -> None:
        """Closes the tabs."""
        for tab in self._tabs:
            tab.close()

    def megabytes(self) -> float:
        """What the dashboard holds in memory."""
        return float(self._process.memory_info().rss) / 2**20


@contextmanager
def _serving(service: Service, analysts: int) -> Iterator[_Team]:
    """Starts the dashboard with so many who are signed in.

    They signed in before it started: it keeps sessions over a restart, and finds theirs.
    """
    with TemporaryDirectory() as name, ExitStack() as closing:
        key, sessions = Path(name, "key"), Path(name, "sessions")
        key.touch(mode=0o600)
        key.write_bytes(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        settings = {name_variable("session_key_file"): str(key), name_variable("session_dir"): str(sessions)}
        outputs = {OUTPUTS_VARIABLE: str(service.state.outputs_file.resolve())}
        backend = Backend.connect(DashboardSettings.read({**outputs, **settings}))
        user = service.outputs["users"]["analyst"]
        ids = [backend.admit(backend.auth.sign_in(**user)) for _ in range(analysts)]
        port = free_port()
        server = start_dashboard(service.state, port, settings=settings)
        closing.callback(server.stop)
        team = _Team([partial(_connect, port, one) for one in ids], psutil.Process(server.pid))
        closing.callback(team.close)
        yield team


def _connect(port: int, session_id: str) -> ClientConnection:
    open_connection: Callable[..., ClientConnection] = connect
    return open_connection(
        f"ws://{HOST}:{port}/_stcore/stream",
        additional_headers={"Cookie": f"{COOKIE}={session_id}"},
        subprotocols=["streamlit"],
        max_size=None,
    )
