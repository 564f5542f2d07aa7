"""A minute of fifty reporters, a worker killed and the emulator restarted: the ledger matches the table."""

import itertools
import json
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from contract.routes import IDEMPOTENCY_KEY
from local.emulator import start_emulator
from local.processes import StateFolder
from store.records import Attribute
from tests.conftest import bring_up
from tests.faults.conftest import new_key
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

pytestmark = pytest.mark.deep

REPORTERS = 50
SECONDS = 60
FOLDERS = 3
LONGEST_WAIT_SECONDS = 20
SAVING_SECONDS = 90
MOST_ATTEMPTS = 30
"""Of one report: a service that stays down is no subject of this test."""


@dataclass
class Ledger:
    """What the reporters were told: by key, the ids of a report that was answered with 200."""

    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    attempts: int = 0
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key: str, answer: httpx.Response | None) -> bool:
        """Writes an answer down; whether the report is acknowledged."""
        done = answer is not None and answer.status_code == 200
        with self.lock:
            self.attempts += 1
            if done and answer is not None:
                self.acknowledged[key] = answer.json()["error_ids"]
            else:
                self.failures += 1
        return done


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[RunningStack]:
    """A stack of its own, whose emulator keeps its state."""
    limits = ("reportRateLimit", "reportBurstLimit")
    with bring_up(tmp_path / "state", *limits, dashboard=False, persist=True, owners_file=None) as running:
        yield running


def test_what_was_acknowledged_is_in_the_table_and_nothing_else(lasting: RunningStack) -> None:
    ledger, token = Ledger(), lasting.token(lasting.reporter)
    deadline = time.monotonic() + SECONDS

    def report_until_the_end(reporter: int) -> None:
        with httpx.Client(base_url=f"{lasting.api_url}/", timeout=60, trust_env=False) as client:
            for run in itertools.count():
                if time.monotonic() > deadline:
                    return
                key = new_key()
                body = a_report(*(f"{reporter}/{run}/{folder}" for folder in range(FOLDERS)))
                for attempt in range(MOST_ATTEMPTS):
                    if ledger.note(key, _post(client, token, key, body)):
                        break
                    # Fifty cold starts at once would outlast the function's time, again and again.
                    time.sleep(random.uniform(0, min(LONGEST_WAIT_SECONDS, 2**attempt)))
                else:
                    pytest.fail(f"the service stayed down for {reporter}/{run}")

    with ThreadPoolExecutor(REPORTERS) as pool:
        reporters = [pool.submit(report_until_the_end, number) for number in range(REPORTERS)]
        time.sleep(SECONDS / 4)
        killed = _kill_workers(lasting)
        time.sleep(SECONDS / 4)
        _restart_emulator(lasting)
        for reporter in reporters:
            reporter.result()

    stored = _stored(lasting)
    told = [error_id for ids in ledger.acknowledged.values() for error_id in ids]
    print(
        f"{len(ledger.acknowledged):,} reports, {len(stored):,} records, {ledger.failures:,} failed attempts"
    )
    assert killed > 0
    assert ledger.failures > 0
    assert len(told) == len(set(told))
    assert set(told) == set(stored)
    assert len(set(stored.values())) == len(stored)


def _post(client: httpx.Client, token: str, key: str, body: dict[str, object]) -> httpx.Response | None:
    headers = {
        "Authorization": f"Bearer {token}",
        IDEMPOTENCY_KEY.name: key,
        "Content-Type": "application/json",
    }
    try:
        return client.post("file_sla_error", content=json.dumps(body), headers=headers)
    except httpx.TransportError:
        return None


def _emulator(stack: RunningStack) -> psutil.Process:
    return psutil.Process(StateFolder(stack.folder).processes()["emulator"].pid)


def _kill_workers(stack: RunningStack) -> int:
    """Ends the functions' processes, those of the emulator's children, without a word."""
    workers = _emulator(stack).children(recursive=True)
    for worker in workers:
        worker.kill()
    return len(workers)


def _restart_emulator(stack: RunningStack) -> None:
    emulator = _emulator(stack)
    emulator.terminate()
    # It answers what it has begun, and then saves: under this load that takes its time.
    emulator.wait(SAVING_SECONDS)
    port = httpx.URL(stack.outputs["endpoint_url"]).port
    assert port is not None
    start_emulator(port, stack.folder, stack.outputs["region"], persist=True)


def _stored(stack: RunningStack) -> dict[str, str]:
    pages = stack.aws.client("dynamodb").get_paginator("scan").paginate(TableName=stack.table_name)
    return {
        item[Attribute.ERROR_ID]["S"]: item[Attribute.FOLDER]["S"] for page in pages for item in page["Items"]
    }
