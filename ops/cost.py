"""`file-sla cost`: a month's bill by service, and which limit binds first, for one's own numbers.

No stack is asked. Sizes and units are those that `bench calls` counts (docs/figures.json; a test holds them
together); what no bench counts is an assumption, and docs/development/capacity.md says where it is from.
"""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from typing import Final

from rich.console import Group

from ops.command import Call, CommandResult, Commands, add_command, new_table

PRICED: Final = "September 2026"
"""AWS's price lists of May to September; an update of these numbers is an update of this date."""
_MILLION: Final = 1_000_000
_GB: Final = 1_000_000_000
_MINUTES: Final = 730 * 60
"""Of a month, as AWS reckons."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Dollars of one region, without the free tier."""

    api: float
    """A million requests of a REST API."""
    writes: float
    """A million write units on demand."""
    reads: float
    stored: float
    """A GB in DynamoDB for a month, recovery to any second included."""
    logged: float
    """A GB into CloudWatch Logs, and kept for a month."""
    backed_up: float
    """A GB in AWS Backup for a month; but for us-east-1 without a dated source."""
    scheduled: float = 1.00
    """A million invocations by EventBridge Scheduler."""


PRICES: Final[Mapping[str, Prices]] = {
    "eu-central-1": Prices(
        api=3.70, writes=0.7625, reads=0.1525, stored=0.55, logged=0.66, backed_up=0.12, scheduled=1.15
    ),
    "eu-west-1": Prices(api=3.50, writes=0.705, reads=0.1415, stored=0.50, logged=0.60, backed_up=0.11),
    "us-east-1": Prices(api=3.50, writes=0.625, reads=0.125, stored=0.45, logged=0.53, backed_up=0.10),
}
# The same in these regions: Lambda on arm64 and CloudWatch by those lists; Cognito Essentials, Secrets
# Manager, KMS, WAF and SES without a dated source.
_INVOCATIONS, _GB_SECOND = 0.20, 0.0000133334
_ALARM, _COMPOSITE, _METRIC = 0.10, 0.50, 0.30
_USER, _SECRET, _MAIL = 0.015, 0.40, 0.10 / 1000
_KEY, _KEY_REQUESTS = 1.00, 3.00
_FIREWALL, _FIREWALL_RULE, _FIREWALL_REQUESTS = 5.00, 1.00, 0.60

ALARMS, METRICS = 60, 74
"""Of a stack with owners; each metric with each of its dimensions' values that come up."""
_FIREWALL_RULES: Final = 2
FILE_BYTES, RECORD_BYTES, WRITE_UNIT = 67, 120, 1024
"""Of a stuck file, and of a record beside its files, in DynamoDB."""
_COPIES: Final = 3
"""The table of records and its two indexes."""
_RUN_UNITS, _RUN_BYTES = 1, 600
_SENDER_UNITS, _SEEN_UNITS, _LIFE_UNITS = 5, 12, 46
"""Of a run for its sender, of an incident that it names, and of opening and ending one."""
_INCIDENT_BYTES: Final = 1500
_SIGN_IN_SECONDS, _REPORT_SECONDS, _RUN_SECONDS = 0.203, 0.022, 0.03
_MEMORY_GB: Final = 0.5
_LOG_BYTES: Final = 2030
"""Of a request, in its function's log and in the access log together."""
_BREACH_HOURS, _FILES = 4, 25
_NOTIFICATION_UNITS: Final = 8
_SWEEP_READS, _SWEEP_SECONDS = 27, 0.1
_RUN_DAYS: Final = 35
_LOOKS, _QUERIES, _WORKDAYS, _QUERY_UNITS = 100, 200, 22, 130
"""What an analyst does a day, and what a query of a day's 2,900 records reads."""
_RECORDS_OF_QUERY: Final = 2900


