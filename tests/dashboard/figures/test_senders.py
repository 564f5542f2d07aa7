"""In which order senders are shown, in which words, and what is wrong with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contract.words import SenderKind, SenderState
from dashboard.figures.senders import (
    KIND_EXPLANATIONS,
    KINDS,
    CurrentStanding,
    SenderRow,
    Standing,
    describe_clock,
    describe_due,
    describe_standing,
    list_senders,
    list_warnings,
)
from dashboard.views.sender_figures import tabulate_senders
from store.maintenance import Window
from store.senders import Fleet, RefusedReport, Sender
from tests.dashboard.projected import read_incidents, read_sender
from tests.stands.playing import at, listing, played, run, stuck

A, B = "C:\\Jobs\\A", "C:\\Jobs\\B"
ZONE = ZoneInfo("UTC")
LISTED = listing(0, [A], errors=[B], interval=timedelta(minutes=15), client="FileSla/1.0")
SENDER = read_sender(played(LISTED), LISTED)


def sender(key: str, state: SenderState = SenderState.UP, heard: float = 0) -> Sender:
    return replace(SENDER, key=key, name=key, state=state, last_arrival_at=at(heard), unreadable=0)


def refusal(key: str, hours: float) -> RefusedReport:
    return RefusedReport(key=key, name=key, reported_by=key, at=at(hours))


def fleet(senders: Sequence[Sender], *refusals: RefusedReport) -> Fleet:
    return Fleet(senders=senders, refused={one.key: one for one in refusals})


def names(known: SenderRow, now: datetime) -> list[str]:
    return [warning.name for warning in list_warnings(known, now, ZONE)]


def test_silent_late_refused_up_retired_is_the_order() -> None:
    senders = [sender(state, state) for state in SenderState] + [sender("mended"), sender("wrong")]
    # What was refused of a retired one is no news.
    refusals = {"wrong": 1, "mended": -1, "only": 0, "retired": 1}
    listed = list_senders(fleet(senders, *(refusal(*one) for one in refusals.items())), at(0.1))
    assert [one.name for one in listed] == ["silent", "late", "only", "wrong", "mended", "up", "retired"]
    assert [one.name for one in listed if one.refused] == ["only", "wrong"]
    # Whoever goes on reporting is not late, though nothing is taken of it.
    known = SenderRow("a", sender("a", SenderState.LATE), refusal("a", 1), refused=True)
    assert [known.stand(at(hours)).standing for hours in (1.3, 1.4)] == [Standing.REFUSED, Standing.LATE]


@pytest.mark.parametrize(
    ("changes", "hours", "standing"),
    [
        # It reports every 15 minutes; late is who is 5 minutes over that.
        ({}, 20 / 60, CurrentStanding(Standing.UP, at(0), at(0.25))),
        ({}, 21 / 60, CurrentStanding(Standing.LATE, at(0.25))),
        (
            {"due_at": None},
            1,
            CurrentStanding(Standing.WAITING, at(20 / 60), None, "its interval is unknown"),
        ),
        (
            {"state_since": at(3), "due_at": at(3.25)},
            3.1,
            CurrentStanding(Standing.WAITING, at(3), at(3.25), "un-retired, no report since"),
        ),
        (
            {"kind": SenderKind.STOCK, "due_at": None},
            0.1,
            CurrentStanding(Standing.UNMONITORED, at(0), None, "its script sends nothing when all is well"),
        ),
    ],
)
def test_up_is_who_reported_in_time(changes: dict[str, Any], hours: float, standing: CurrentStanding) -> None:
    one = SenderRow("account", replace(SENDER, **changes), None, refused=False)
    assert one.stand(at(hours)) == standing


def test_a_standing_says_since_when_and_until_when() -> None:
    silent = replace(SENDER, state=SenderState.SILENT, state_since=at(1), interval_minutes=15)
    window = Window(
        window_id="w", sender="*", starts=at(0.5), ends=at(4), reason="patching", made_by="ana", made_at=at(0)
    )
    known = SenderRow("a", silent, None, refused=False, windows=[window])
    assert [describe_standing(known, at(hours), ZONE) for hours in (2, 4.5, 4.6)] == [
        "‖ Maintenance since 2026-03-02 08:30, until 2026-03-02 12:00",
        "… Waiting since 2026-03-02 09:00, until 2026-03-02 12:35 (back from maintenance)",
        "▲ Silent since 2026-03-02 09:00",
    ]


def test_an_account_is_mended_once_any_of_its_scripts_is_heard() -> None:
    """What cannot be read does not tell which of them it came from."""
    [one] = list_senders(fleet([sender("acc/a", heard=2)], refusal("acc", 1)), at(0.1))
    assert (one.name, one.refused) == ("acc/a", False)
    listed = list_senders(fleet([sender("acc/a", heard=2)], refusal("acc/b", 1), refusal("acc", 3)), at(0.1))
    assert [(one.name, one.refused) for one in listed] == [("acc", True), ("acc/b", True), ("acc/a", False)]


def test_a_window_of_an_owner_holds_the_senders_of_that_owner() -> None:
    made: dict[str, Any] = {"starts": at(0), "ends": at(4), "reason": "", "made_by": "ana", "made_at": at(0)}
    [mine] = read_incidents(played(run(0, stuck(A, "a"))))
    for owners in (["orders"], ["orders", "bank"], ["bank", "orders"]):
        live = [replace(mine, owner=owner) for owner in owners]
        window = Window(window_id="w", owner=owners[0], **made)
        [known] = list_senders(fleet([SENDER]), at(0.1), [window], live)
        assert (known.stand(at(0.1)).standing is Standing.MAINTENANCE) == (len(owners) == 1)


def test_a_row_has_everything_in_words() -> None:
    [known] = list_senders(fleet([SENDER]), at(0.1))
    row = tabulate_senders([known], at(0.3), ZONE).loc[0]
    assert (row["state"], row["warnings"], row["kind"]) == (
        "✓ Up",
        "unreadable folders",
        "reports all folders",
    )
    assert (row["last_run_ago"], row["due_in"]) == (pytest.approx(18), pytest.approx(-3))
    assert (row["interval"], row["folders"]) == ("15 min, declared", "2, 1 unreadable")
    assert (row["client"], row["account"], row["addresses"]) == ("FileSla/1.0", "account", "")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, ""), (119, ""), (-119, ""), (120, "2 min behind"), (-300, "5 min ahead"), (7200, "2 h behind")],
)
def test_a_clock_is_told_where_it_is_wrong_by_two_minutes(seconds: int | None, text: str) -> None:
    assert describe_clock(replace(SENDER, clock_skew_seconds=seconds)) == text


def test_several_servers_on_one_account_are_told_with_the_remedy() -> None:
    runs = []
    for hours in range(8):
        breach = stuck((A, B)[hours % 2], "a", created=-3)
        runs.append(run(hours, breach, address=f"10.0.0.{hours % 2}", run_id=f"r{hours}"))
    mixed = read_sender(played(*runs), runs[-1])
    [known] = list_senders(fleet([mixed]), at(0.1))
    assert names(known, at(7)) == ["shared account", "ambiguous folders"]
    shared, sets = list_warnings(known, at(7), ZONE)
    assert "several servers report through this account" in shared.text
    assert shared.remedy == "Give each server its own account, or send run.sender."
    assert f"c:\\jobs (until {mixed.ambiguous_sets[0].until:%Y-%m-%d %H:%M})" in sets.text
    assert names(known, mixed.ambiguous_sets[0].until) == ["shared account"]


def test_silence_and_refusal_are_told_first_and_lost_letters_last() -> None:
    silent = replace(SENDER, state=SenderState.SILENT, lost_letters=3)
    [known] = list_senders(fleet([silent], refusal("account", 1)), at(0.1))
    assert names(known, at(2)) == ["refused", "silent", "unreadable folders", "lost letters"]
    *_, letters = list_warnings(known, at(2), ZONE)
    assert letters.text.startswith("3 names of its last report were not sent as UTF-8")
    assert "UTF-8" in letters.remedy


def test_every_kind_has_words() -> None:
    assert KINDS.keys() == KIND_EXPLANATIONS.keys() == set(SenderKind)


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, "in 15 min"),
        ({"state": SenderState.RETIRED}, "not while it is retired"),
        ({"due_at": None}, "no reporting schedule"),
    ],
)
def test_the_next_report_is_due_or_why_none_is(changes: dict[str, Any], due: str) -> None:
    known = SenderRow("account", replace(SENDER, **changes), None, refused=False)
    assert describe_due(known, at(0)) == due
