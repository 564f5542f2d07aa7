"""By date and by folder with stored records, driven as an analyst would."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from contract.text import show
from dashboard.data.loading import HourCache
from dashboard.data.tables import RecordTable
from dashboard.errors import SessionExpiredError, UnreachableError
from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_table import item
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.spans import span
from tests.dashboard.views.reading import (
    button,
    column,
    facts,
    figures,
    links,
    open_view,
    pick,
    read_table,
    shown,
)
from tests.stands.playing import listing, stuck

FOLDER = "C:\\Jobs\\Folder_A"
OTHER = "C:\\Jobs\\Folder_B"
OVERVIEW, BY_DATE, BY_FOLDER = "overview", "by_date", "by_folder"

Store = Callable[..., None]


def ago(**delta: float) -> datetime:
    return datetime.now(UTC) - timedelta(**delta)


@pytest.fixture
def breaches(store: Store) -> None:
    """One file open for days, one cleared, one of a script that fell silent."""
    old, young = ago(days=2), ago(hours=5)
    store(
        item(ago(minutes=50), FOLDER, [("stuck.csv", old), ("gone.csv", young)]),
        item(ago(minutes=10), FOLDER, [("stuck.csv", old)]),
        item(ago(hours=4), OTHER, [("silent.csv", ago(hours=9))], reporter="other"),
    )


@pytest.mark.usefixtures("breaches")
def test_by_date_shows_stuck_files_and_the_records_behind_them(signed_in: AppTest) -> None:
    with patch("streamlit.download_button") as download:
        open_view(signed_in, BY_DATE)
    words = ["… Last seen,stuck.csv", "… Last seen,silent.csv", "✓ Cleared,gone.csv"]
    files = zip(column(signed_in, "status"), column(signed_in, "filename"), strict=True)
    assert list(map(",".join, files)) == words
    in_file = download.call_args.args[1]().decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",C:")[0] for line in in_file] == words
    open_view(signed_in, BY_DATE, show="records")
    assert column(signed_in, "folder") == [FOLDER, FOLDER, OTHER]
    assert column(signed_in, "file_count") == ["1", "2", "1"]


def test_by_folder_says_whether_it_is_in_breach(
    signed_in: AppTest, store: Store, projected: Projected
) -> None:
    now = hours_ago(0)
    store(item(ago(minutes=6), FOLDER, [("a.csv", ago(hours=9))], sender="one"))
    projected.tell(listing(now - 0.1, [], stuck(FOLDER, "a.csv", created=now - 9), sender="one"), "ana/WEB")
    projected.sweep()
    open_view(signed_in, BY_FOLDER, folder=FOLDER)
    [error] = signed_in.error
    told = error.value.replace("\\", "")
    assert re.match(r"In breach now, since [-\d]{10} [:\d]{5} \(8 h 4\d min\): 1 file on ana/WEB", told)
    [incident] = projected.list_ids()
    assert links(signed_in)["Incident"] == f"incidents?incident={incident}"
    projected.tell(listing(now - 0.01, [FOLDER], sender="one"), "ana/WEB")
    with patch("dashboard.data.cache.KEPT_FOR", timedelta()):
        signed_in.run()
    assert not signed_in.error
    assert "Not in breach now. The last breach ended" in signed_in.success[0].value
    open_view(signed_in, BY_FOLDER, folder="D:\\nobody")
    assert not signed_in.success


@pytest.mark.usefixtures("breaches")
def test_the_address_is_the_view_and_what_makes_no_sense_in_it_is_ignored(signed_in: AppTest) -> None:
    everything = ["stuck.csv", "silent.csv", "gone.csv"]
    for parameters, files in (
        ({"status": "open,last-seen", "q": ""}, ["stuck.csv", "silent.csv"]),
        ({"status": "", "q": "folder_b"}, ["silent.csv"]),
        ({"q": "", "range": "1h"}, ["stuck.csv", "gone.csv"]),
        ({"range": "10y", "zone": "Mars/Phobos", "status": "<script>", "pick": "' OR 1"}, everything),
        ({"range": "", "zone": "../../etc/passwd", "show": "secrets", "folder": "x" * 1025}, everything),
    ):
        open_view(signed_in, BY_DATE, **parameters)
        assert column(signed_in, "filename") == files
    assert "Times in Europe/Berlin" in shown(signed_in)
    open_view(signed_in, BY_FOLDER)
    assert "1. Create an account for the server" in shown(signed_in)


@pytest.mark.usefixtures("breaches")
def test_a_choice_is_put_into_the_address_and_goes_along_to_other_views(signed_in: AppTest) -> None:
    open_view(signed_in, BY_DATE)
    signed_in.radio[0].set_value("7d").run()
    button(signed_in, "UTC")
    assert signed_in.query_params["range"] == "7d"
    assert signed_in.query_params["zone"] == "UTC"
    assert links(signed_in)["By folder"] == "by-folder?zone=UTC&range=7d"
    open_view(signed_in, OVERVIEW)
    assert links(signed_in)["By folder"] == "by-folder?zone=UTC&range=7d"
    open_view(signed_in, BY_FOLDER)
    assert "Times in UTC (UTC+00:00)" in shown(signed_in)
    button(signed_in, "Local")
    assert "Times in Europe/Berlin" in shown(signed_in)


def test_refreshing_stays_switched_off_on_other_pages_and_after_a_reload(signed_in: AppTest) -> None:
    open_view(signed_in, OVERVIEW)
    signed_in.toggle[0].set_value(False).run()
    assert signed_in.query_params["refresh"] == "off"
    assert links(signed_in)["Senders"] == "senders?refresh=off"
    open_view(signed_in, BY_DATE)
    assert not signed_in.toggle[0].value
    signed_in.toggle[0].set_value(True).run()
    assert "refresh" not in signed_in.query_params


@pytest.mark.usefixtures("breaches")
def test_a_picked_file_stays_picked(
    signed_in: AppTest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_view(signed_in, BY_DATE)
    pick(signed_in, column(signed_in, "filename").index("silent.csv"))
    assert f"{OTHER}\\silent.csv" in [code.value for code in signed_in.code]
    assert re.search(r"Waited: \*\*(4 h 59 min|5 h)\*\*", facts(signed_in))
    store(item(ago(minutes=1), "C:\\New", [("new.csv", ago(days=9))]))
    monkeypatch.setattr("dashboard.data.cache.KEPT_FOR", timedelta())
    signed_in.run()
    assert column(signed_in, "filename")[0] == "new.csv"
    assert f"{OTHER}\\silent.csv" in [code.value for code in signed_in.code]


def test_a_failing_table_can_be_tried_again(signed_in: AppTest) -> None:
    with patch.object(RecordTable, "query_hour", side_effect=UnreachableError("The table")):
        open_view(signed_in, BY_DATE, range="7d")
    assert "cannot be reached" in shown(signed_in)
    # What was loading when the table failed is loading no more.
    assert not signed_in.get("progress")
    button(signed_in, "Try again")
    assert "1. Create an account for the server" in shown(signed_in)
    assert "names this folder" in shown(open_view(signed_in, BY_FOLDER, folder="C:\\None"))


@pytest.mark.usefixtures("breaches")
def test_no_page_waits_for_aws_itself(signed_in: AppTest) -> None:
    """It would be deaf meanwhile, and mute."""
    contexts: list[object] = []
    call: Any = vars(BaseClient)["_make_api_call"]

    def note(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        contexts.append(get_script_run_ctx(suppress_warning=True))
        return call(client, operation, request)

    open_view(signed_in, BY_DATE, show="records", folder=FOLDER)
    signed_in.query_params["pick"] = column(signed_in, "id")[0]
    # As if nothing were remembered, so that everything has to be asked for.
    with (
        patch.object(BaseClient, "_make_api_call", note),
        patch.object(HourCache, "find", return_value=None),
        patch("dashboard.data.cache.KEPT_FOR", timedelta()),
    ):
        for view in (BY_DATE, OVERVIEW, BY_FOLDER, "senders", "service_health"):
            asked = len(contexts)
            open_view(signed_in, view)
            assert len(contexts) > asked
    assert contexts == [None] * len(contexts)


@pytest.mark.usefixtures("breaches")
def test_a_session_that_ends_comes_back_here(signed_in: AppTest) -> None:
    with patch.object(RecordTable, "query_hour", side_effect=SessionExpiredError):
        open_view(signed_in, BY_DATE, q="silent")
    assert "Your session has ended" in shown(signed_in)
    sign_in(signed_in)
    assert column(signed_in, "filename") == ["silent.csv"]


SPACE = " "
DATES = [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 1601, 1960, 9999)]
NAMES = ["\n", "a\tb", "mar\ufffdo.csv", " "]
CREATED = [f"{date.year:04}-01-01 00:00 UTC (?)" for date in DATES]


@pytest.fixture
def odd(store: Store) -> None:
    now = datetime.now(UTC)
    plausible = ("plain.csv", now - timedelta(hours=3))
    store(
        item(now - timedelta(minutes=50), SPACE, [plausible, *zip(NAMES, DATES, strict=True)]),
        item(now - timedelta(minutes=10), SPACE, [plausible, *zip(NAMES, DATES, strict=True)]),
    )


@pytest.mark.usefixtures("odd")
def test_odd_dates_and_names_are_on_every_page_and_in_full_where_picked(signed_in: AppTest) -> None:
    for view, zone in ((BY_FOLDER, "Etc/GMT+12"), (BY_DATE, "Pacific/Kiritimati")):
        open_view(signed_in, view, zone=zone, folder=SPACE)
        assert column(signed_in, "filename") == ["plain.csv", *map(show, sorted(NAMES))]
        assert set(CREATED) < set(column(signed_in, "created"))
    for name in ("a\tb", "mar\ufffdo.csv"):
        pick(signed_in, column(signed_in, "filename").index(show(name)))
        assert f"unknown; created {CREATED[NAMES.index(name)]}" in facts(signed_in)
        assert ("lost in transmission" in shown(signed_in)) is ("\ufffd" in name)
    open_view(signed_in, BY_DATE, show="records")
    pick(signed_in)
    assert "Files in this report" in shown(signed_in)
    files = read_table(signed_in, 1)
    assert len(files) == 5
    assert set(CREATED) < set(files["created"])


SHARED_PATH = "C:\\Jobs\\In"
SPELT = "c:/jobs/IN/"
LONG_AGO = ago(hours=9)


@pytest.fixture
def servers(store: Store, projected: Projected) -> None:
    """Two that share an account and a path, of which one spells it in its own way, and another."""
    now = hours_ago(0)
    told = ((0.8, SHARED_PATH, "sub/app"), (0.6, SPELT, "sub/web"), (0.5, "D:\\Other", "sub2"))
    for hours, path, sender in told:
        projected.tell(listing(now - hours, [], stuck(path, "a", created=now - 9), sender=sender))
    store(
        item(ago(minutes=50), SHARED_PATH, [("a.csv", LONG_AGO)], sender="sub/app", run="1"),
        item(ago(minutes=40), SPELT, [("b.csv", LONG_AGO)], sender="sub/web", run="2"),
        item(ago(minutes=30), "D:\\Other", [("c.csv", LONG_AGO)], sender="sub2", run="3", reporter="other"),
    )


def files(app: AppTest) -> dict[str, str]:
    return dict(zip(column(app, "filename"), column(app, "sender_name"), strict=True))


@pytest.mark.usefixtures("servers")
def test_pages_are_narrowed_down_to_a_sender(signed_in: AppTest) -> None:
    open_view(signed_in, BY_DATE)
    assert files(signed_in) == {"a.csv": "reporter/app", "b.csv": "reporter/web", "c.csv": "other"}
    open_view(signed_in, BY_DATE, show="records", sender="other")
    assert column(signed_in, "folder") == ["D:\\Other"]
    for view, sender in ((BY_DATE, "reporter/web"), (BY_FOLDER, "sub/web")):
        open_view(signed_in, view, sender="nobody", show="files", folder=SHARED_PATH)
        assert "did not report" in shown(signed_in)
        open_view(signed_in, view, sender=sender)
        assert files(signed_in) == {"b.csv": "reporter/web"}
        picker = next(box for box in signed_in.selectbox if box.label == "Sender")
        assert picker.value == "reporter/web"
        assert signed_in.query_params["sender"] == sender
        picker.select("reporter/app").run()
        assert files(signed_in) == {"a.csv": "reporter/app"}
    long_ago = datetime.now(UTC).date() - timedelta(days=40)
    open_view(signed_in, BY_DATE, range="custom", days=f"{long_ago}..{long_ago}")
    assert "Nothing was reported in this range" in shown(signed_in)


@pytest.mark.usefixtures("servers")
def test_by_folder_offers_a_folder_once_and_finds_it_under_every_spelling(signed_in: AppTest) -> None:
    open_view(signed_in, BY_FOLDER)
    picker = next(box for box in signed_in.selectbox if box.label == "Folder")
    assert picker.options == ["D:\\Other", SPELT]
    # Nothing that nobody reported can be added.
    assert not picker.proto.accept_new_options
    picker.select("D:\\Other").run()
    assert column(signed_in, "filename") == ["c.csv"]
    assert signed_in.query_params["folder"] == "D:\\Other"
    for link in (SHARED_PATH, SPELT, "C:\\JOBS\\in"):
        open_view(signed_in, BY_FOLDER, folder=link)
        assert set(files(signed_in)) == {"a.csv", "b.csv"}
        assert figures(signed_in)["Stuck files"] == "2"
        assert figures(signed_in)["SLA"] == "20 min"
        assert signed_in.query_params["folder"] == link


@pytest.mark.parametrize(("view", "days"), [(BY_DATE, 1), (BY_FOLDER, 0)])
def test_what_is_open_now_is_so_whenever_the_range_ends(
    signed_in: AppTest, view: str, days: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = datetime.now(UTC).date() - timedelta(days=days)
    seen = datetime.combine(day, datetime.min.time(), UTC) + timedelta(seconds=1)
    spans = frozenset([span(seen, sender="sub/web", folder=SHARED_PATH)])
    # The pages are run anew, and import it then.
    monkeypatch.setattr("dashboard.widgets.loading.list_breach_spans", lambda _: spans)
    # At any time of day it was created before it was seen.
    store(item(seen, SHARED_PATH, [("b.csv", seen - timedelta(hours=9))], sender="sub/web"))
    open_view(signed_in, view, folder=SHARED_PATH, range="custom", days=f"{day}..{day}", zone="UTC")
    assert column(signed_in, "status") == ["▲ Open"]
    assert column(signed_in, "overdue_now")[0] != "-"