def add(commands: Commands) -> None:
    """Declares the command."""
    text = "a month's bill by service, and which limit binds first"
    command = add_command(commands, "cost", reckon, text, needs_stack=False)
    for name, kind, default, text in (
        ("--servers", _whole, 10, "servers that run the script"),
        ("--interval", _minutes, 10, "how often it runs, such as 10m or 1h"),
        ("--folders", _whole, 10, "folders that a server watches"),
        ("--breached", _per_cent, 1.0, "per cent of the folders that are in breach at any time"),
        ("--spread", _seconds, 10, "within which time all scheduled tasks start, such as 10s or 10m"),
        ("--analysts", _whole, 20, "people at the dashboard"),
        ("--retention-days", _whole, 90, "days for which records and incidents are kept"),
        ("--backup-days", _whole, 0, "days for which AWS Backup keeps a copy; 0 for none"),
    ):
        command.add_argument(
            name, type=kind, default=default, metavar="N", help=f"{text} (default: {default})"
        )
    command.add_argument("--region", choices=PRICES, default="eu-central-1", help="(default: %(default)s)")
    command.add_argument("--all-runs", action="store_true", help="also runs with nothing stuck report")
    command.add_argument("--web-acl", action="store_true", help="with AWS WAF")
    command.add_argument("--notify", action="store_true", help="owners get a mail of each beginning and end")
    command.add_argument("--kms", action="store_true", help="with a KMS key of one's own")


def _minutes(text: str) -> float:
    return _seconds(text if text[-1:].isalpha() else f"{text}m") / 60


def _seconds(text: str) -> float:
    number, unit = (text[:-1], text[-1]) if text[-1:] in {"s", "m", "h"} else (text, "s")
    with suppress(ValueError):
        if 0 < (seconds := float(number) * {"s": 1, "m": 60, "h": 3600}[unit]) < _MINUTES * 60:
            return seconds
    raise argparse.ArgumentTypeError(f"{text} is no length of time: write it as 10s, 10m or 1h")


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} must be a whole number, 0 or more")
    return int(text)


def _per_cent(text: str) -> float:
    with suppress(ValueError):
        if 0 <= (share := float(text)) <= 100:
            return share
    raise argparse.ArgumentTypeError(f"{text} must be a number from 0 to 100")


def record_units(files: int) -> int:
    """Write units of one record with its indexes."""
    return _COPIES * ceil((RECORD_BYTES + FILE_BYTES * files) / WRITE_UNIT)


def reckon(call: Call) -> CommandResult:
    """Prints the bill and the limits."""
    bill, limits = reckon_bill(call.given), reckon_limits(call.given)
    total, given = round(sum(bill.values()), 2), call.given
    costs = new_table(
        "service", "$ a month", right=["$ a month"],
        title=f"{given.servers:,} servers, every {given.interval:g} minutes, in {given.region}",
        caption=f"prices of {PRICED}, without free tier; assumptions: docs/development/capacity.md",
    )  # fmt: skip
    for name, dollars in (*bill.items(), ("all", total)):
        costs.add_row(name, f"{dollars:,.2f}")
    peak = "used at the peak"
    used = new_table("limit", peak, right=[peak], caption="what lifts each: docs/capacity.md")
    for name, share in limits.items():
        used.add_row(name, f"{share:,.0%}")
    document = {"region": given.region, "priced": PRICED, "bill": bill, "total": total, "limits": limits}
    return CommandResult(document, Group(costs, used))


def reckon_bill(given: argparse.Namespace) -> dict[str, float]:
    """Dollars a month by service, the dearest first."""
    sums: dict[str, float] = {}
    for service, dollars in _list_costs(given, PRICES[given.region]):
        sums[service] = sums.get(service, 0) + dollars
    return {name: round(sums[name], 2) for name in sorted(sums, key=lambda one: -sums[one])}


