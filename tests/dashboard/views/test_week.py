"""The page of the week, on what the Lambda writes."""

from datetime import UTC, datetime, timedelta
from unittest.mock import MagicMock, patch

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.backend import backend
from store.incidents import IncidentTable
from tests.dashboard.clocks import MovedClock, give_clock
from tests.dashboard.projected import Projected
from tests.dashboard.views.reading import column, figures, links, list_tables, open_view, pick, shown
from tests.dashboard.views.test_incidents import _scan, set_attributes
from tests.stands.playing import START, listing, stuck

A, B = "C:\\Jobs\\A", "C:\\Jobs\\B"
WEEK = 7 * 24


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """It is Tuesday noon in UTC, 28 hours after `START`."""
    clock = give_clock(monkeypatch)
    clock.ahead = START + timedelta(hours=28) - datetime.now(UTC)
    return clock


@pytest.fixture
def weeks(clock: MovedClock, projected: Projected) -> Projected:
    """A was in breach for 4 hours this week and a week ago; B goes on since yesterday at noon.

    Something was known of the week before these already.
    """
    c = stuck("C:\\Jobs\\C", "c", created=-2 * WEEK - 4)
    projected.tell(listing(-2 * WEEK, [], c, sender="old", run_id="a"))
    projected.tell(listing(-2 * WEEK + 1, ["C:\\Jobs\\C"], sender="old", run_id="b"))
    a, b = stuck(A, "a", created=-WEEK - 4, sla=60), stuck(A, "a", created=-4, sla=60)
    projected.tell(listing(-WEEK, [B], a, sender="one", run_id="1"), "ana/FILES01")
    projected.tell(listing(-WEEK + 1, [A, B], sender="one", run_id="2"), "ana/FILES01")
    projected.tell(listing(0, [B], b, sender="one", run_id="3"), "ana/FILES01")
    projected.tell(listing(1, [A, B], sender="one", run_id="4"), "ana/FILES01")
    projected.tell(listing(6, [A], stuck(B, "b", created=3, sla=60), sender="one", run_id="5"), "ana/FILES01")
    return projected


@pytest.mark.usefixtures("weeks")
def test_this_week_stands_against_the_same_part_of_the_weeks_before(signed_in: AppTest) -> None:
    open_view(signed_in, "week", zone="UTC")
    assert list(figures(signed_in).values()) == ["2", "1 d 4 h", "61.1 %", "1 d"]
    told = shown(signed_in)
    assert "From 2026-03-02 00:00 to 2026-03-03 12:0" in told
    assert "No data before 2026-02-16 08:00." in told
    assert "By the same time of the week before: 1.0 incidents, 4 h in breach, 94.4 % within the SLA." in told
    assert column(signed_in, "folder") == [B, A]
    assert column(signed_in, "incidents_before") == ["0.0", "1.0"]
    assert column(signed_in, "within") == ["33.3 %", "88.8 %"]
    # A folder is shown week by week.
    pick(signed_in, 1)
    assert column(signed_in, "breached", 1) == ["4 h", "4 h"]
    assert column(signed_in, "week", 1) == ["2026-03-02 00:00", "2026-02-23 00:00"]
    assert "Folder history" in links(signed_in)


@pytest.mark.usefixtures("weeks")
def test_owners_are_added_up_and_chosen_in_the_address(signed_in: AppTest) -> None:
    for item in _scan():
        if item["Folder"] == A:
            set_attributes(item["IncidentId"], Owner="orders")
    open_view(signed_in, "week", zone="UTC")
    owners, folders = list_tables(signed_in)
    assert list(owners["owner"]) == ["nobody", "orders"]
    assert list(owners["breached"]) == ["1 d", "4 h"]
    assert list(folders["owner"]) == ["nobody", "orders"]
    open_view(signed_in, "week", zone="UTC", owner="orders")
    [folders] = list_tables(signed_in)
    assert list(folders["folder"]) == [A]
    assert figures(signed_in)["In breach"] == "4 h"


@pytest.mark.usefixtures("weeks")
def test_an_earlier_week_can_be_picked_and_the_file_has_exact_shares(signed_in: AppTest) -> None:
    with patch("streamlit.download_button") as download:
        open_view(signed_in, "week", zone="UTC")
    lines = download.call_args.args[1]().decode("utf-8-sig").splitlines()
    assert lines[1] == f"{B},nobody,1,0.0,1440,,0,33.3,100.0,1440"
    assert download.call_args.args[2].startswith("file-sla_week_20260302-0000_20260303-12")
    open_view(signed_in, "week", zone="UTC", week="2026-02-25")
    assert figures(signed_in)["In breach"] == "4 h"
    assert "From 2026-02-23 00:00 to 2026-03-02 00:00." in shown(signed_in)
    assert column(signed_in, "folder") == [A]
    for nonsense in ("no day", "0001-01-01"):
        open_view(signed_in, "week", zone="UTC", week=nonsense)
        assert figures(signed_in)["In breach"] == "1 d 4 h"


@pytest.mark.usefixtures("clock")
def test_where_nothing_was_in_breach_the_page_says_so(signed_in: AppTest, projected: Projected) -> None:
    assert "No server has reported yet" in shown(open_view(signed_in, "week", zone="UTC"))
    projected.tell(listing(0, [A], sender="one"))
    backend().cache.forget()
    assert "No folder was in breach this week" in shown(open_view(signed_in, "week", zone="UTC"))


@pytest.mark.usefixtures("weeks")
def test_days_that_are_long_past_are_asked_for_once(signed_in: AppTest, clock: MovedClock) -> None:
    def list_days(query: MagicMock) -> list[str]:
        return sorted(str(day) for call in query.call_args_list for day in call.args[1])

    asked = IncidentTable.query_ended
    with patch.object(IncidentTable, "query_ended", autospec=True, side_effect=asked) as query:
        open_view(signed_in, "week", zone="UTC")
        assert len(list_days(query)) == 30
        query.reset_mock()
        backend().cache.forget()
        clock.ahead += timedelta(minutes=1)
        open_view(signed_in, "week", zone="UTC")
        assert list_days(query) == ["2026-03-01", "2026-03-02", "2026-03-03"]
