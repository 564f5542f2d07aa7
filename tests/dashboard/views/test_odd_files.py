"""Files whose names or dates are odd are on every page, beside the others and not instead of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.fake_table import item
from tests.dashboard.views.reading import column, read_table, shown
from tests.dashboard.views.test_views import BY_DATE, BY_FOLDER, open_view

FOLDER = " "
DATES = [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 1601, 1960, 9999)]
NAMES = ["\n", "a\tb", "mar\ufffdo.csv", " "]
CREATED = [f"{date.year:04}-01-01 00:00 UTC (?)" for date in DATES]


@pytest.fixture
def odd(store: Callable[..., None]) -> None:
    now = datetime.now(UTC)
    plausible = ("plain.csv", now - timedelta(hours=3))
    store(
        item(now - timedelta(minutes=50), FOLDER, [plausible, *zip(NAMES, DATES, strict=True)]),
        item(now - timedelta(minutes=10), FOLDER, [plausible, *zip(NAMES, DATES, strict=True)]),
    )


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("view", [BY_DATE, BY_FOLDER])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_every_page_shows_all_of_them(signed_in: AppTest, view: str, zone: str) -> None:
    parameters = {"folder": FOLDER} if view == BY_FOLDER else {}
    open_view(signed_in, view, zone=zone, **parameters)
    assert column(signed_in, "filename") == ["plain.csv", *sorted(NAMES)]
    assert sorted(column(signed_in, "created"))[:3] == CREATED[:3]
    assert CREATED[3] in column(signed_in, "created")


@pytest.mark.parametrize("view", [BY_DATE, BY_FOLDER])
def test_a_page_of_nothing_else_is_a_page(signed_in: AppTest, view: str, store: Callable[..., None]) -> None:
    at = datetime.now(UTC) - timedelta(minutes=10)
    store(item(at, FOLDER, list(zip(NAMES, DATES, strict=True))))
    open_view(signed_in, view, folder=FOLDER)
    assert column(signed_in, "filename") == sorted(NAMES)


@pytest.mark.usefixtures("odd")
@pytest.mark.parametrize("name", ["a\tb", "mar\ufffdo.csv"])
def test_a_picked_one_is_shown_in_full(signed_in: AppTest, name: str) -> None:
    open_view(signed_in, BY_DATE)
    ids = column(signed_in, "id")
    signed_in.query_params["pick"] = ids[column(signed_in, "filename").index(name)]
    signed_in.run()
    assert not signed_in.exception
    created = CREATED[NAMES.index(name)].replace("(?)", "")
    assert any(f"not known; created {created}" in text.value for text in signed_in.markdown)
    assert ("lost on the way" in shown(signed_in)) is ("\ufffd" in name)


@pytest.mark.usefixtures("odd")
def test_files_of_a_picked_record_are_all_there(signed_in: AppTest) -> None:
    open_view(signed_in, BY_DATE, show="records")
    signed_in.query_params["pick"] = column(signed_in, "id")[0]
    signed_in.run()
    assert not signed_in.exception
    files = read_table(signed_in, 1)
    assert len(files) == 5
    assert set(CREATED) < set(files["created"])
