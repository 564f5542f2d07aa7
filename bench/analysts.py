"""A team at the dashboard: how long until each has a page, what AWS is asked, and what it costs the host.

The dashboard runs as its host runs it; each analyst is a WebSocket, as a browser has.
"""

import base64
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from bench.figures import Figure, compared, counted
from bench.service import Service
from bench.workload import History
from contract.names import OUTPUTS_VARIABLE
from dashboard.access.kept_sessions import KEY_BYTES
from dashboard.access.sessions import COOKIE
from dashboard.backend import Backend
from dashboard.settings import DashboardSettings, name_variable
from local.emulator import access_log
from local.processes import HOST, StateFolder, free_port
from local.stack import start_dashboard

Step = Callable[[str], None]
LEVELS: Final = (1, 4, 8, 16)
"""Analysts at once. The first is what the others are measured beside."""
RELOADS: Final = 200
"""A new session each, whose last one Streamlit keeps for two minutes."""
REFRESHES: Final = 50
"""In the session that is there."""
PAGES: Final = ("Overview", "By date, 7 d", "By date, 30 d", "By folder, 30 d", "Senders", "Service health")
MONTH: Final = PAGES[2]
_START: Final = ("runbook", "")
"""A page that asks for nothing: what it takes to start is not what is measured."""
_MOST_SECONDS: Final = 600
_FAILURES: Final = (":material/error:", ":material/lock_clock:")
"""The icons of what went wrong, and of a session that has ended."""
_DONE: Final = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


def name_page(page: str, analysts: int) -> str:
    """The figure of a page opened by so many at once, which somebody looked at before."""
    return f"{page}, warm, {analysts} at once, vs 1"


@dataclass(frozen=True)
class _Round:
    """What one round of all pages took."""

    requests: int
    """To AWS, of the first look at each."""
    warm: dict[str, list[float]]


def measure_analysts(
    service: Service, folder: Path, history: History, rounds: int, say: Step
) -> list[Figure]:
    """Opens every page at every level, and reloads the largest one many times."""
    addresses = _list_addresses(history)
    taken: dict[int, _Round] = {}
    for level in LEVELS:
        say(f"{level} analysts at once")
        with serving(service, StateFolder(folder), level) as served:
            taken[level] = _open_all(served, addresses, rounds, access_log(folder))
    alone = taken[LEVELS[0]]
    figures: list[Figure] = []
    for level in LEVELS[1:]:
        team = taken[level]
        for page in PAGES:
            pairs = list(zip(team.warm[page], alone.warm[page], strict=True))
            figures.append(compared(name_page(page, level), "s", pairs))
        name = f"requests of a cold round, {level} at once, vs 1"
        figures.append(counted(name, team.requests, alone.requests, "requests"))
    say(f"{RELOADS} reloads by 8")
    with serving(service, StateFolder(folder), 8) as served:
        figures.append(_reload(served, *addresses[MONTH]))
    return figures


def _list_addresses(history: History) -> dict[str, tuple[str, str]]:
    folder = urlencode({"range": "30d", "folder": history.folder})
    paths = ("", "by-date", "by-date", "by-folder", "senders", "service-health")
    queries = ("", "range=7d", "range=30d", folder, "", "range=24h")
    return dict(zip(PAGES, zip(paths, queries, strict=True), strict=True))


def _open_all(served: "Served", addresses: dict[str, tuple[str, str]], rounds: int, log: Path) -> _Round:
    served.open_together(*_START)
    before = _count_lines(log)
    for address in addresses.values():
        served.open_together(*address)
    requests = _count_lines(log) - before
    warm = {
        page: [served.open_together(*address) for _ in range(rounds)] for page, address in addresses.items()
    }
    return _Round(requests, warm)


def _reload(served: "Served", path: str, query: str) -> Figure:
    """The most memory that the server holds while eight reload a page many times."""
    served.open_together(path, query)
    held = [served.megabytes()]
    for _ in range(RELOADS):
        served.reload_together(path, query)
        held.append(served.megabytes())
    for _ in range(REFRESHES):
        served.open_together(path, query)
        held.append(served.megabytes())
    name = f"most memory in {RELOADS} reloads and {REFRESHES} refreshes by 8 of {MONTH}, vs after the first"
    return counted(name, max(held), held[0], "MB")


