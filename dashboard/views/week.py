"""Week: this week against the last four, by folder and by owner."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pandas as pd
import streamlit as st

from contract.moments import format_duration
from dashboard import columns
from dashboard.backend import backend
from dashboard.columns import Column
from dashboard.data.tables import THE_TABLE, Breach
from dashboard.figures.incidents import list_utc_days
from dashboard.figures.series import Period
from dashboard.figures.text import filter_by_text
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce, wait_for
from dashboard.views import week_figures
from dashboard.views.week_figures import (
    NOBODY,
    Figures,
    WeekFolder,
    add_up,
    average,
    list_parts,
    measure_folders,
    select_known,
    tabulate_folders,
    tabulate_owners,
    tabulate_parts,
)
from dashboard.widgets.basics import draw_download, draw_figures, pick_text
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


def draw() -> None:
    """Draws the page."""
    page = start_page("Week", ranged=False)
    parts = list_parts(page.now, page.zone)
    days = list_utc_days(parts[-1].start, page.now)
    breaches = wait_for(THE_TABLE, lambda: page.session.tables.list_breaches(days), "breaches")
    parts = select_known(parts, breaches)
    folders = _measure(breaches, parts, page)
    if not folders:
        st.success(
            "No folder was in breach this week, or in the four weeks before.", icon=":material/check_circle:"
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        owners = sorted({one.owner or NOBODY for one in folders}, key=str.casefold)
        owner = pick_owner(owners if owners != [NOBODY] else [])
        text = pick_text("Search folders")
        shown = [one for one in folders if owner in ("", one.owner or NOBODY)]
        frame = filter_by_text(tabulate_folders(shown), text, [columns.FOLDER.name])
        draw_download(
            lambda: frame,
            len(frame),
            "week",
            week_figures.OF_FOLDERS,
            replace(page, period=parts[0]),
            owner,
            text,
        )
    _draw_figures(add_up(shown, len(parts)), parts, page)
    if len(owners) > 1 and not owner:
        st.header("By owner", anchor=False)
        draw_plain_table(
            tabulate_owners(shown, len(parts)),
            "week_owners",
            _list_columns(week_figures.OF_OWNERS, parts),
            page.zone,
            label="Owners",
            on_phone=_ON_PHONE,
        )
    st.header("By folder, the longest in breach first", anchor=False)
    _draw_folders(frame, shown, parts, page)


def _measure(breaches: Sequence[Breach], parts: Sequence[Period], page: Page) -> list[WeekFolder]:
    """As of this minute, once for all who look in one zone."""
    minute = page.now.replace(second=0, microsecond=0)
    return backend().cache.compute(
        ("week", tuple(breaches), minute, page.zone.key), lambda: measure_folders(breaches, parts, page.now)
    )


def _draw_figures(figures: Sequence[Figures], parts: Sequence[Period], page: Page) -> None:
    this = figures[0]
    draw_figures(
        {
            "Incidents": f"{this.incidents:,}",
            "In breach": format_duration(this.breached),
            "Within SLA": _spell_share(this.within),
            "Longest breach": format_duration(this.longest),
        },
        _EXPLANATIONS,
    )
    since = f"Since {parts[0].start.astimezone(page.zone):%A, %Y-%m-%d}. {_compare(figures)}"
    st.caption(since)
    announce(f"Week: {this.incidents:,} incidents, {_spell_share(this.within)} within the SLA")


def _spell_share(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:.1f} %"


def _compare(figures: Sequence[Figures]) -> str:
    weeks = len(figures) - 1
    if not weeks:
        return "No data about earlier weeks."
    which = "the week before" if weeks == 1 else f"the {weeks} weeks before, on average"
    incidents = average(figures, lambda one: one.incidents)
    breached = average(figures, lambda one: one.breached.total_seconds() / 60)
    return (
        f"By the same time of {which}: {incidents or 0:,.1f} incidents, {format_duration(breached)} "
        f"in breach, {_spell_share(average(figures, lambda one: one.within))} within the SLA."
    )


def _list_columns(columns: Sequence[Column], parts: Sequence[Period]) -> list[Column]:
    """Those that say something: of weeks of which nothing is known there are no figures."""
    return [one for one in columns if len(parts) > 1 or one not in week_figures.BEFORE]


def _draw_folders(
    frame: pd.DataFrame, folders: Sequence[WeekFolder], parts: Sequence[Period], page: Page
) -> None:
    owned = frame[week_figures.OWNER.name].ne(NOBODY).any()
    shown = [
        one for one in _list_columns(week_figures.OF_FOLDERS, parts) if owned or one is not week_figures.OWNER
    ]
    picked = draw_table(
        frame,
        "week_folders",
        shown,
        page.zone,
        identity=[columns.FOLDER.name, week_figures.OWNER.name],
        noun="folders",
        on_phone=_ON_PHONE,
    )
    if picked is not None:
        wanted = picked[columns.FOLDER.name], picked[week_figures.OWNER.name]
        draw_week_of_folder(
            next(one for one in folders if (one.name, one.owner or NOBODY) == wanted), parts, page
        )


def draw_week_of_folder(folder: WeekFolder, parts: Sequence[Period], page: Page) -> None:
    """Draws its figures of each week by the same time, and the way to its history."""
    with st.container(border=True):
        st.header("Week by week", anchor=name_details(PICK))
        draw_path(folder.name)
        frame = tabulate_parts(folder.figures, parts)
        draw_plain_table(frame, "week_parts", week_figures.OF_PARTS, page.zone, label="Weeks")
        st.caption(f"Each from Monday to the same day and time as now, in {page.zone.key}")
        draw_folder_link(folder.name)


draw()
