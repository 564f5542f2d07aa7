"""The model's numbers as tables in Markdown, as docs/capacity.md shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bench.capacity.cost import monthly, monthly_of_key, monthly_of_sign_ins, rebuild
from bench.capacity.fleet import Fleet
from bench.capacity.functions import COLD_START, LARGEST_REPORT, REPORT, SIGN_IN
from bench.capacity.items import item_bytes
from bench.capacity.largest_report import FORMS
from bench.capacity.limits import Throttle, Throttles, seconds_to_apply, seconds_to_store, uses
from bench.capacity.telling import Telling, monthly_of_telling
from contract.senders import SenderKind
from handlers.web.requests import measure_in_event
from local.stack_config import load_config, project_name

SIZES = (10, 1_000, 100_000)
ON_THE_MINUTE_SECONDS = 10
_MINUTE = 60
SCRIPTS: Final[Mapping[str, Fleet]] = {
    "stock, every hour": Fleet(servers=1_000, interval_seconds=60 * _MINUTE),
    "stock, every 10 minutes": Fleet(servers=1_000, interval_seconds=10 * _MINUTE),
    "also reports when nothing is stuck, every 15 minutes": Fleet(
        servers=1_000, kind=SenderKind.REGULAR, interval_seconds=15 * _MINUTE
    ),
    "lists its folders, every 15 minutes": Fleet(
        servers=1_000, kind=SenderKind.LISTING, interval_seconds=15 * _MINUTE
    ),
    "lists its folders, every 10 minutes": Fleet(
        servers=1_000, kind=SenderKind.LISTING, interval_seconds=10 * _MINUTE
    ),
}
"""A thousand servers by what their script does."""
MEMORY_MB = (128, 256, 512, 1024, 1769)
_SHOWN_LIMITS = 3


def default_throttles() -> Throttles:
    """Those of Pulumi.yaml."""
    config, project = load_config(stack="dev"), project_name()

    def of(route: str) -> Throttle:
        return Throttle(
            rate=float(config[f"{project}:{route}RateLimit"]),
            burst=float(config[f"{project}:{route}BurstLimit"]),
        )

    return Throttles(auth=of("auth"), report=of("report"))


def _cost_table() -> str:
    quiet = [Fleet(servers=servers) for servers in SIZES]
    # A month of storms is not a bill that anyone gets: one day of it is.
    storms = [fleet.in_storm() for fleet in quiet]
    bills = [monthly(fleet) for fleet in quiet]
    rows = [[component, *(_dollars(bill[component]) for bill in bills)] for component in bills[0]]
    totals = [sum(bill.values()) for bill in bills]
    storm_days = [
        (sum(monthly(storm).values()) - total) / 30 for storm, total in zip(storms, totals, strict=True)
    ]
    per_server = [total / servers for total, servers in zip(totals, SIZES, strict=True)]
    return _markdown(
        ["dollars a month", *(f"{servers:,} servers" for servers in SIZES)],
        [
            *rows,
            ["**all**", *(f"**{_dollars(total)}**" for total in totals)],
            ["a server", *(f"{each:.3f}" for each in per_server)],
            ["each day of a storm adds", *(_dollars(day) for day in storm_days)],
            [
                "sign-ins above Cognito's quota add",
                *(_dollars(monthly_of_sign_ins(fleet)) for fleet in quiet),
            ],
            ["a KMS key of one's own adds", *(_dollars(monthly_of_key(fleet)) for fleet in quiet)],
            ["a rebuild of all senders reads, once", *(_dollars(rebuild(fleet)) for fleet in quiet)],
        ],
    )


def _scripts_table() -> str:
    rows = []
    for script, fleet in SCRIPTS.items():
        bill = monthly(fleet)
        of_runs = sum(dollars for component, dollars in bill.items() if _is_of_runs(component))
        total = sum(bill.values())
        rows.append(
            [
                script,
                f"{fleet.runs:,.0f}",
                f"{fleet.reports:,.0f}",
                _dollars(bill["API Gateway"]),
                _dollars(of_runs),
                _dollars(total),
                f"{total / fleet.servers:.3f}",
                f"{fleet.rebuild_read_units:,.0f}",
            ]
        )
    head = ["script", "sign-ins", "reports", "gateway, $", "runs and projection, $", "all, $", "a server, $"]
    return _markdown([*head, "a rebuild reads, units"], rows)


def _is_of_runs(component: str) -> bool:
    return "projection" in component or component.endswith(("writes, runs", "senders and incidents"))


def _stories_table() -> str:
    rows = []
    for script, fleet in SCRIPTS.items():
        story = fleet.story
        costs = (story.repeated, story.opens, story.changes, story.ends)
        sizes = (story.empty_run, story.run, story.sender, story.opened)
        rows.append(
            [
                script,
                *(f"{item_bytes(item):,}" for item in sizes),
                *(f"{used.writes:,.0f} / {used.reads:,.0f}" for used in costs),
            ]
        )
    head = ["script", "empty run, bytes", "run in breach", "sender", "incident"]
    return _markdown([*head, "repeats, units", "opens", "changes", "ends"], rows)


def _limits_table() -> str:
    rows = []
    throttles = default_throttles()
    for servers in SIZES:
        spread = Fleet(servers=servers)
        lists = replace(spread, kind=SenderKind.LISTING)
        together = f"within {ON_THE_MINUTE_SECONDS} s"
        for situation, fleet in (
            ("spread over 10 minutes", spread),
            (together, spread.starting_within(ON_THE_MINUTE_SECONDS)),
            ("lists, spread", lists),
            (f"lists, {together}", lists.starting_within(ON_THE_MINUTE_SECONDS)),
            ("storm, spread", spread.in_storm()),
            (f"storm, {together}", spread.in_storm().starting_within(ON_THE_MINUTE_SECONDS)),
        ):
            first = uses(fleet, throttles)[:_SHOWN_LIMITS]
            rows.append(
                [
                    f"{servers:,}",
                    situation,
                    *(f"{use.limit}: {_share(use.share)}" for use in first),
                    f"{seconds_to_store(fleet):,.0f} s" if fleet.storm else "",
                    f"{seconds_to_apply(fleet):,.0f} s",
                ]
            )
    head = ["servers", "runs start", "binds first", "second", "third", "index partition needs"]
    return _markdown([*head, "stream needs"], rows)


def _files_table() -> str:
    rows = [
        [
            form.written_by,
            f"{len(form.write())}",
            f"{measure_in_event(form.write())}",
            f"{form.files_that_fit:,}",
        ]
        for form in FORMS
    ]
    return _markdown(["written by", "bytes a file", "in the event", "files of one report"], rows)


def _memory_table() -> str:
    works = {"report": REPORT, "sign-in": SIGN_IN, "largest report": LARGEST_REPORT, "cold start": COLD_START}
    rows = [
        [
            f"{memory}",
            *(f"{work.milliseconds(memory):,.0f}" for work in works.values()),
            f"{REPORT.price(memory) * 1e6:.2f}",
            f"{SIGN_IN.price(memory) * 1e6:.2f}",
        ]
        for memory in MEMORY_MB
    ]
    names = [f"{name}, ms" for name in works]
    return _markdown(["MB", *names, "a million reports, $", "a million sign-ins, $"], rows)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def _share(share: float) -> str:
    return f"{share:.0%}" if share < 10 else f"{share:,.0f} times"


def _telling_table() -> str:
    quiet, busy = Telling(incidents_a_day=0), Telling()
    bills = [monthly_of_telling(one) for one in (quiet, busy)]
    rows = [[component, *(_dollars(bill[component]) for bill in bills)] for component in bills[0]]
    writes, reads = busy.message_units
    return _markdown(
        ["dollars a month", "nothing is ever stuck", f"{busy.incidents_a_day:.0f} incidents a day"],
        [
            *rows,
            ["**all**", *(f"**{_dollars(sum(bill.values()))}**" for bill in bills)],
            ["messages a month", *(f"{one.told:,.0f}" for one in (quiet, busy))],
            ["a sweep with nothing to tell: calls", *(f"{one.quiet_requests}" for one in (quiet, busy))],
            ["the same: read units", *(f"{one.quiet_read_units:,.1f}" for one in (quiet, busy))],
            ["a message: units written / read", "", f"{writes:,.1f} / {reads:,.1f}"],
        ],
    )


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "table of costs": _cost_table,
    "table of scripts": _scripts_table,
    "table of a run's units": _stories_table,
    "table of limits": _limits_table,
    "table of files in a report": _files_table,
    "table of memory": _memory_table,
    "table of messages": _telling_table,
}
"""By the key under which a page asks for it."""
