"""In which order incidents are shown, in which words, and what the whole is like."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from contract.words import Clearing, IncidentStatus, UnknownReason
from dashboard.columns import list_dtypes
from dashboard.figures.incidents import (
    COLUMNS,
    explain,
    list_reasons,
    list_utc_days,
    name_reason,
    select_ended,
    sort_worst_first,
    split_live,
    start_of_day,
    tabulate_files,
    tabulate_incidents,
)
from dashboard.figures.senders import summarize
from store.incidents import Incident
from store.senders import Fleet
from store.state import State
from tests.dashboard.fake_table import item
from tests.dashboard.projected import read_incidents, read_sender
from tests.dashboard.spans import breaches
from tests.stands.playing import at, listing, played, run, stuck

A, B, C = "C:\\Jobs\\A", "C:\\Jobs\\B", "C:\\Jobs\\C"
CLEARED = "the server read the folder, and no file was over the SLA"
LISTED = listing(0, [], stuck(A, "a", created=-2))
NOBODY = Fleet(senders=[], refused={})


def only(state: State) -> Incident:
    [one] = read_incidents(state)
    return one


QUIET = only(played(run(0, stuck(A, "a", created=-2)), until=4))
SILENT = only(played(LISTED, until=4))
UNREADABLE = only(played(LISTED, listing(1, [], errors=[A])))
UNWATCHED = only(played(LISTED, listing(1, [B])))


def test_the_worst_is_the_oldest_over_its_own_sla_and_who_has_no_age_comes_last() -> None:
    unknown_age = stuck(C, "c")
    state = played(
        run(
            0,
            stuck(A, "a", created=-3, sla=20),
            stuck(B, "b", created=-30, sla=29 * 60),
            replace(unknown_age, oldest=None),
        )
    )
    ordered = sort_worst_first(read_incidents(state), at(0))
    assert [one.folder for one in ordered] == [A, B, C]
    table = tabulate_incidents(ordered, at(0))
    assert list(table["overdue"])[:2] == [160, 60]
    assert pd.isna(table["overdue"].iloc[2])
    assert list(table["breached_since"]) == [at(-3 + 1 / 3), at(-1), at(0)]


def test_what_is_quiet_is_no_trouble_and_the_rest_is_by_reason() -> None:
    live = split_live([QUIET, UNWATCHED, UNREADABLE, SILENT], at(4))
    assert not live.open
    assert [one.reason for one in live.unknown] == [
        UnknownReason.SILENT,
        UnknownReason.UNREADABLE,
        UnknownReason.UNWATCHED,
    ]
    assert live.quiet == [QUIET]
    assert [(reason, len(same)) for reason, same in list_reasons(live.unknown)] == [
        (UnknownReason.SILENT, 1),
        (UnknownReason.UNREADABLE, 1),
        (UnknownReason.UNWATCHED, 1),
    ]


@pytest.mark.parametrize(
    ("incident", "words"),
    [
        (only(played(LISTED)), "in the latest report"),
        (SILENT, "server silent: the server has not reported for longer than twice its interval"),
        (UNREADABLE, "folder unreadable: the server could not read the folder"),
        (UNWATCHED, "no longer watched: the server no longer looks at the folder"),
        (QUIET, "no longer reported: this script reports problems only"),
        (only(played(LISTED, listing(1, [A]))), CLEARED),
        (
            only(played(listing(3, [A]), state=played(LISTED, until=2.9))),
            f"{CLEARED}; it ended at some time after it was last seen",
        ),
        (
            only(played(run(0, stuck(A, "a", created=-2)), run(1, has_run=True))),
            "a later report says that nothing is stuck",
        ),
        (
            only(played(LISTED, until=24 * 8)),
            (
                "no report confirmed the end (server silent: the server has not reported for "
                "longer than twice its interval)"
            ),
        ),
    ],
)
def test_every_status_says_how_it_is_known(incident: Incident, words: str) -> None:
    assert explain(incident) == words


def test_every_reason_and_every_status_has_words() -> None:
    for reason in UnknownReason:
        unknown = replace(SILENT, reason=reason)
        assert name_reason(unknown)
        for status in IncidentStatus:
            assert explain(replace(unknown, status=status, cleared_by=Clearing.LEFT_OUT))


def test_what_ended_is_over_no_sla_and_the_last_one_comes_first() -> None:
    first = only(played(LISTED, listing(1, [A])))
    last = only(played(listing(0, [], stuck(B, "b", created=-9)), listing(2, [B])))
    assert select_ended([first, last, SILENT], at(0)) == [last, first]
    assert select_ended([first, last], at(1.5)) == [last]
    table = tabulate_incidents([last], at(9))
    assert table["overdue"].isna().all()
    assert list(table["ended_at"]) == [at(2)]


def test_a_table_of_none_is_a_table() -> None:
    table = tabulate_incidents([], at(0))
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == list_dtypes(*COLUMNS)


@pytest.mark.parametrize(
    ("zone", "start", "days"),
    [
        ("UTC", datetime(2026, 3, 2, tzinfo=UTC), [date(2026, 3, 2)]),
        ("Pacific/Auckland", datetime(2026, 3, 1, 11, tzinfo=UTC), [date(2026, 3, 1), date(2026, 3, 2)]),
        ("America/Los_Angeles", datetime(2026, 3, 2, 8, tzinfo=UTC), [date(2026, 3, 2)]),
    ],
)
def test_today_is_that_of_the_viewers_zone(zone: str, start: datetime, days: list[date]) -> None:
    assert start_of_day(at(0), ZoneInfo(zone)) == start
    assert list_utc_days(start, at(0)) == days


def test_the_figures_are_those_of_now() -> None:
    silent = played(LISTED, until=4)
    stuck_now = run(3.9, stuck(B, "b", created=-2), sender="other")
    other = played(stuck_now)
    fleet = Fleet(senders=[read_sender(silent, LISTED), read_sender(other, stuck_now)], refused={})
    live = split_live([*read_incidents(silent), *read_incidents(other, "other"), QUIET], at(4))
    situation = summarize(live, fleet, at(4))
    assert (situation.open, situation.unknown) == (1, 1)
    assert (situation.silent, situation.refused, situation.unreadable) == (1, 0, 0)
    assert situation.oldest_overdue == at(4) - at(-2 + 1 / 3)
    assert (situation.senders, situation.last_report) == (2, at(3.9))
    assert not situation.well


def test_all_is_well_where_there_is_nothing_but_quiet() -> None:
    told = listing(0, [A])
    fleet = Fleet(senders=[read_sender(played(told), told)], refused={})
    assert summarize(split_live([QUIET], at(0)), fleet, at(0)).well
    unreadable = listing(0, [A], errors=[B])
    fleet = Fleet(senders=[read_sender(played(unreadable), unreadable)], refused={})
    situation = summarize(split_live([], at(0)), fleet, at(0))
    assert (situation.unreadable, situation.well) == (1, False)


def test_files_are_each_once_the_longest_waiting_first() -> None:
    odd = datetime(1601, 1, 1, tzinfo=UTC)
    record = item(at(0), A, [("young", at(-1)), ("odd", odd), ("old", at(-5)), ("old", at(-5))])
    files = tabulate_files(breaches(record).files, 30, at(1))
    assert list(files["filename"]) == ["old", "young", "odd"]
    assert list(files["overdue_now"])[:2] == [5.5 * 60, 1.5 * 60]
    assert list(files["plausible"]) == [True, True, False]
