"""What a table gives to the browser, and what it does with what comes back."""

from datetime import UTC, datetime
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


def test_all_rows_are_sorted_and_a_long_table_grows_as_asked(app: AppTest) -> None:
    assert column(app, "waits") == ["9 h 40 min", "5 min"]
    for sort, names in {"name": "Ab", "-name": "dc", "waits": "Ad", "-waits": "bd", "x": "bA"}.items():
        app.query_params["test_sort"] = sort
        assert column(app.run(), "name") == list(names)
        assert "The first 2 of 4 rows" in shown(app)
    button(app, "Show more")
    assert len(column(app, "name")) == 4
    assert "4 rows. Details" in shown(app)


def test_a_link_picks_a_row_that_is_not_shown_yet(app: AppTest) -> None:
    [number] = table.hash_rows(pd.DataFrame({"name": ["d"]}), ["name"])
    for pick, told in ((f"{number:016x}", "picked d"), ("0" * 16, "none"), ("0x" * 8, "none")):
        app.query_params["pick"] = pick
        assert told in shown(app.run())


def test_picking_again_lets_go_and_a_heading_sorts_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    focused: list[str] = []
    address: dict[str, str] = {}
    monkeypatch.setattr(table, "move_focus", focused.append)
    monkeypatch.setattr("dashboard.frame.choices.st.query_params", address)
    pick, sort = Parameter("pick", str), Parameter("test_sort", str)
    for expected in ({"pick": "one"}, {}):
        table._pick(pick, "one", "its-details")
        assert (address, focused) == (expected, ["its-details"])
    for sorting, then in (("", "name"), ("name", "-name"), ("-name", None), ("-waits", "name")):
        table._write_sorting(sort, "name", sorting)
        assert address.get("test_sort") == then


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
    frame = pd.DataFrame({"at": pd.Series([AT, pd.NaT], dtype=MOMENT)})
    told = spell_column(frame, Column("at", "moment"), ZoneInfo("Asia/Kolkata"))
    assert told == ["2026-11-26 18:04", "-"]


@pytest.mark.parametrize(
    ("path", "head", "tail", "name"),
    [
        (r"C:\Jobs\Inbound", r"C:\Jobs", r"\Inbound", "Inbound"),
        ("/srv/jobs/reports/", "/srv/jobs", "/reports/", "reports"),
        ("D:\\", "", "D:\\", "D:"),
        ("/", "", "/", "/"),
        (" ", "", " ", " "),
        ("/srv/" + "x" * 40, "/srv/" + "x" * 14, "x" * 26, "x" * 40),
    ],
)
def test_a_path_is_cut_before_its_last_name(path: str, head: str, tail: str, name: str) -> None:
    assert split_path(path) == (head, tail)
    assert name_last(path) == name
