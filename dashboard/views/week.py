"""Week: this week against the last four, by folder and by owner."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from contract.moments import format_duration
from dashboard.backend import backend
from dashboard.columns import Column
from dashboard.data.tables import THE_TABLE
from dashboard.figures.incidents import list_utc_days
from dashboard.figures.series import Period
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce, wait_for
from dashboard.views import week_figures
from dashboard.views.week_figures import NOBODY, OF_FOLDERS, OF_OWNERS
from dashboard.widgets.basics import draw_figures, draw_search
from dashboard.widgets.incidents import pick_owner
from dashboard.widgets.links import draw_folder_link, draw_path
from dashboard.widgets.table import PICK, draw_plain_table, draw_table, name_details

_ON_PHONE: Final = (
    week_figures.FOLDER,
    week_figures.OWNER,
    week_figures.INCIDENTS,
    week_figures.BREACHED,
    week_figures.WITHIN,
)
_EXPLANATIONS: Final = {
    "Incidents": "In breach at some time this week.",
    "In breach": "All folders added up. Overlapping incidents of a folder count once.",
    "Within SLA": "Share of this week in which the folders below were not in breach.",
    "Longest breach": "The longest single incident, within this week.",
}


_NO_BREACH: Final = {"incidents": 0, "breached": 0, "longest": 0}


def draw() -> None:
    """Draws the page."""
    page = start_page("Week", ranged=False)
    parts = week_figures.list_parts(page.now, page.zone)
    days = list_utc_days(parts[-1].start, page.now)
    breaches = wait_for(THE_TABLE, lambda: page.session.tables.list_breaches(days), "breaches")
    parts = week_figures.select_known(parts, breaches)
    # As of this minute, once for all who look in one zone.
    minute = page.now.replace(second=0, microsecond=0)
    measured = backend().cache.compute(
        ("week", tuple(breaches), minute, page.zone.key),
        lambda: week_figures.measure_folders(breaches, parts, page.now),
    )
    if measured.empty:
        st.success(
            "No folder was in breach this week, or in the four weeks before.", icon=":material/check_circle:"
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        owners = sorted(measured["owner"].unique(), key=str.casefold)
        owner = pick_owner(owners if owners != [NOBODY] else [])
        mine = measured[measured["owner"].eq(owner)] if owner else measured
        everything = week_figures.compare_weeks(mine, OF_FOLDERS, "folder", "owner")
        this_week = replace(page, period=parts[0])
        frame, _ = draw_search(everything, "Search folders", ["folder"], "week", OF_FOLDERS, this_week, owner)
    _draw_figures(week_figures.add_up(mine), parts, page)
    if len(owners) > 1 and not owner:
        st.header("By owner", anchor=False)
        draw_plain_table(
            week_figures.compare_weeks(mine, OF_OWNERS, "owner"),
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
        [one for one in _select_known(OF_FOLDERS, parts) if owned or one is not week_figures.OWNER],
        page.zone,
        identity=["folder", "owner"],
        noun="folders",
        on_phone=_ON_PHONE,
    )
    if picked is not None:
        same = mine["folder"].eq(picked["folder"]) & mine["owner"].eq(picked["owner"])
        draw_week_of_folder(mine[same], parts, page)


def _draw_figures(weeks: pd.DataFrame, parts: Sequence[Period], page: Page) -> None:
    # An owner of a link may have had no breach.
    this = weeks[weeks["part"].eq(0)].sum(min_count=1).fillna(_NO_BREACH)
    within = _spell_share(this["within"])
    draw_figures(
        {
            "Incidents": f"{this['incidents']:,.0f}",
            "In breach": format_duration(this["breached"]),
            "Within SLA": within,
            "Longest breach": format_duration(this["longest"]),
        },
        _EXPLANATIONS,
    )
    since = f"Since {parts[0].start.astimezone(page.zone):%A, %Y-%m-%d}."
    st.caption(f"{since} {_compare(weeks[weeks['part'].gt(0)], len(parts) - 1)}")
    announce(f"Week: {this['incidents']:,.0f} incidents, {within} within the SLA")


def _spell_share(percent: float) -> str:
    return "-" if pd.isna(percent) else f"{percent:.1f} %"


def _compare(before: pd.DataFrame, weeks: int) -> str:
    if not weeks:
        return "No data about earlier weeks."
    which = "the week before" if weeks == 1 else f"the {weeks} weeks before, on average"
    mean = before.mean().fillna(_NO_BREACH)
    breached = format_duration(mean["breached"])
    return (
        f"By the same time of {which}: {mean['incidents']:,.1f} incidents, {breached} in breach, "
        f"{_spell_share(mean['within'])} within the SLA."
    )


def _select_known(columns: Sequence[Column], parts: Sequence[Period]) -> list[Column]:
    """Those that say something: of weeks of which nothing is known there are no figures."""
    return [one for one in columns if len(parts) > 1 or one not in week_figures.BEFORE]


def draw_week_of_folder(measured: pd.DataFrame, parts: Sequence[Period], page: Page) -> None:
    """Draws a folder's figures of each week by the same time, and the way to its history."""
    folder = measured["folder"].iloc[0]
    with st.container(border=True):
        st.header("Week by week", anchor=name_details(PICK))
        draw_path(folder)
        frame = week_figures.tabulate_parts(measured, parts)
        draw_plain_table(frame, "week_parts", week_figures.OF_PARTS, page.zone, label="Weeks")
        st.caption(f"Each from Monday to the same day and time as now, in {page.zone.key}")
        draw_folder_link(folder)


draw()
