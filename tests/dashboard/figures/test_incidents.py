"""In which order incidents are shown, in which words, and what the whole is like."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from contract.words import REASONS, Clearing, IncidentStatus, UnknownReason
from dashboard.columns import list_dtypes
from dashboard.figures.incidents import (
    COLUMNS,
    explain,
    find_breach,
    list_utc_days,
    sort_worst_first,
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


def only(state: State) -> Incident:
    [one] = read_incidents(state)
    return one


QUIET = only(played(run(0, stuck(A, "a", created=-2)), until=4))
SILENT = only(played(LISTED, until=4))
UNREADABLE = only(played(LISTED, listing(1, [], errors=[A])))
SILENCE = "server silent: the server has not reported for longer than twice its interval"


def test_the_worst_is_the_oldest_over_its_own_sla_and_who_has_no_age_comes_last() -> None:
    unknown_age = stuck(C, "c")
    state = played(
        run(
            0,
            stuck(A, "a", created=-3, sla=20),
            stuck(B, "b", created=-33, sla=29 * 60),
            replace(unknown_age, oldest=None),
        )
    )
    ordered = sort_worst_first(read_incidents(state), at(0))
    assert [one.folder for one in ordered] == [B, A, C]
    assert [one.folder for one in sort_worst_first(ordered, at(0), by_times=True)] == [A, B, C]
    table = tabulate_incidents(ordered, at(0))
    assert list(table["overdue"])[:2] == [240, 160]
    assert pd.isna(table["overdue"].iloc[2])
    assert list(table["breached_since"]) == [at(-4), at(-3 + 1 / 3), at(0)]


def test_open_ones_come_first_then_unknown_quiet_and_ended_ones() -> None:
    ended = only(played(LISTED, listing(1, [A])))
    last = only(played(listing(0, [], stuck(B, "b", created=-9)), listing(2, [B])))
    is_open = only(played(run(3.9, stuck(C, "c"))))
    given = [ended, QUIET, last, UNREADABLE, is_open]
    assert sort_worst_first(given, at(4)) == [is_open, UNREADABLE, QUIET, last, ended]


BREACH = stuck(A, "a", created=-2, sla=60)


@pytest.mark.parametrize(
    ("state", "until"),
    [
        (played(listing(0, [B], BREACH), listing(1, [A, B])), at(1)),
        # Nobody saw it end.
        (played(run(0, BREACH), run(1, BREACH), until=99), at(1)),
        (played(listing(0, [B], BREACH), listing(30, [A, B])), at(0)),
        (played(listing(0, [B], BREACH), until=9), at(0)),
        # It goes on.
        (played(listing(0, [B], BREACH)), at(99)),
    ],
)
def test_in_breach_is_until_the_end_or_the_last_sighting(state: State, until: datetime) -> None:
    one = only(state)
    assert find_breach(one, at(99)) == (at(-1), until)
    table = tabulate_incidents([one], at(99))
    assert list(table["in_breach"]) == [(until - at(-1)).total_seconds() / 60]


@pytest.mark.parametrize(
    ("incident", "words"),
    [
        (only(played(LISTED)), "in the latest report"),
        (SILENT, SILENCE),
        (QUIET, "no longer reported: this script reports problems only"),
        (only(played(LISTED, listing(1, [A]))), CLEARED),
        (
            only(played(listing(3, [A]), state=played(LISTED, until=2.9))),
            f"{CLEARED}; it ended at some time after it was last seen",
        ),
        (only(played(LISTED, until=24 * 8)), f"no report confirmed the end ({SILENCE})"),
    ],
)
def test_every_status_says_how_it_is_known(incident: Incident, words: str) -> None:
    assert explain(incident) == words


def test_every_reason_and_every_status_has_words() -> None:
    for reason in UnknownReason:
        assert REASONS[reason]
        for status in IncidentStatus:
            assert explain(replace(SILENT, reason=reason, status=status, cleared_by=Clearing.LEFT_OUT))


def test_what_ended_is_over_no_sla_and_a_table_of_none_is_a_table() -> None:
    last = only(played(listing(0, [], stuck(B, "b", created=-9)), listing(2, [B])))
    table = tabulate_incidents([last], at(9))
    assert table[["overdue", "waited"]].isna().all(axis=None)
    assert list(table["ended_at"]) == [at(2)]
    types = tabulate_incidents([], at(0)).dtypes.astype(str)
    assert types.to_dict() == table.dtypes.astype(str).to_dict() == list_dtypes(*COLUMNS)


def test_days_are_those_of_utc() -> None:
    assert list_utc_days(at(-9), at(0)) == [date(2026, 3, 1), date(2026, 3, 2)]


def test_all_is_well_only_where_somebody_is_up_and_nothing_is_wrong() -> None:
    told = listing(0, [A])
    fleet = Fleet(senders=[read_sender(played(told), told)], refused={})
    assert summarize([QUIET], fleet, at(0)).well
    assert not summarize([], fleet, at(20)).well
    assert not summarize([], Fleet(senders=[], refused={}), at(0)).well
    unreadable = listing(0, [A], errors=[B])
    fleet = Fleet(senders=[read_sender(played(unreadable), unreadable)], refused={})
    status = summarize([], fleet, at(0))
    assert (status.unreadable, status.well) == (1, False)


def test_files_are_each_once_the_longest_waiting_first() -> None:
    odd = datetime(1601, 1, 1, tzinfo=UTC)
    record = item(at(0), A, [("young", at(-1)), ("odd", odd), ("old", at(-5)), ("old", at(-5))])
    files = tabulate_files(breaches(record).files, 30, at(1))
    assert list(files["filename"]) == ["old", "young", "odd"]
    assert list(files["overdue_now"])[:2] == [5.5 * 60, 1.5 * 60]
    assert list(files["plausible"]) == [True, True, False]
