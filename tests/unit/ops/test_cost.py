"""What a month costs and what binds first: the arithmetic, its units, and the page that shows both."""

import argparse
import json
import re
from pathlib import Path

import pytest

from contract.names import ROOT
from ops.__main__ import _parser
from ops.cost import _RUN_UNITS, reckon_bill, reckon_limits, record_units
from tests.unit.ops.conftest import Ops

FIGURES = json.loads((ROOT / "docs" / "figures.json").read_text())["measured"]
PAGE = (ROOT / "docs" / "capacity.md").read_text()
SIZES = (10, 200, 2000)


def given(*arguments: str) -> argparse.Namespace:
    return _parser().parse_args(["cost", *arguments], argparse.Namespace(outputs=None, json=False))


def total(*arguments: str) -> float:
    return sum(reckon_bill(given(*arguments)).values())


@pytest.mark.parametrize(
    ("shape", "records", "files"), [("4 x 25", 4, 25), ("1 x 1,000", 1, 1000), ("1 x 20,000", 1, 20_000)]
)
def test_units_are_those_that_the_bench_counts(shape: str, records: int, files: int) -> None:
    [counted] = [one["ours"] for one in FIGURES if one["name"] == f"write units, {shape} files, vs naive"]
    # Of many files, a record is cut into parts, each with its own head.
    assert records * record_units(files) + _RUN_UNITS == pytest.approx(counted, rel=0.005)


def test_the_bill_grows_with_servers_and_every_option() -> None:
    assert total("--servers", "2000") > total("--servers", "200") > total("--servers", "10")
    for option in (["--web-acl"], ["--kms"], ["--backup-days", "30"], ["--notify"], ["--all-runs"]):
        assert total(*option) > total()
    assert total("--interval", "1h") == total("--interval", "60") < total()
    assert total("--region", "us-east-1") < total("--region", "eu-central-1")


def test_a_random_delay_takes_the_peak_away() -> None:
    at_once = reckon_limits(given("--servers", "2000"))
    spread = reckon_limits(given("--servers", "2000", "--spread", "10m"))
    assert next(iter(at_once)) == "sign-ins: authRateLimit"
    assert max(spread.values()) < 0.05 < 1 < max(at_once.values())


def test_it_asks_no_stack_and_refuses_what_is_no_length_of_time(ops: Ops) -> None:
    Path(ops.outputs).unlink()
    assert ops.json("cost", "--servers", "200", "--interval", "10m")["total"] == 43.27
    assert "200 servers, every 10 minutes, in eu-central-1" in ops("cost", "--servers", "200")
    for option, wrong in {"--interval": "10x", "--servers": "-4", "--breached": "200"}.items():
        assert f"argument {option}: {wrong} " in ops.refuse("cost", option, wrong)


def test_the_page_shows_what_the_command_says() -> None:
    def cells(name: str) -> list[float]:
        row = re.findall(rf"^\| {re.escape(name)} \| (.+) \|$", PAGE, re.MULTILINE)[0]
        return [float(cell.strip("*+").replace(",", "")) for cell in row.split(" | ")]

    bills = [reckon_bill(given("--servers", str(number))) for number in SIZES]
    for service in bills[-1]:
        assert cells(service) == [bill[service] for bill in bills], service
    totals = [sum(bill.values()) for bill in bills]
    assert cells("**all**") == pytest.approx(totals)
    for name, options in re.findall(r"^\| ([^|]+ \(`(--[^`]+)`\)) \|", PAGE, re.MULTILINE):
        more = [total("--servers", str(number), *options.split()) for number in SIZES]
        added = [a - b for a, b in zip(more, totals, strict=True)]
        assert cells(name) == pytest.approx(added, abs=0.011), name
    rows = r"^\| ([\d,]+) \| (within 10 s|over 10 minutes)([^|]*) \| [^|]+: (\d+) % \|"
    for number, how, breached, first in re.findall(rows, PAGE, re.MULTILINE):
        spread = ["--spread", "10s" if how.startswith("within") else "10m"]
        every = ["--breached", "100"] if breached else []
        limits = reckon_limits(given("--servers", number.replace(",", ""), *spread, *every))
        assert int(first) == round(100 * max(limits.values()))
