from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from streamlit.testing.v1 import AppTest

from tests.dashboard.fake_table import item

FOLDER = "C:\\Jobs\\Folder_A"


def a_while_ago(**delta: int) -> datetime:
    return datetime.now(UTC) - timedelta(**delta)


def test_a_stored_breach_is_found_by_date(signed_in: AppTest, store: Callable[..., None]) -> None:
    store(item(a_while_ago(minutes=30), FOLDER, [("a.csv", a_while_ago(days=2))]))
    view = signed_in.switch_page("views/by_date.py").run()
    assert not view.exception
    assert list(view.dataframe[0].value["folder"]) == [FOLDER]


def test_a_stored_breach_is_found_by_folder(signed_in: AppTest, store: Callable[..., None]) -> None:
    store(item(a_while_ago(minutes=30), FOLDER, [("a.csv", a_while_ago(days=2))]))
    signed_in.query_params["folder"] = FOLDER
    view = signed_in.switch_page("views/by_folder.py").run()
    assert not view.exception
    assert list(view.dataframe[0].value["folder"]) == [FOLDER]