def _list_costs(given: argparse.Namespace, price: Prices) -> Iterator[tuple[str, float]]:
    runs = given.servers * _MINUTES / given.interval
    share = given.breached / 100
    reports = runs * (1 if given.all_runs else 1 - (1 - share) ** given.folders)
    named = runs * given.folders * share
    incidents = given.servers * given.folders * share * _MINUTES / 60 / _BREACH_HOURS
    live = given.servers * given.folders * share
    requests = runs + reports
    sweeps = _MINUTES * (2 if given.notify else 1)
    notifications = 2 * incidents if given.notify else 0.0

    yield "API Gateway", requests * price.api / _MILLION
    busy = runs * _SIGN_IN_SECONDS + reports * (_REPORT_SECONDS + _RUN_SECONDS) + sweeps * _SWEEP_SECONDS
    yield "Lambda", (runs + 2 * reports + sweeps) * _INVOCATIONS / _MILLION + busy * _MEMORY_GB * _GB_SECOND

    writes = named * (record_units(_FILES) + _SEEN_UNITS) + reports * (_RUN_UNITS + _SENDER_UNITS)
    writes += incidents * _LIFE_UNITS + notifications * _NOTIFICATION_UNITS
    yield "DynamoDB writes", writes * price.writes / _MILLION
    day_of_records = named / 30.4
    of_query = _QUERY_UNITS * min(1, day_of_records / _RECORDS_OF_QUERY)
    looks = _LOOKS * (2 + live * _INCIDENT_BYTES / 8192) + _QUERIES * of_query
    reads = given.analysts * _WORKDAYS * looks + reports * 3 + sweeps * _SWEEP_READS
    yield "DynamoDB reads", reads * price.reads / _MILLION
    record = RECORD_BYTES + FILE_BYTES * _FILES
    held = named / 30.4 * given.retention_days * record * _COPIES + reports / 30.4 * _RUN_DAYS * _RUN_BYTES
    held += incidents / 30.4 * given.retention_days * _INCIDENT_BYTES * 2
    yield "DynamoDB storage and recovery", held / _GB * price.stored

    yield "CloudWatch logs", requests * _LOG_BYTES / _GB * price.logged
    yield "CloudWatch alarms and metrics", ALARMS * _ALARM + _COMPOSITE + METRICS * _METRIC
    yield "Cognito users", (given.servers + given.analysts) * _USER
    yield "Secrets Manager", _SECRET * (2 if given.notify else 1)
    yield "EventBridge Scheduler", sweeps * price.scheduled / _MILLION
    if given.notify:
        yield "Mail by SES", notifications * _MAIL
    if given.web_acl:
        rules = _FIREWALL + _FIREWALL_RULES * _FIREWALL_RULE
        yield "AWS WAF", rules + requests * _FIREWALL_REQUESTS / _MILLION
    if given.kms:
        # DynamoDB asks once in five minutes for each caller and table.
        yield "KMS", _KEY + 5 * _MINUTES / 5 * _KEY_REQUESTS / _MILLION
    if given.backup_days:
        # AWS Backup keeps a whole copy a day of DynamoDB.
        yield "AWS Backup", held / _GB * price.backed_up * given.backup_days


def reckon_limits(given: argparse.Namespace) -> dict[str, float]:
    """How much of each limit the starts of one interval use, the fullest first."""
    spread = min(given.spread, given.interval * 60)
    peak = given.servers / spread
    share = given.breached / 100
    units = given.servers * given.folders * share * record_units(_FILES) / _COPIES
    reports = given.servers * (1 if given.all_runs else 1 - (1 - share) ** given.folders)
    used = {
        # A bucket of so many holds what comes at once.
        "sign-ins: authRateLimit": max(0.0, peak - 100 / spread) / 100,
        "sign-ins: Cognito, 120 a second": peak / 120,
        "reports: reportRateLimit": max(0.0, reports / spread - 200 / spread) / 100,
        "records of one hour: 1,000 write units a second": units / spread / 1000,
        # 23 s for a thousand runs at once (docs/figures.json); over 100 % screens stay behind.
        "stream of runs: until the next ones come": reports * 0.0234 / (given.interval * 60),
        "Lambda: 1,000 at once": peak * (_SIGN_IN_SECONDS + _REPORT_SECONDS) / 1000,
        "API Gateway: 10,000 a second": (given.servers + reports) / spread / 10_000,
    }
    return {name: round(used[name], 4) for name in sorted(used, key=lambda one: -used[one])}
