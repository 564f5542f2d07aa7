"""Waiting for a server to answer."""

import time
from pathlib import Path

import httpx

from local.processes import ProcessId

_POLL_SECONDS = 0.1


class DidNotStartError(Exception):
    """A process ended, or stayed silent, where an answer was expected."""


def wait_for(url: str, process: ProcessId, log: Path, seconds: float = 60) -> None:
    """Returns once `url` answers 200.

    Raises:
        DidNotStartError: the process ended first, or took longer than `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.alive:
            raise DidNotStartError(f"A process ended while it was starting. The end of {log}:\n{_tail(log)}")
        try:
            if httpx.get(url, timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(_POLL_SECONDS)
    raise DidNotStartError(f"No answer within {seconds:.0f} s from {url}. The end of {log}:\n{_tail(log)}")


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
