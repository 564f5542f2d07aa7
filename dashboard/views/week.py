"""Week: this week against the last four, by folder and by owner."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd
import streamlit as st

from contract.moments import format_duration
from dashboard.backend import backend
from dashboard.charts import draw_heat_map
from dashboard.columns import Column
from dashboard.data.tables import THE_TABLE
from dashboard.figures import breaches
from dashboard.figures.breaches import NOBODY, OF_FOLDERS, OF_OWNERS, WEEKS_BEFORE
from dashboard.figures.incidents import list_utc_days
from dashboard.figures.series import Period
from dashboard.frame.choices import Parameter, show_in_widget
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce, wait_for
from dashboard.widgets.basics import draw_figures, draw_first_steps, draw_search
from dashboard.widgets.incidents import pick_owner
from dashboard.widgets.links import draw_folder_link, draw_path
from dashboard.widgets.table import PICK, draw_plain_table, draw_table, name_details

_WEEKS: Final = 13
"""So many weeks are offered; a link may name any of a year."""
_ON_PHONE: Final = (*OF_FOLDERS[:3], breaches.BREACHED, breaches.WITHIN)
_OLDEST: Final = timedelta(days=366)
"""So long ago is the oldest week of a link: each of its days costs a query."""


def _parse_day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if backend().clock().date() - day <= _OLDEST else None


_WEEK: Final = Parameter[date | None]("week", _parse_day)
"""A day of the week that is shown; without one it is the current week."""
_NO_BREACH: Final = {"incidents": 0, "breached": 0, "longest": 0}


def draw() -> None:
    """Draws the page."""
    page = start_page("Week", ranged=False)
    tables, monday = page.session.tables, _WEEK.value(None)
    parts = breaches.list_parts(page.now, page.zone, monday)
    # From the last midnight or Monday on, which are the same for all who look in one zone.
    days = list_utc_days(parts[-1].start, page.now)
    incidents, fleet = wait_for(
        THE_TABLE, lambda: (tables.list_incidents(days), tables.list_senders()), "breaches"
    )
    if fleet.empty:
        draw_first_steps()
        return
    parts, observed = breaches.select_observed(parts, incidents, fleet)
    choices = st.container(horizontal=True, vertical_alignment="bottom")
    with choices:
        _draw_weeks(page)
    # As of this minute, once for all who look in one zone.
    minute = page.now.replace(second=0, microsecond=0)
    known = tuple(sorted((one.incident_id, one.status, one.last_seen_at) for one in incidents))
    measured = backend().cache.compute(
        ("week", known, minute, page.zone.key, monday),
        lambda: breaches.measure_folders(incidents, parts, page.now),
    )
    if measured.empty:
        st.success(
            "No folder was in breach this week, or in the weeks before that were observed.",
            icon=":material/check_circle:",
        )
        return
    with choices:
        owners = sorted(measured["owner"].unique(), key=str.casefold)
        owner = pick_owner(owners if owners != [NOBODY] else [])
        mine = measured[measured["owner"].eq(owner)] if owner else measured
        everything = breaches.compare_weeks(mine, OF_FOLDERS, "folder", "owner")
        this_week = replace(page, period=parts[0])
        frame = draw_search(everything, "Search folders", ["folder"], "week", OF_FOLDERS, this_week, owner)
    _draw_figures(breaches.add_up(mine), parts, observed, page)
    shown = [one for one in incidents if not owner or (one.owner or NOBODY) == owner]
    hours = breaches.sum_by_hour(shown, parts[0], page.zone, page.now)
    st.header("When folders were in breach", anchor=False)
    draw_heat_map(breaches.map_week(hours), "Minutes in breach by weekday and hour")
    if len(owners) > 1 and not owner:
        st.header("By owner", anchor=False)
        draw_plain_table(
            breaches.compare_weeks(mine, OF_OWNERS, "owner"),
            "week_owners",
            _select_known(OF_OWNERS, parts),
            page.zone,
            label="Owners",
            on_phone=_ON_PHONE,
        )
    st.header("By folder, the longest in breach first", anchor=False)
    owned = frame["owner"].ne(NOBODY).any()
    picked = draw_table(
        frame,
        "week_folders",
        [one for one in _select_known(OF_FOLDERS, parts) if owned or one is not breaches.OWNER],
        page.zone,
        identity=["folder", "owner"],
        noun="folders",
        on_phone=_ON_PHONE,
    )
    if picked is not None:
        same = mine["folder"].eq(picked["folder"]) & mine["owner"].eq(picked["owner"])
        with st.container(border=True):
            st.header("Week by week", anchor=name_details(PICK))
            draw_path(picked["folder"])
            weeks = breaches.tabulate_parts(mine[same], parts)
            draw_plain_table(weeks, "week_parts", breaches.OF_PARTS, page.zone, label="Weeks")
            until = "the same day and time as now" if parts[0].end == page.now else "Sunday"
            st.caption(f"Each from Monday to {until}, in {page.zone.key}")
            draw_folder_link(picked["folder"])


def _draw_weeks(page: Page) -> None:
    """The choice of the week, by its Monday: the current one, and twelve before."""
    today = page.now.astimezone(page.zone).date()
    current = today - timedelta(days=today.weekday())
    chosen = _WEEK.value(None) or current
    chosen = min(chosen - timedelta(days=chosen.weekday()), current)
    mondays = sorted({chosen, *(current - timedelta(weeks=number) for number in range(_WEEKS))}, reverse=True)
    show_in_widget(_WEEK.key, chosen)
    st.selectbox(
        "Week",
        mondays,
        index=mondays.index(chosen),
        format_func=lambda one: "This week" if one == current else f"Week of {one}",
        key=_WEEK.key,
        on_change=_WEEK.write_from_widget,
        width=200,
        label_visibility="collapsed",
    )


def _draw_figures(
    weeks: pd.DataFrame, parts: Sequence[Period], observed: datetime | None, page: Page
) -> None:
    # An owner of a link may have had no breach.
    this = weeks[weeks["part"].eq(0)].sum(min_count=1).fillna(_NO_BREACH)
    within = _spell_share(this["within"])
    breached, longest = format_duration(this["breached"]), format_duration(this["longest"])
    share = "Share of this week in which the folders below were not in breach."
    draw_figures(
        ("Incidents", f"{this['incidents']:,.0f}", "In breach at some time this week."),
        ("In breach", breached, "All folders added up. Overlapping incidents of a folder count once."),
        ("Within SLA", within, share),
        ("Longest breach", longest, "The longest single incident, within this week."),
    )
    compared = _compare(weeks[weeks["part"].gt(0)], len(parts) - 1)
    if len(parts) <= WEEKS_BEFORE and observed:
        compared += f" No data before {page.spell(observed)}."
    st.caption(f"From {page.spell(parts[0].start)} to {page.spell(parts[0].end)}. {compared}".strip())
    announce(f"Week: {this['incidents']:,.0f} incidents, {within} within the SLA")


def _spell_share(percent: float) -> str:
    return "-" if pd.isna(percent) else f"{percent:.1f} %"


def _compare(before: pd.DataFrame, weeks: int) -> str:
    if not weeks:
        return ""
    which = "the week before" if weeks == 1 else f"the {weeks} weeks before, on average"
    mean = before.mean().fillna(_NO_BREACH)
    breached = format_duration(mean["breached"])
    return (
        f"By the same time of {which}: {mean['incidents']:,.1f} incidents, {breached} in breach, "
        f"{_spell_share(mean['within'])} within the SLA."
    )


def _select_known(columns: Sequence[Column], parts: Sequence[Period]) -> list[Column]:
    """Those that say something: of weeks of which nothing is known there are no figures."""
    return [one for one in columns if len(parts) > 1 or one not in breaches.BEFORE]


draw()
