"""The figures that the pages quote: put where they belong, and as many as the tests really try."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from math import prod
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from bench.figures import (
    PAGES_FIGURES,
    BenchRun,
    Figure,
    Published,
    compared,
    counted,
    read_published,
    write_published,
)
from contract.names import ROOT
from docs.generate.figures import FigureError, fill_figures, find_pages
from tests.access import test_every_operation, test_matrix, test_tokens
from tests.faults import faults, test_notifications
from tests.fuzz import test_any_body, test_openapi
from tests.infra.conftest import declare

OLD = BenchRun("2026-11-01", "a machine", rounds=3, starts=11)
NEW = BenchRun("2026-12-01", "another machine", rounds=5, starts=15)
PUBLISHED = Published(
    runs=(OLD,),
    measured={"load, vs naive": Figure("load, vs naive", 1130.4, None, "reports/s", 19.2, 0.257, OLD.date)},
    counted={"forged tokens": 26},
    observed={"records": 5274},
)


def _count(test: Callable[..., None]) -> int:
    """How many tests the parametrizations make of one."""
    marks: list[Any] = getattr(test, "pytestmark", [])
    return prod(len(mark.args[1]) for mark in marks if mark.name == "parametrize")


def count_what_tests_try() -> dict[str, int]:
    """What the tests try, and what the program declares, counted."""
    matrix: tuple[Callable[..., None], ...] = (
        test_matrix.test_signing_in,
        test_matrix.test_staying_signed_in,
        test_matrix.test_reporting,
        test_matrix.test_acting,
        test_matrix.test_querying,
        test_matrix.test_writing,
        test_matrix.test_invoking_a_function,
        test_matrix.test_reading_the_dead_letters,
    )
    attempts = _count(test_matrix.test_every_user_looks_like_no_user)
    events = (test_any_body.VALUE_EVENTS, test_any_body.BODY_EVENTS, test_any_body.CLAIM_EVENTS)
    return {
        "cells of the access matrix": sum(_count(test) for test in matrix),
        "operations of AWS refused to analysts": sum(
            len(
                test_every_operation.list_held_by_iam(service)
                - test_every_operation.READ_OPERATIONS.get(service, set())
            )
            for service in test_every_operation.SERVICES
        ),
        "forged tokens": _count(test_tokens.test_forgery_is_refused),
        "tampered claims": _count(test_tokens.test_a_tampered_claim_breaks_the_signature),
        "comparisons of users with nobody": attempts * len(test_matrix.STATES),
        "kinds of attempt on users": attempts,
        "kinds of fault": len(faults.KINDS),
        "faults while owners are notified": len(test_notifications.KINDS)
        * test_notifications.flawless().calls,
        "events of odd values": events[0],
        "events of odd bytes": events[1],
        "events of odd claims and keys": events[2],
        "drawn events": sum(events),
        "reports of odd names": test_any_body.ODD_NAMES,
        "requests of Schemathesis": test_openapi.CASES
        * _count(test_openapi.test_running_api_keeps_to_the_document),
        "resources": sum(resource.type.startswith("aws:") for resource in declare().resources),
    }


def test_counted_figures_are_what_the_tests_try() -> None:
    """Fix it with: make docs."""
    assert read_published(PAGES_FIGURES).counted == count_what_tests_try()


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("forged tokens", "26"),
        ("records", "5,274"),
        ("load, vs naive, ours", "1,130"),
        ("load, vs naive, ratio", "19"),
        ("runs", "1 November 2026: a machine; 3 rounds (11 for cold starts)"),
    ],
)
def test_a_figure_stands_between_its_markers(key: str, text: str) -> None:
    page = f"We try <!-- figure: {key} -->some<!-- /figure --> of *them*.\n"
    assert fill_figures(page, PUBLISHED) == page.replace("some", text)


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("a <!-- figure: nothing -->1<!-- /figure -->", "no figure 'nothing'"),
        ("a <!-- figure: load, vs naive -->1<!-- /figure -->", "no figure 'load, vs naive'"),
        ("a <!-- figure: load, vs naive, baseline -->1<!-- /figure -->", "no figure"),
        ("a <!-- figure: forged tokens -->1", "no partner"),
        ("a 1<!-- /figure -->", "no partner"),
        ("<!-- figure: table of ingest -->\n<!-- /figure -->", "'ingest, 4 x 25 files, 1 client, vs naive'"),
    ],
)
def test_a_figure_that_cannot_be_found_is_named(page: str, problem: str) -> None:
    with pytest.raises(FigureError, match=problem):
        fill_figures(page, PUBLISHED)


def test_markers_leave_the_markdown_around_them_alone() -> None:
    pages = find_pages(ROOT)
    assert ROOT / "docs" / "development" / "benchmarks.md" in pages
    for page in pages:
        for token in MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text()):
            if token.type == "html_block" and "figure" in token.content:
                assert token.content.strip().endswith("-->"), token.content
                assert token.content.count("<!--") == 1, token.content


def test_a_run_replaces_its_own_figures_and_no_others(tmp_path: Path) -> None:
    figures = [counted("calls, vs naive", 1, 20_001, "calls"), compared("load, p50", "ms", [(1 / 3, 2 / 3)])]
    merged = PUBLISHED.merge(Published.of(NEW, figures))
    write_published(merged, tmp_path / "figures.json")
    assert read_published(tmp_path / "figures.json") == merged
    assert json.loads((tmp_path / "figures.json").read_text())["runs"] == [asdict(OLD), asdict(NEW)]
    assert merged.measured["load, vs naive"] == PUBLISHED.measured["load, vs naive"]
    assert merged.measured["calls, vs naive"].baseline == 20_001
    assert merged.measured["load, p50"].ours == 0.333333
    again = merged.merge(Published.of(NEW, [counted("load, vs naive", 2, 1, "reports/s")]))
    assert again.runs == (NEW,)
    assert (again.counted, again.observed) == (PUBLISHED.counted, PUBLISHED.observed)


if __name__ == "__main__":
    write_published(replace(read_published(PAGES_FIGURES), counted=count_what_tests_try()), PAGES_FIGURES)
