"""Links of before senders were known open the same range, zone, folder, record and file.

Copied from pages that told nothing of senders; links stay in chats and tickets.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.fake_table import item
from tests.dashboard.views.reading import column, read_table, shown
from tests.dashboard.views.test_views import BY_DATE, BY_FOLDER, FOLDER, open_view

AT: Final = datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
CREATED: Final = datetime(2026, 11, 20, 8, tzinfo=UTC)
RANGE: Final = {"range": "custom", "days": "2026-11-19..2026-11-21", "zone": "Asia/Kolkata", "q": ""}
FILE_LINK: Final = {**RANGE, "pick": "ca5470267529", "status": "open,unknown"}
RECORD_LINK: Final = {**RANGE, "pick": "460afebd8a37", "show": "records"}


@pytest.fixture(params=[None, "sub", "sub/web"])
def stuck(request: pytest.FixtureRequest, store: Callable[..., None]) -> None:
    """The same record, as it is stored before and since senders are known."""
    files = [("stuck.csv", CREATED), ("other.csv", CREATED)]
    store(item(AT, FOLDER, files, sender=request.param))


@pytest.mark.usefixtures("stuck")
@pytest.mark.parametrize(
    ("view", "link"),
    [(BY_DATE, {**FILE_LINK, "show": "files"}), (BY_FOLDER, {**FILE_LINK, "folder": FOLDER})],
)
def test_a_link_to_a_file_opens_it(signed_in: AppTest, view: str, link: dict[str, str]) -> None:
    open_view(signed_in, view, **link)
    assert sorted(column(signed_in, "filename")) == ["other.csv", "stuck.csv"]
    assert f"{FOLDER}\\stuck.csv" in [code.value for code in signed_in.code]
    assert any("2026-11-20 15:45:00" in text.value for text in signed_in.markdown)
    assert "Times in Asia/Kolkata" in shown(signed_in)


@pytest.mark.usefixtures("stuck")
def test_a_link_to_a_record_opens_it(signed_in: AppTest) -> None:
    open_view(signed_in, BY_DATE, **RECORD_LINK)
    assert "Files in this report" in shown(signed_in)
    assert sorted(read_table(signed_in, 1)["filename"]) == ["other.csv", "stuck.csv"]


def test_a_file_that_two_senders_have_is_picked_of_each(
    signed_in: AppTest, store: Callable[..., None]
) -> None:
    """The row that was picked is in the link, not merely the file."""
    store(*(item(AT, FOLDER, [("stuck.csv", CREATED)], sender=f"sub/{name}") for name in ("app", "web")))
    picks = set()
    for sender in ("reporter/app", "reporter/web"):
        open_view(signed_in, BY_DATE, **{**RANGE, "sender": sender})
        (pick,) = column(signed_in, "id")
        picks.add(pick)
        signed_in.query_params.pop("sender")
        open_view(signed_in, BY_DATE, pick=pick)
        assert any(f"Sender: **{sender}**" in text.value for text in signed_in.markdown)
    assert len(picks) == 2