def _count_lines(log: Path) -> int:
    with log.open("rb") as lines:
        return sum(1 for _ in lines)


class PageFailedError(Exception):
    """A page drew an error instead of what it should show."""


class BrowserTab:
    """One browser tab: it asks for pages, and waits until each is drawn."""

    def __init__(self, open_connection: Callable[[], ClientConnection]) -> None:
        self._open_connection = open_connection
        self._connection = open_connection()

    def reload(self, path: str, query: str) -> float:
        """Leaves the page and opens it again, as a browser's reload does; the seconds until it is there."""
        self.close()
        self._connection = self._open_connection()
        return self.open_page(path, query)

    def close(self) -> None:
        """Closes the tab."""
        self._connection.close()

    def open_page(self, path: str, query: str) -> float:
        """The seconds until the page's script has finished.

        Raises:
            PageFailedError: the page shows an error.
        """
        asked = BackMsg()
        asked.rerun_script.page_name = path
        asked.rerun_script.query_string = query
        started = time.perf_counter()
        self._connection.send(asked.SerializeToString())
        run = ""
        while True:
            message = ForwardMsg()
            message.ParseFromString(self._connection.recv(timeout=_MOST_SECONDS, decode=False))
            kind = message.WhichOneof("type")
            if kind == "new_session":
                run = message.metadata.run.script_run_id
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                raise PageFailedError(f"{path}: {element.exception.message}")
            # Alarms that are on are drawn in red as well; what went wrong has an icon of its own.
            if element.WhichOneof("type") == "alert" and element.alert.icon in _FAILURES:
                raise PageFailedError(f"{path}: {element.alert.body}")
            # The end of a run that was under way before is not the end of this one.
            ended = message.metadata.run.script_run_id
            if kind == "script_finished" and message.script_finished in _DONE and run and ended == run:
                return time.perf_counter() - started


class Served:
    """A dashboard that has just started, with its analysts."""

    def __init__(self, analysts: Sequence[BrowserTab], process: psutil.Process) -> None:
        self._analysts = analysts
        self._process = process

    def open_together(self, path: str, query: str) -> float:
        """All analysts open a page at once; the seconds until the last of them has it."""
        return self._together(lambda analyst: analyst.open_page(path, query))

    def reload_together(self, path: str, query: str) -> float:
        """All of them reload it at once."""
        return self._together(lambda analyst: analyst.reload(path, query))

    def _together(self, act: Callable[[BrowserTab], float]) -> float:
        with ThreadPoolExecutor(len(self._analysts)) as pool:
            return max(pool.map(act, self._analysts), default=0.0)

    def megabytes(self) -> float:
        """What it holds in memory."""
        return float(self._process.memory_info().rss) / 2**20


@contextmanager
def serving(service: Service, state: StateFolder, analysts: int) -> Iterator[Served]:
    """Starts the dashboard with so many who are signed in.

    They signed in before it started: it keeps sessions over a restart, and finds theirs.
    """
    with TemporaryDirectory() as name, ExitStack() as closing:
        folder = Path(name)
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_bytes(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        settings = {
            name_variable("session_key_file"): str(key),
            name_variable("session_dir"): str(folder / "sessions"),
        }
        outputs = {OUTPUTS_VARIABLE: str(state.outputs_file.resolve())}
        ids = _sign_in(service, {**outputs, **settings}, analysts)
        port = free_port()
        server = start_dashboard(state, port, settings=settings)
        closing.callback(server.stop)
        tabs = [BrowserTab(partial(_connect, port, one)) for one in ids]
        for tab in tabs:
            closing.callback(tab.close)
        yield Served(tabs, psutil.Process(server.pid))


def _sign_in(service: Service, environment: Mapping[str, str], analysts: int) -> list[str]:
    backend = Backend.connect(DashboardSettings.read(environment))
    user = service.outputs["users"]["analyst"]
    return [backend.admit(backend.auth.sign_in(user["username"], user["password"])) for _ in range(analysts)]


def _connect(port: int, session_id: str) -> ClientConnection:
    open_connection: Callable[..., ClientConnection] = connect
    return open_connection(
        f"ws://{HOST}:{port}/_stcore/stream",
        additional_headers={"Cookie": f"{COOKIE}={session_id}"},
        subprotocols=["streamlit"],
        max_size=None,
    )
