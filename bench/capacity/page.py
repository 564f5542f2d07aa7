"""The model's numbers as tables in Markdown, as docs/capacity.md shows them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from bench.capacity.cost import monthly, monthly_of_key
from bench.capacity.fleet import Fleet
from bench.capacity.functions import COLD_START, LARGEST_REPORT, REPORT, SIGN_IN
from bench.capacity.largest_report import FORMS
from bench.capacity.limits import Throttle, Throttles, seconds_to_store, uses
from handlers.web.requests import measure_in_event
from local.stack_config import load_config, project_name

SIZES = (10, 1_000, 100_000)
ON_THE_MINUTE_SECONDS = 10
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
            ["a KMS key of one's own adds", *(_dollars(monthly_of_key(fleet)) for fleet in quiet)],
        ],
    )


def _limits_table() -> str:
    rows = []
    throttles = default_throttles()
    for servers in SIZES:
        spread = Fleet(servers=servers)
        together = spread.starting_within(ON_THE_MINUTE_SECONDS)
        for situation, fleet in (
            ("spread over 10 minutes", spread),
            (f"within {ON_THE_MINUTE_SECONDS} s", together),
            ("storm, spread", spread.in_storm()),
            (f"storm, within {ON_THE_MINUTE_SECONDS} s", together.in_storm()),
        ):
            first = uses(fleet, throttles)[:_SHOWN_LIMITS]
            rows.append(
                [
                    f"{servers:,}",
                    situation,
                    *(f"{use.limit}: {_share(use.share)}" for use in first),
                    f"{seconds_to_store(fleet):,.0f} s" if fleet.in_breach == 1 else "",
                ]
            )
    return _markdown(
        ["servers", "runs start", "binds first", "second", "third", "index partition needs"], rows
    )


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


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "table of costs": _cost_table,
    "table of limits": _limits_table,
    "table of files in a report": _files_table,
    "table of memory": _memory_table,
}
"""By the key under which a page asks for it."""
