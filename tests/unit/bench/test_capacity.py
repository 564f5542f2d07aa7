from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.capacity.cost import (
    ANALYSTS,
    DETAILED_METRICS,
    ENVIRONMENT_HOURS,
    QUERIES_A_DAY,
    cold_starts,
    environments,
    key_requests,
    monthly,
    monthly_of_key,
)
from bench.capacity.fleet import SECONDS_A_MONTH, Fleet
from bench.capacity.functions import SIGN_IN, WHOLE_PROCESSOR_MB, Work
from bench.capacity.items import item_bytes, read_units, write_units
from bench.capacity.largest_report import (
    FORMS,
    POWERSHELL_5,
    POWERSHELL_7_LINUX,
    POWERSHELL_7_WINDOWS,
    Form,
)
from bench.capacity.limits import COGNITO_SIGN_INS_PER_SECOND, Throttle, Throttles, seconds_to_store, uses
from bench.capacity.page import default_throttles
from bench.capacity.prices import API_REQUEST_TIERS, MILLION, tiered
from contract.routes import FILE_SLA_ERROR, ROUTES
from handlers.ingest.parsing import parse_report
from handlers.web.errors import TooLargeError
from handlers.web.requests import read_body

WIDE_OPEN = Throttles(auth=Throttle(1e9, 0), report=Throttle(1e9, 0))


def test_item_is_as_large_as_dynamodb_counts_it() -> None:
    item: dict[str, dict[str, Any]] = {
        "Id": {"S": "é"},  # 2 + 2
        "N": {"N": "123"},  # 1 + 1 + 2
        "L": {"L": [{"M": {"ab": {"S": "cde"}}}]},  # 1 + 3 + 1 + 3 + 1 + 2 + 3
    }
    assert item_bytes(item) == 4 + 4 + 14


@pytest.mark.parametrize(("size", "expected"), [(1, 3), (1024, 3), (1025, 6)])
def test_every_started_kilobyte_costs_a_unit_in_the_table_and_in_both_indexes(
    size: int, expected: int
) -> None:
    assert write_units([{"k": {"S": "x" * (size - 1)}}]) == expected


def test_each_page_of_a_query_costs_half_a_unit_for_each_started_4_kb() -> None:
    kilobyte = {"k": {"S": "x" * 1023}}
    assert read_units([[kilobyte] * 4, [kilobyte] * 5, []]) == 0.5 + 1 + 0.5


def test_attribute_that_no_record_has_is_refused() -> None:
    with pytest.raises(ValueError, match="BOOL"):
        item_bytes({"k": {"BOOL": True}})


def test_tiers_are_filled_one_after_the_other() -> None:
    assert tiered(1 * MILLION, API_REQUEST_TIERS) == pytest.approx(3.50)
    assert tiered(334 * MILLION, API_REQUEST_TIERS) == pytest.approx(333 * 3.50 + 2.80)


