"""A team at the dashboard: how long until each has a page, what AWS is asked, and what it costs the host."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from bench.figures import Figure, compared, counted
from bench.processes.dashboard import Served, serving
from bench.workload.history import History
from bench.workload.service import Service
from local.emulator import access_log

Step = Callable[[str], None]
LEVELS: Final = (1, 4, 8, 16)
"""Analysts at once. The first is what the others are measured beside."""
RELOADS: Final = 200
"""A new session each, whose last one Streamlit keeps for two minutes."""
REFRESHES: Final = 50
"""In the session that is there."""
LOOKS: Final = tuple(range(0, RELOADS + REFRESHES + 1, 10))
"""After how many of both together the memory is told; the very first look is none of them."""
PAGES: Final = ("Overview", "By date, 7 d", "By date, 30 d", "By folder, 30 d", "Senders", "Operations")
MONTH: Final = PAGES[2]
_START: Final = ("runbook", "")
"""A page that asks for nothing: what it takes to start is not what is measured."""


def name_page(page: str, how: str, analysts: int) -> str:
    """The figure of a page opened by so many at once, `cold` or `warm`."""
    return f"{page}, {how}, {analysts} at once, vs 1"


def name_cpu(page: str, analysts: int) -> str:
    """The figure of what each of them costs the server's CPU, warm."""
    return f"{page}, CPU of each of {analysts}, vs 1"


def name_requests(analysts: int) -> str:
    """The figure of the requests to AWS of a round of all pages, cold."""
    return f"requests of a cold round, {analysts} at once, vs 1"


def name_memory(looks: int) -> str:
    """The figure of the memory after so many reloads and then refreshes, beside that after the first look."""
    return f"memory after {looks} looks by 8 at {MONTH}, vs after the first"


def name_most_memory() -> str:
    """The figure of the most memory in all of them."""
    return f"most memory in {RELOADS} reloads and {REFRESHES} refreshes by 8 of {MONTH}, vs after the first"


@dataclass(frozen=True)
class _Round:
    """What one round of all pages took."""

    cold: dict[str, float]
    warm: dict[str, list[float]]
    cpu: dict[str, float]
    requests: int


def measure(service: Service, folder: Path, history: History, rounds: int, say: Step) -> list[Figure]:
    """Opens every page at every level, and reloads the largest one many times."""
    addresses = _list_addresses(history)
    told: dict[int, _Round] = {}
    for level in LEVELS:
        say(f"{level} analysts at once")
        with serving(service, folder / "outputs.json", level) as served:
            told[level] = _open_all(served, addresses, level, rounds, access_log(folder))
    alone = told[LEVELS[0]]
    figures: list[Figure] = []
    for level in LEVELS[1:]:
        team = told[level]
        for page in PAGES:
            figures.append(
                compared(name_page(page, "cold", level), "s", [(team.cold[page], alone.cold[page])])
            )
            pairs = list(zip(team.warm[page], alone.warm[page], strict=True))
            figures.append(compared(name_page(page, "warm", level), "s", pairs))
            figures.append(counted(name_cpu(page, level), team.cpu[page], alone.cpu[page], "s"))
        figures.append(counted(name_requests(level), team.requests, alone.requests, "requests"))
    say(f"{RELOADS} reloads by 8")
    with serving(service, folder / "outputs.json", 8) as served:
        figures += _reload(served, addresses[MONTH])
    return figures


def _list_addresses(history: History) -> dict[str, tuple[str, str]]:
    folder = urlencode({"range": "30d", "folder": history.folder})
    paths = ("", "by-date", "by-date", "by-folder", "senders", "operations")
    queries = ("", "range=7d", "range=30d", folder, "", "range=24h")
    return dict(zip(PAGES, zip(paths, queries, strict=True), strict=True))


def _open_all(
    served: Served, addresses: dict[str, tuple[str, str]], level: int, rounds: int, log: Path
) -> _Round:
    served.open_together(*_START)
    before = _count_lines(log)
    cold = {page: served.open_together(*address) for page, address in addresses.items()}
    requests = _count_lines(log) - before
    warm: dict[str, list[float]] = {}
    cpu: dict[str, float] = {}
    for page, address in addresses.items():
        took = served.cpu_seconds()
        warm[page] = [served.open_together(*address) for _ in range(rounds)]
        cpu[page] = (served.cpu_seconds() - took) / rounds / level
    return _Round(cold, warm, cpu, requests)


def _reload(served: Served, address: Sequence[str]) -> list[Figure]:
    path, query = address
    served.open_together(path, query)
    held = [served.megabytes()]
    for _ in range(RELOADS):
        served.reload_together(path, query)
        held.append(served.megabytes())
    for _ in range(REFRESHES):
        served.open_together(path, query)
        held.append(served.megabytes())
    return [
        *(counted(name_memory(looks), held[looks], held[0], "MB") for looks in LOOKS),
        counted(name_most_memory(), max(held), held[0], "MB"),
    ]


def _count_lines(log: Path) -> int:
    with log.open("rb") as lines:
        return sum(1 for _ in lines)
