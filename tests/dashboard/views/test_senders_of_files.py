"""Two servers with one path, and one folder with two spellings, by date and by folder."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from contract.folders import folder_key
from dashboard.figures.stuck_files import Spans
from tests.dashboard.fake_table import item
from tests.dashboard.spans import span
from tests.dashboard.views.reading import button, column, figures, shown
from tests.dashboard.views.test_views import BY_DATE, BY_FOLDER, ago, open_view

FOLDER = "C:\\Jobs\\In"
SPELT = "c:/jobs/IN/"
CREATED = ago(hours=9)


@pytest.fixture
def servers(store: Callable[..., None]) -> None:
    """Two that share an account and a path, of which one spells it in its own way; before, nobody told."""
    store(
        item(ago(minutes=90), FOLDER, [("old.csv", CREATED)]),
        item(ago(minutes=50), FOLDER, [("a.csv", CREATED)], sender="sub/app", run="1"),
        item(ago(minutes=40), SPELT, [("b.csv", CREATED)], sender="sub/web", run="2"),
        item(ago(minutes=30), "D:\\Other", [("c.csv", CREATED)], sender="sub2", run="3", reporter="other"),
    )


@pytest.fixture
def incidents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the pages are told of."""
    spans: Spans = {("sub/web", folder_key(FOLDER)): [span(ago(hours=5))]}
    _tell(monkeypatch, spans)


def _tell(monkeypatch: pytest.MonkeyPatch, spans: Spans) -> None:
    # The pages are run anew, and import it then.
    monkeypatch.setattr("dashboard.widgets.loading.load_breach_spans", lambda _: spans)


def files(app: AppTest) -> dict[str, str]:
    return dict(zip(column(app, "filename"), column(app, "sender_name"), strict=True))


@pytest.mark.usefixtures("servers")
def test_by_date_shows_the_sender_of_each_file(signed_in: AppTest) -> None:
    open_view(signed_in, BY_DATE)
    assert files(signed_in) == {
        "a.csv": "reporter/app",
        "b.csv": "reporter/web",
        "c.csv": "other",
        "old.csv": "reporter",
    }
    assert set(column(signed_in, "status")) == {"… Last seen"}
    assert "Senders are known since" in shown(signed_in)


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("view", [BY_DATE, BY_FOLDER])
@pytest.mark.parametrize("sender", ["reporter/web", "sub/web"])
def test_a_link_narrows_a_page_down_to_a_sender(signed_in: AppTest, view: str, sender: str) -> None:
    open_view(signed_in, view, sender=sender, folder=FOLDER)
    assert files(signed_in) == {"b.csv": "reporter/web"}
    picker = next(box for box in signed_in.selectbox if box.label == "Sender")
    assert picker.value == "reporter/web"
    assert signed_in.query_params["sender"] == sender
    picker.select("reporter/app").run()
    assert files(signed_in) == {"a.csv": "reporter/app"}
    assert signed_in.query_params["sender"] == "reporter/app"


@pytest.mark.usefixtures("servers")
def test_records_are_narrowed_down_too(signed_in: AppTest) -> None:
    open_view(signed_in, BY_DATE, show="records", sender="other")
    assert column(signed_in, "folder") == ["D:\\Other"]
    assert column(signed_in, "sender_name") == ["other"]


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("view", [BY_DATE, BY_FOLDER])
def test_a_sender_that_did_not_report_is_no_error(signed_in: AppTest, view: str) -> None:
    open_view(signed_in, view, sender="nobody", folder=FOLDER)
    assert "did not report" in shown(signed_in)


@pytest.mark.usefixtures("servers")
def test_by_folder_offers_a_folder_once_and_finds_it_under_every_spelling(signed_in: AppTest) -> None:
    open_view(signed_in, BY_FOLDER)
    picker = next(box for box in signed_in.selectbox if box.label == "Folder")
    assert picker.options == ["D:\\Other", SPELT]
    for link in (FOLDER, SPELT, "C:\\JOBS\\in"):
        open_view(signed_in, BY_FOLDER, folder=link)
        assert set(files(signed_in)) == {"a.csv", "b.csv", "old.csv"}
        assert figures(signed_in)["Stuck files"] == "3"
        assert signed_in.query_params["folder"] == link


@pytest.mark.usefixtures("servers", "incidents")
@pytest.mark.parametrize("view", [BY_DATE, BY_FOLDER])
def test_what_is_in_an_open_incident_is_open(signed_in: AppTest, view: str) -> None:
    open_view(signed_in, view, folder=FOLDER, q="b.csv")
    assert column(signed_in, "status") == ["▲ Open"]


@pytest.mark.parametrize("view", [BY_DATE, BY_FOLDER])
@pytest.mark.parametrize("days", [0, 1])
def test_what_is_open_now_is_so_whenever_the_range_ends(
    signed_in: AppTest, view: str, days: int, store: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime.now(UTC).date() - timedelta(days=days)
    seen = datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=1)
    spans: Spans = {("sub/web", folder_key(FOLDER)): [span(seen)]}
    _tell(monkeypatch, spans)
    # At any time of day it was created before it was seen.
    store(item(seen, FOLDER, [("b.csv", seen - timedelta(hours=9))], sender="sub/web"))
    open_view(signed_in, view, folder=FOLDER, range="custom", days=f"{day}..{day}", zone="UTC")
    assert column(signed_in, "status") == ["▲ Open"]
    assert " h" in column(signed_in, "overdue_now")[0]
    assert "Senders are known" not in shown(signed_in)


@pytest.mark.parametrize("status", ["open", "incident-unknown", "last-seen", "cleared"])
def test_each_status_has_a_word_of_its_own_in_the_address(
    signed_in: AppTest, status: str, store: Callable[..., None]
) -> None:
    store(item(ago(minutes=5), FOLDER, [("a.csv", CREATED)]))
    open_view(signed_in, BY_DATE, status=status)
    assert column(signed_in, "filename") == (["a.csv"] if status == "last-seen" else [])


@pytest.mark.usefixtures("servers")
def test_another_zone_tells_in_its_own_time_since_when_senders_are_known(signed_in: AppTest) -> None:
    open_view(signed_in, BY_DATE)
    button(signed_in, "UTC")
    assert f"Senders are known since {ago(minutes=50):%Y-%m-%d %H}" in shown(signed_in)
