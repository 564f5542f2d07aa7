from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.capacity.cost import (
    ANALYSTS,
    DETAILED_METRICS,
    ENVIRONMENT_HOURS,
    OVERVIEWS_A_DAY,
    QUERIES_A_DAY,
    batches,
    cold_starts,
    environments,
    key_requests,
    monthly,
    monthly_of_key,
    monthly_of_sign_ins,
    rebuild,
    sweep_read_units,
)
from bench.capacity.fleet import SECONDS_A_MONTH, Fleet
from bench.capacity.functions import APPLY_REPEATED, MEMORY_MB, SIGN_IN, SWEEP, WHOLE_PROCESSOR_MB, Work
from bench.capacity.items import item_bytes, read_units, write_units
from bench.capacity.largest_report import (
    FORMS,
    POWERSHELL_5,
    POWERSHELL_7_LINUX,
    POWERSHELL_7_WINDOWS,
    Form,
)
from bench.capacity.limits import (
    COGNITO_SIGN_INS_PER_SECOND,
    Throttle,
    Throttles,
    seconds_to_apply,
    seconds_to_store,
    uses,
)
from bench.capacity.page import default_throttles
from bench.capacity.prices import API_REQUEST_TIERS, MILLION, tiered
from contract.routes import FILE_SLA_ERROR, ROUTES
from contract.senders import SenderKind
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


def test_attribute_that_no_item_has_is_refused() -> None:
    with pytest.raises(ValueError, match="NS"):
        item_bytes({"k": {"NS": ["1"]}})


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
    thirty, sixty, ninety = (Fleet(servers=10, retention_days=days).stored_bytes for days in (30, 60, 90))
    assert ninety - sixty == pytest.approx(sixty - thirty)
    # Runs have a retention of their own, and senders stay.
    longer = replace(Fleet(servers=10), run_retention_days=70).stored_bytes
    runs = Fleet(servers=10, kind=SenderKind.REGULAR, in_breach=0)
    assert longer > ninety
    a_run = item_bytes(runs.story.empty_run) + 100
    kept = replace(runs, run_retention_days=70).stored_bytes - runs.stored_bytes
    assert kept == pytest.approx(10 * 35 * 144 * a_run)


def test_a_server_never_costs_more_in_a_larger_fleet() -> None:
    each = [sum(monthly(Fleet(servers=servers)).values()) / servers for servers in (1, 10, 1_000, 10**6)]
    assert each == sorted(each, reverse=True)


def test_others_than_the_stock_script_report_at_each_run() -> None:
    fleet = Fleet(servers=2, kind=SenderKind.LISTING, interval_seconds=900)
    assert fleet.reports == fleet.runs == 2 * SECONDS_A_MONTH / 900
    assert fleet.records == fleet.runs * 10 * 0.01


def test_every_report_is_stored_as_a_run() -> None:
    for kind in SenderKind:
        fleet = Fleet(servers=3, kind=kind)
        assert fleet.run_write_units == pytest.approx(fleet.reports)


def test_incidents_follow_from_how_long_one_lasts() -> None:
    # 100 folders of which 1 % is in breach, for 4 hours: one is open at any time, 182.5 a month.
    fleet = Fleet(servers=10)
    assert fleet.open_incidents == pytest.approx(1)
    assert fleet.incidents == pytest.approx(182.5)
    assert fleet.in_storm().incidents == pytest.approx(100 * 730 / 24)


def test_projection_writes_repeats_and_changes() -> None:
    fleet = Fleet(servers=10, kind=SenderKind.REGULAR)
    story = fleet.story
    opens, changes, ends = (used.writes for used in (story.opens, story.changes, story.ends))
    # It opens, changes three times and ends: five runs of each incident; all others repeat.
    repeats = 10 * 4_380 - 5 * 182.5
    assert fleet.projection_write_units == pytest.approx(182.5 * (opens + 3 * changes + ends) + repeats * 5)
    quiet = replace(fleet, in_breach=0)
    assert quiet.projection_write_units == pytest.approx(10 * 4_380 * 5)
    assert quiet.projection_read_units == pytest.approx(10 * 4_380)


def test_sweep_reads_every_sender_and_counts_what_is_open() -> None:
    # Four queries of who is due, three of states, eight of incidents: half a unit each at least.
    assert sweep_read_units(Fleet(servers=1, in_breach=0)) == 15 * 0.5
    fleet = Fleet(servers=100_000)
    senders = 100_000 * fleet.story.state_entry_bytes / 4096 / 2
    live = 10_000 * fleet.story.live_entry_bytes / 4096 / 2
    assert sweep_read_units(fleet) == pytest.approx(2 + senders + 1 + live + 2)


def test_batches_gather_a_second_and_hold_a_hundred() -> None:
    assert batches(Fleet(servers=1, in_breach=0)) == 0
    # A run a second waits for those of the second that follows it: a batch every two seconds.
    assert batches(_reporting_each_second(1)) == pytest.approx(SECONDS_A_MONTH / 2)
    assert batches(_reporting_each_second(1_000)) == pytest.approx(SECONDS_A_MONTH * 10)


def _reporting_each_second(reports: int) -> Fleet:
    return Fleet(servers=reports * 600, kind=SenderKind.REGULAR)


def test_sweep_of_every_minute_is_billed() -> None:
    silent = Fleet(servers=1, in_breach=0)
    bill = monthly(silent)
    sweeps = 730 * 60
    assert bill["DynamoDB reads, the projection"] == pytest.approx(sweeps * 15 * 0.5 * 0.125e-6)
    # Nothing else invokes the function: its request, half a gigabyte for as long as it takes, its schedule.
    seconds = SWEEP.milliseconds(MEMORY_MB) / 1_000
    each = 0.2e-6 + 0.5 * seconds * 0.0000133334 + 1e-6
    assert bill["Lambda, the projection"] == pytest.approx(sweeps * each)


