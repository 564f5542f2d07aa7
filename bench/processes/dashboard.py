"""The dashboard as its host runs it, and signed-in analysts at it: a WebSocket each, as a browser has."""

import base64
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from bench.workload.service import Service
from contract.names import OUTPUTS_VARIABLE, ROOT
from dashboard.access.cookie import COOKIE
from dashboard.access.session_keys import KEY_BYTES
from dashboard.backend import Backend
from dashboard.settings import Settings, name_variable
from local.processes import HOST, free_port, start, wait_for

_PATIENCE_SECONDS: Final = 600
_FAILURES: Final = (":material/error:", ":material/lock_clock:")
"""The icons of what went wrong, and of a session that has ended."""
_DONE: Final = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


class PageFailedError(Exception):
    """A page drew an error instead of what it should show."""


class Analyst:
    """One browser tab: it asks for pages, and waits until each is drawn."""

    def __init__(self, open_connection: Callable[[], ClientConnection]) -> None:
        self._open_connection = open_connection
        self._connection = open_connection()

    def reload(self, path: str, query: str) -> float:
        """Leaves the page and opens it anew, as a browser's reload does; the seconds until it is there."""
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
            told = ForwardMsg()
            told.ParseFromString(self._connection.recv(timeout=_PATIENCE_SECONDS, decode=False))
            kind = told.WhichOneof("type")
            if kind == "new_session":
                run = told.metadata.run.script_run_id
            element = told.delta.new_element
            if element.WhichOneof("type") == "exception":
                raise PageFailedError(f"{path}: {element.exception.message}")
            # Alarms that are on are drawn in red as well; what went wrong has an icon of its own.
            if element.WhichOneof("type") == "alert" and element.alert.icon in _FAILURES:
                raise PageFailedError(f"{path}: {element.alert.body}")
            # The end of a run that was under way before is not the end of this one.
            ended = told.metadata.run.script_run_id
            if kind == "script_finished" and told.script_finished in _DONE and run and ended == run:
                return time.perf_counter() - started


class Served:
    """A dashboard that has just started, with its analysts."""

    def __init__(self, analysts: Sequence[Analyst], process: psutil.Process) -> None:
        self._analysts = analysts
        self._process = process

    def open_together(self, path: str, query: str) -> float:
        """All analysts open a page at once; the seconds until the last of them has it."""
        return self._together(lambda analyst: analyst.open_page(path, query))

    def reload_together(self, path: str, query: str) -> float:
        """All of them reload it at once."""
        return self._together(lambda analyst: analyst.reload(path, query))

    def _together(self, act: Callable[[Analyst], float]) -> float:
        with ThreadPoolExecutor(len(self._analysts)) as pool:
            return max(pool.map(act, self._analysts), default=0.0)

    def cpu_seconds(self) -> float:
        """What the server's process has taken so far."""
        user, system, *_ = self._process.cpu_times()
        return float(user) + float(system)

    def megabytes(self) -> float:
        """What it holds in memory."""
        return float(self._process.memory_info().rss) / 2**20


@contextmanager
def serving(service: Service, outputs_file: Path, analysts: int) -> Iterator[Served]:
    """Starts the dashboard with so many who are signed in.

    They signed in before it started: it keeps sessions over a restart, and finds theirs.
    """
    with TemporaryDirectory() as name, ExitStack() as closing:
        folder = Path(name)
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_bytes(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        environment = {
            OUTPUTS_VARIABLE: str(outputs_file),
            name_variable("session_key_file"): str(key),
            name_variable("session_dir"): str(folder / "sessions"),
        }
        ids = _sign_in(service, environment, analysts)
        port, log = free_port(), folder / "log"
        server = start(
            [
                "-m", "streamlit", "run", str(ROOT / "dashboard" / "server.py"),
                "--server.port", str(port), "--server.address", HOST, "--server.headless", "true",
            ],
            log,
            environment,
        )  # fmt: skip
        closing.callback(server.stop)
        wait_for(f"http://{HOST}:{port}/_stcore/health", server, log)
        tabs = [Analyst(partial(_connect, port, one)) for one in ids]
        for tab in tabs:
            closing.callback(tab.close)
        yield Served(tabs, psutil.Process(server.pid))


def _sign_in(service: Service, environment: Mapping[str, str], analysts: int) -> list[str]:
    backend = Backend.connect(Settings.read(environment))
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