def test_less_memory_takes_longer_and_more_than_a_processor_saves_nothing() -> None:
    work = Work(cpu_ms=10, waiting_ms=5)
    assert work.milliseconds(WHOLE_PROCESSOR_MB) == 15
    assert work.milliseconds(WHOLE_PROCESSOR_MB // 2) == pytest.approx(25, rel=0.01)
    assert work.milliseconds(2 * WHOLE_PROCESSOR_MB) == 15


def test_server_signs_in_at_each_run_and_reports_only_breaches() -> None:
    fleet = Fleet(servers=2, interval_seconds=600, folders=2, in_breach=0.5)
    assert fleet.runs == 2 * SECONDS_A_MONTH / 600
    assert fleet.reports == fleet.runs * 0.75
    assert fleet.records == fleet.runs
    storm = fleet.in_storm()
    assert (storm.reports, storm.records) == (storm.runs, 2 * storm.runs)


def test_stored_bytes_follow_the_retention() -> None:
    fleet = Fleet(servers=10, retention_days=30)
    assert replace(fleet, retention_days=90).stored_bytes == pytest.approx(3 * fleet.stored_bytes)


def test_a_server_never_costs_more_in_a_larger_fleet() -> None:
    each = [sum(monthly(Fleet(servers=servers)).values()) / servers for servers in (1, 10, 1_000, 10**6)]
    assert each == sorted(each, reverse=True)


def test_writes_are_billed_by_the_unit() -> None:
    fleet = Fleet(servers=100)
    assert monthly(fleet)["DynamoDB writes"] == pytest.approx(fleet.write_units * 0.625e-6)


def test_detailed_metrics_are_billed_by_route_whatever_the_traffic() -> None:
    """Five for each method that has them on; those of a cache are not published, since there is none."""
    assert 5 * len(ROUTES) == DETAILED_METRICS
    for servers in (10, 100_000):
        bill = monthly(Fleet(servers=servers))["API Gateway's detailed metrics"]
        assert bill == pytest.approx(0.30 * 5 * len(ROUTES))


def test_key_of_ones_own_costs_a_dollar_and_its_requests() -> None:
    queries = ANALYSTS * QUERIES_A_DAY * 730 / 24
    quiet, busy = Fleet(servers=10, in_breach=0), Fleet(servers=1_000)
    assert key_requests(quiet) == pytest.approx(queries + cold_starts(quiet))
    # One environment takes all reports, and wants the table's key every five minutes.
    assert key_requests(busy) == pytest.approx(SECONDS_A_MONTH / 300 + queries + cold_starts(busy))
    assert monthly_of_key(busy) == pytest.approx(1 + key_requests(busy) * 0.03 / 10_000)


def test_function_has_as_many_environments_as_requests_at_once() -> None:
    work = Work(cpu_ms=0, waiting_ms=200)
    assert environments(SECONDS_A_MONTH, work) == 1
    assert environments(100 * SECONDS_A_MONTH, work) == pytest.approx(20)


def test_secret_is_read_once_in_the_life_of_an_environment() -> None:
    quiet, busy = Fleet(servers=1), Fleet(servers=100, interval_seconds=1)
    assert cold_starts(quiet) == 730 / ENVIRONMENT_HOURS
    assert cold_starts(busy) / cold_starts(quiet) == pytest.approx(environments(busy.runs, SIGN_IN))
    bills = [monthly(fleet)["Cognito and Secrets Manager"] for fleet in (quiet, busy)]
    read_more = cold_starts(busy) - cold_starts(quiet)
    assert bills[1] - bills[0] == pytest.approx(read_more * 0.05 / 10_000)


def test_shares_are_of_the_peak_and_the_first_to_bind_comes_first() -> None:
    fleet = Fleet(servers=1_200, in_breach=0).starting_within(10)
    throttles = Throttles(auth=Throttle(rate=50, burst=100), report=Throttle(1, 1))
    first, second, *_ = uses(fleet, throttles)
    assert (first.limit, first.share) == ("our throttle of sign-ins", 2.0)
    assert (second.limit, second.share) == ("Cognito's sign-ins", 1_200 / 10 / COGNITO_SIGN_INS_PER_SECOND)


def test_storm_binds_at_the_partition_of_the_hour() -> None:
    storm = Fleet(servers=100_000).in_storm()
    assert uses(storm, WIDE_OPEN)[0].limit == "the index partition of the hour"
    assert seconds_to_store(storm) == 100_000 * 10 * storm.record_units / 1_000


def test_a_thousand_servers_that_start_together_are_let_in() -> None:
    together = Fleet(servers=1_000).starting_within(10)
    assert all(use.share < 1 for use in uses(together, default_throttles()))
    storm = [use for use in uses(together.in_storm(), default_throttles()) if use.share >= 1]
    assert [use.limit for use in storm] == ["the index partition of the hour"]


def test_gateway_refuses_sign_ins_before_cognito_has_to() -> None:
    assert default_throttles().auth.rate < COGNITO_SIGN_INS_PER_SECOND


@pytest.mark.parametrize(
    ("form", "sample", "line_end", "file"),
    [
        (POWERSHELL_5, "5.1", b"\r\n", ("file_01.test", "2024-07-31T00:00:00.0000000-03:00")),
        *(
            (form, "7-two-folders", line_end, ("invoice_1.xml", "2026-11-24T18:15:19.9207667-03:00"))
            for form, line_end in ((POWERSHELL_7_LINUX, b"\n"), (POWERSHELL_7_WINDOWS, b"\r\n"))
        ),
    ],
)
def test_file_is_written_as_powershell_writes_it(
    samples: Path, form: Form, sample: str, line_end: bytes, file: tuple[str, str]
) -> None:
    recorded = (samples / f"report-powershell-{sample}.json").read_bytes()
    assert form.write(*file) in line_end.join(recorded.splitlines()) + line_end


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.written_by)
def test_files_that_fit_are_taken_and_more_are_not(form: Form) -> None:
    def report(files: int) -> str:
        listed = form.write().decode() * files
        return f'{{"sla_error":[{{"folder":"C:\\\\Jobs","sla":20,"files":[{listed.rstrip().rstrip(",")}]}}]}}'

    body = read_body({"body": report(form.files_that_fit)}, FILE_SLA_ERROR)
    assert len(parse_report(body).sla_error[0].files) == form.files_that_fit
    with pytest.raises(TooLargeError):
        read_body({"body": report(form.files_that_fit + 150)}, FILE_SLA_ERROR)