def test_storage_is_billed_with_all_indexes_and_backup_without_global_ones() -> None:
    fleet = Fleet(servers=1_000)
    assert fleet.backed_up_bytes < fleet.stored_bytes
    gigabytes = fleet.stored_bytes * 0.25 + fleet.backed_up_bytes * 0.20
    assert monthly(fleet)["DynamoDB storage and backup"] == pytest.approx(gigabytes / 1024**3)


def test_rebuild_reads_the_runs_that_are_kept() -> None:
    fleet = Fleet(servers=10, kind=SenderKind.LISTING, in_breach=0)
    runs = 10 * 35 * 144
    size = item_bytes(fleet.story.empty_run) + 100
    assert fleet.rebuild_read_units == pytest.approx(runs * size / 4096)
    assert rebuild(fleet) == pytest.approx(runs * size / 4096 * 0.125e-6)


def test_each_server_is_a_user_of_cognito() -> None:
    bill = monthly(Fleet(servers=1_000))["Cognito's users"]
    assert bill == pytest.approx((1_000 + ANALYSTS) * 0.015)


def test_sign_ins_above_the_quota_are_bought_by_the_second() -> None:
    assert monthly_of_sign_ins(Fleet(servers=120 * 600)) == 0
    assert monthly_of_sign_ins(Fleet(servers=130 * 600)) == pytest.approx(10 * 20)


def test_stream_applies_one_run_after_the_other() -> None:
    lists = Fleet(servers=1_000, kind=SenderKind.LISTING).starting_within(10)
    expected = 1_000 * APPLY_REPEATED.milliseconds(MEMORY_MB) / 1_000
    assert seconds_to_apply(lists) == pytest.approx(expected)
    found = {use.limit: use for use in uses(lists, WIDE_OPEN)}
    assert found["the stream of runs"].share == pytest.approx(expected / 10)
    # Each run writes its sender's entry among those that are up: a unit of one partition.
    assert found["the partition of senders that are up"].share == pytest.approx(1_000 / 10 / 1_000)
    assert {use.limit for use in found.values() if use.delays} == {
        "the stream of runs",
        "the partition of senders that are up",
    }


def test_writes_are_billed_by_the_unit() -> None:
    fleet = Fleet(servers=100)
    bill = monthly(fleet)
    assert bill["DynamoDB writes, records"] == pytest.approx(fleet.record_write_units * 0.625e-6)
    assert bill["DynamoDB writes, runs"] == pytest.approx(fleet.run_write_units * 0.625e-6)
    known = bill["DynamoDB writes, senders and incidents"]
    assert known == pytest.approx(fleet.projection_write_units * 0.625e-6)


def test_detailed_metrics_are_billed_by_route_whatever_the_traffic() -> None:
    """Five for each method that has them on; those of a cache are not published, since there is none."""
    assert 5 * len(ROUTES) == DETAILED_METRICS
    for servers in (10, 100_000):
        bill = monthly(Fleet(servers=servers))["API Gateway's detailed metrics"]
        assert bill == pytest.approx(0.30 * 5 * len(ROUTES))


def test_key_of_ones_own_costs_a_dollar_and_its_requests() -> None:
    queries = ANALYSTS * (QUERIES_A_DAY + 2 * OVERVIEWS_A_DAY) * 730 / 24
    quiet, busy = Fleet(servers=10, in_breach=0), Fleet(servers=1_000)
    # The sweep wants the keys of three tables every five minutes, whoever reports.
    sweep = 3 * SECONDS_A_MONTH / 300
    assert key_requests(quiet) == pytest.approx(sweep + queries + cold_starts(quiet))
    # One environment takes all reports, and wants the keys of records and runs.
    reports = 2 * SECONDS_A_MONTH / 300
    assert key_requests(busy) == pytest.approx(sweep + reports + queries + cold_starts(busy))
    assert monthly_of_key(busy) == pytest.approx(1 + key_requests(busy) * 0.03 / 10_000)


def test_function_has_as_many_environments_as_requests_at_once() -> None:
    work = Work(cpu_ms=0, waiting_ms=200)
    assert environments(SECONDS_A_MONTH, work) == 1
    assert environments(100 * SECONDS_A_MONTH, work) == pytest.approx(20)


def test_secret_is_read_once_in_the_life_of_an_environment() -> None:
    quiet, busy = Fleet(servers=1), Fleet(servers=100, interval_seconds=1)
    assert cold_starts(quiet) == 730 / ENVIRONMENT_HOURS
    assert cold_starts(busy) / cold_starts(quiet) == pytest.approx(environments(busy.runs, SIGN_IN))
    bills = [monthly(fleet)["Secrets Manager"] for fleet in (quiet, busy)]
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
    refusing = [use for use in uses(storm, WIDE_OPEN) if not use.delays]
    assert refusing[0].limit == "the index partition of the hour"
    assert seconds_to_store(storm) == 100_000 * 10 * storm.record_units / 1_000


def test_a_thousand_servers_that_start_together_are_let_in() -> None:
    together = Fleet(servers=1_000).starting_within(10)
    assert all(use.share < 1 for use in uses(together, default_throttles()))
    above = [use for use in uses(together.in_storm(), default_throttles()) if use.share >= 1]
    storm = [use for use in above if not use.delays]
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
