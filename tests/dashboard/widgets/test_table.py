"""What a table gives to the browser, and what it does with what comes back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.columns import MOMENT, Column
from dashboard.figures.text import spell_column
from dashboard.frame.choices import Parameter
from dashboard.widgets import table
from dashboard.widgets.links import name_last
from dashboard.widgets.table import split_path
from tests.dashboard.views.reading import button, column, shown

AT = datetime(2026, 11, 26, 12, 34, 56, tzinfo=UTC)


def _draw() -> None:
    from zoneinfo import ZoneInfo

    import pandas as pd
    import streamlit as st

    from dashboard.columns import Column
    from dashboard.widgets.table import draw_table

    names = Column("name", "text", "Name")
    waits = Column("waits", "minutes", "Waits")
    frame = pd.DataFrame(
        {"name": ["b", "A", "c", "d"], "waits": [580.0017406666666, 5.0, float("nan"), 70.0]}
    )
    picked = draw_table(frame, "test", [names, waits], ZoneInfo("UTC"), identity=["name"], noun="rows")
    st.header("none" if picked is None else f"picked {picked['name']}")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(table, "PAGE_ROWS", 2)
    app = AppTest.from_function(_draw).run()
    assert not app.exception
    return app


def test_numbers_are_told_as_people_say_them(app: AppTest) -> None:
    assert column(app, "waits") == ["9 h 40 min", "5 min"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["A", "b"]),
        ("-name", ["d", "c"]),
        ("waits", ["A", "d"]),
        ("-waits", ["b", "d"]),
        ("x", ["b", "A"]),
    ],
)
def test_all_rows_are_sorted_not_only_those_that_are_shown(app: AppTest, sort: str, names: list[str]) -> None:
    app.query_params["test_sort"] = sort
    assert column(app.run(), "name") == names
    assert "The first 2 of 4 rows" in shown(app)


def test_a_long_table_grows_as_asked(app: AppTest) -> None:
    button(app, "Show more")
    assert len(column(app, "name")) == 4
    assert "4 rows. Details" in shown(app)


def test_a_link_picks_a_row_that_is_not_shown_yet(app: AppTest) -> None:
    [number] = table.hash_rows(pd.DataFrame({"name": ["d"]}), ["name"])
    for pick, told in ((f"{number:016x}", "picked d"), ("0" * 16, "none"), ("0x" * 8, "none")):
        app.query_params["pick"] = pick
        assert told in shown(app.run())


def test_a_row_that_is_picked_again_is_let_go_and_the_focus_goes_to_what_was_picked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    focused: list[str] = []
    address: dict[str, str] = {}
    monkeypatch.setattr(table, "move_focus", focused.append)
    monkeypatch.setattr("dashboard.frame.choices.st.query_params", address)
    pick = Parameter("pick", str)
    table._pick(pick, "one", "its-details")
    assert (address, focused) == ({"pick": "one"}, ["its-details"])
    table._pick(pick, "one", "its-details")
    assert (address, focused) == ({}, ["its-details"])


def test_a_heading_sorts_up_then_down_then_not(monkeypatch: pytest.MonkeyPatch) -> None:
    address: dict[str, str] = {}
    monkeypatch.setattr("dashboard.frame.choices.st.query_params", address)
    sort = Parameter("test_sort", str)
    told = []
    for sorting in ("", "name", "-name", "-waits"):
        table._write_sorting(sort, "name", sorting)
        told.append(address.get("test_sort"))
    assert told == ["name", "-name", None, "name"]


@pytest.mark.parametrize(
    ("kind", "values", "spelt"),
    [
        ("minutes", [580.0017, float("nan")], ["9 h 40 min", "-"]),
        ("ago", [29.7, float("nan")], ["29 min ago", "-"]),
        ("due", [7.2, -7.2, float("nan")], ["in 7 min", "7 min late", "-"]),
        ("count", [1234, 0], ["1,234", "0"]),
        ("text", ["a", "", None], ["a", "-", "-"]),
    ],
)
def test_values_are_spelt_by_their_kind(kind: Any, values: list[Any], spelt: list[str]) -> None:
    frame = pd.DataFrame({"value": values})
    assert spell_column(frame, Column("value", kind), ZoneInfo("UTC")) == spelt


def test_moments_are_those_of_the_zones_clocks() -> None:
    frame = pd.DataFrame({"at": pd.Series([AT, pd.NaT, AT + timedelta(days=1)], dtype=MOMENT)})
    told = spell_column(frame, Column("at", "moment"), ZoneInfo("Asia/Kolkata"))
    assert told == ["2026-11-26 18:04", "-", "2026-11-27 18:04"]


@pytest.mark.parametrize(
    ("path", "head", "tail"),
    [
        (r"C:\Jobs\Inbound", r"C:\Jobs", r"\Inbound"),
        ("/srv/jobs/reports/", "/srv/jobs", "/reports/"),
        ("D:\\", "", "D:\\"),
        (" ", "", " "),
        ("/srv/" + "x" * 40, "/srv/" + "x" * 14, "x" * 26),
    ],
)
def test_a_path_is_cut_before_its_last_name(path: str, head: str, tail: str) -> None:
    assert split_path(path) == (head, tail)


@pytest.mark.parametrize(
    ("path", "name"),
    [(r"C:\Jobs\In", "In"), ("/srv/jobs/", "jobs"), ("D:\\", "D:"), ("/", "/"), ("In", "In")],
)
def test_a_folder_is_called_by_its_last_name(path: str, name: str) -> None:
    assert name_last(path) == name
