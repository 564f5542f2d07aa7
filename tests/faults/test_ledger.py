"""A minute of fifty reporters, a worker killed and the emulator restarted: the ledger matches the table."""

import itertools
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
MOST_ATTEMPTS = 30  # of one report: a service that stays down is no subject of this test


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[RunningStack]:
    """A stack of its own, whose emulator keeps its state."""
    limits = ("reportRateLimit", "reportBurstLimit")
    with bring_up(tmp_path / "state", *limits, dashboard=False, persist=True, owners_file=None) as running:
        yield running


def test_what_was_acknowledged_is_in_the_table_and_nothing_else(lasting: RunningStack) -> None:
    acknowledged, failures = list[list[str]](), list[str]()
    token, deadline = lasting.token(lasting.reporter), time.monotonic() + SECONDS

    def report(client: httpx.Client, key: str, body: dict[str, object]) -> bool:
        headers = {"Authorization": f"Bearer {token}", IDEMPOTENCY_KEY.name: key}
        try:
            answer = client.post("file_sla_error", json=body, headers=headers)
        except httpx.TransportError:
            failures.append(key)
            return False
        done = answer.status_code == 200
        acknowledged.extend([answer.json()["error_ids"]] if done else [])
        failures.extend([] if done else [key])
        return done

    def report_until_the_end(reporter: int) -> None:
        with httpx.Client(base_url=f"{lasting.api_url}/", timeout=60, trust_env=False) as client:
            for run in itertools.takewhile(lambda _: time.monotonic() <= deadline, itertools.count()):
                key, body = new_key(), a_report(*(f"{reporter}/{run}/{folder}" for folder in range(FOLDERS)))
                for attempt in range(MOST_ATTEMPTS):
                    if report(client, key, body):
                        break
                    # Fifty cold starts at once would outlast the function's time, again and again.
                    time.sleep(random.uniform(0, min(LONGEST_WAIT_SECONDS, 2**attempt)))
                else:
                    pytest.fail(f"the service stayed down for {reporter}/{run}")

    with ThreadPoolExecutor(REPORTERS) as pool:
        reporters = [pool.submit(report_until_the_end, number) for number in range(REPORTERS)]
        time.sleep(SECONDS / 4)
        emulator = psutil.Process(StateFolder(lasting.folder).processes()["emulator"].pid)
        # The functions' processes end without a word.
        workers = emulator.children(recursive=True)
        for worker in workers:
            worker.kill()
        time.sleep(SECONDS / 4)
        emulator.terminate()
        # It answers what it has begun, and then saves: under this load that takes its time.
        emulator.wait(SAVING_SECONDS)
        port = httpx.URL(lasting.outputs["endpoint_url"]).port
        assert port is not None
        start_emulator(port, lasting.folder, lasting.outputs["region"], persist=True)
        for reporter in reporters:
            reporter.result()

    pages = lasting.aws.client("dynamodb").get_paginator("scan").paginate(TableName=lasting.table_name)
    items = [item for page in pages for item in page["Items"]]
    stored = [item[Attribute.ERROR_ID]["S"] for item in items]
    told = [error_id for ids in acknowledged for error_id in ids]
    print(f"{len(acknowledged):,} reports, {len(stored):,} records, {len(failures):,} failed attempts")
    assert workers
    assert failures
    assert len(told) == len(set(told))
    assert sorted(told) == sorted(stored)
    assert len({item[Attribute.FOLDER]["S"] for item in items}) == len(stored)
