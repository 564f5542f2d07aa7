"""Whatever DynamoDB does: 200 and every record is there, or an error and a retry makes it whole."""

from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.functions.routes import TIMEOUT_SECONDS
from store.records import Attribute, FileAttribute
from tests.faults.conftest import Service, new_key
from tests.faults.faults import Mishap, mishaps, schedules
from tests.stands.events import a_report

# One batch, one and a bit, and several.
FOLDERS = (1, 26, 120)


def _files_by_folder(items: dict[str, Any]) -> Counter[tuple[str, str]]:
    """How often each file of each folder is in the table."""
    return Counter(
        (item[Attribute.FOLDER]["S"], file["M"][FileAttribute.FILENAME]["S"])
        for item in items.values()
        for file in item[Attribute.FILES]["L"]
    )


def _expected(report: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter(
        (breach["folder"], file["filename"]) for breach in report["sla_error"] for file in breach["files"]
    )


@pytest.mark.parametrize("folders", FOLDERS)
def test_one_report_survives_any_schedule_of_faults(service: Service, folders: int) -> None:
    report = a_report(*map(str, range(folders)), files=2)
    statuses: Counter[int] = Counter()

    @given(st.lists(schedules, min_size=1, max_size=3))
    def attempted_until_it_is_whole(attempts: Sequence[Sequence[Mishap]]) -> None:
        service.table.items.clear()
        key = new_key()
        for schedule in (*attempts, ()):  # the last attempt meets no fault
            answer = service.post(report, key, schedule)
            statuses[answer.status] += 1
            assert answer.seconds < TIMEOUT_SECONDS
            if answer.status == 200:
                break
            assert answer.status in {429, 500}
            assert "again" in answer.body["message"]
        assert answer.status == 200
        assert _files_by_folder(service.table.items) == _expected(report)
        assert sorted(service.table.items) == sorted(answer.body["error_ids"])
        # All records of one report share their moment, even those an earlier attempt had stored.
        assert len({item[Attribute.DETECTED_AT]["S"] for item in service.table.items.values()}) == 1

    attempted_until_it_is_whole()
    # Both ways were gone: faults that were outlasted, and faults that were not.
    assert statuses[200] > 0
    assert statuses[429] + statuses[500] > 0


@pytest.mark.parametrize(
    "kind", ["unprocessed", "read timeout", "reset", "InternalServerError", "not DynamoDB"]
)
def test_a_fault_without_end_is_answered_before_the_deadline(service: Service, kind: str) -> None:
    answer = service.post(
        a_report(*map(str, range(60))), mishaps=repeat(Mishap(kind, stored=0.5, seconds=1.0))
    )
    assert answer.status == 500
    assert "Idempotency-Key" in answer.body["message"]
    assert answer.body["request_id"]
    assert answer.seconds <= TIMEOUT_SECONDS - 1


def test_throttling_without_end_says_when_to_come_back(service: Service) -> None:
    answer = service.post(a_report("a"), mishaps=repeat(Mishap("ThrottlingException")))
    assert answer.status == 429


def test_a_report_that_outlasts_the_function_is_no_half_stored_200(service: Service) -> None:
    """Every call succeeds, but slowly: half the batches are in when time is up."""
    report = a_report(*map(str, range(500)))
    key = new_key()
    slow = Mishap("unprocessed", stored=1.0, seconds=3.0)
    answer = service.post(report, key, repeat(slow))
    assert answer.status == 500
    assert 0 < len(service.table.items) < 500
    assert answer.seconds <= TIMEOUT_SECONDS - 1

    assert service.post(report, key).status == 200
    assert _files_by_folder(service.table.items) == _expected(report)


def test_a_call_that_stalls_at_the_last_moment_leaves_time_for_the_answer(service: Service) -> None:
    @given(st.floats(0, TIMEOUT_SECONDS), mishaps)
    def however_late(already_used: float, mishap: Mishap) -> None:
        answer = service.post(a_report("a"), mishaps=repeat(mishap), already_used=already_used)
        assert answer.seconds <= max(already_used, TIMEOUT_SECONDS - 1)

    however_late()
