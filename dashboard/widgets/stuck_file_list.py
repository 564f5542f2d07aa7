"""Stuck files, narrowed down, in a table."""

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import columns
from dashboard.columns import Column
from dashboard.data.computed import hold_weakly
from dashboard.frame.address import Parameter, show_in_widget
from dashboard.frame.page import Page
from dashboard.services.filters import filter_by_sender, filter_by_status, filter_by_text
from dashboard.services.stuck_files import FILE, Status
from dashboard.widgets.download import draw_download
from dashboard.widgets.search import pick_text
from dashboard.widgets.stuck_file_card import draw_stuck_file
from dashboard.widgets.table import draw_table

# Never by colour alone: each status has a sign of its own.
_LABELS: Final = {
    Status.OPEN: "▲ Open",
    Status.UNKNOWN: "? Unknown",
    Status.LAST_SEEN: "… Last seen",
    Status.CLEARED: "✓ Cleared",
}
SHOWN: Final = (
    columns.STATUS,
    columns.FILENAME,
    columns.FOLDER,
    columns.OVERDUE_NOW,
    columns.SENDER_NAME,
    columns.OVERDUE_WORST,
    columns.FIRST_SEEN,
    columns.LAST_SEEN,
    columns.REPORTS,
    columns.SLA,
    columns.CREATED,
)
"""What the table shows where a view does not say otherwise."""
_DOWNLOADED: Final = (columns.STATUS, columns.BASIS, *SHOWN[1:], columns.CLEARED_AT)


_UNKNOWN_OR_LAST_SEEN: Final = "unknown"
"""What older links call both."""
_IN_ADDRESS: Final = {
    Status.OPEN: "open",
    Status.UNKNOWN: "incident-unknown",
    Status.LAST_SEEN: "last-seen",
    Status.CLEARED: "cleared",
}


def _parse_statuses(text: str) -> list[Status] | None:
    given = text.split(",")
    if _UNKNOWN_OR_LAST_SEEN in given:
        given += [_IN_ADDRESS[Status.UNKNOWN], _IN_ADDRESS[Status.LAST_SEEN]]
    return [status for status in Status if _IN_ADDRESS[status] in given] or None


def _spell_statuses(statuses: Sequence[Status]) -> str:
    return ",".join(_IN_ADDRESS[status] for status in statuses)


STATUS: Final = Parameter("status", _parse_statuses, _spell_statuses)
# Not when it was first seen: that changes as the range moves on.
_IDENTITY: Final = [
    columns.SENDER.name,
    columns.FOLDER_KEY.name,
    columns.FILENAME.name,
    columns.CREATED.name,
    columns.LATER.name,
]
_FORMER: Final = (
    [columns.SENDER_NAME.name, *_IDENTITY[1:]],
    [*FILE, columns.LATER.name],
)
"""Before users of one name were told apart, and before senders were."""


def draw_stuck_files(
    stuck: pd.DataFrame,
    page: Page,
    make_again: Callable[[], pd.DataFrame],
    *,
    sender: str = "",
    shown: Sequence[Column] = SHOWN,
    statuses: Sequence[Status] = tuple(Status),
) -> None:
    """Draws the filters, a table of the columns `shown`, its download, and the picked file in full.

    Args:
        stuck: the stuck files, of all senders.
        page: that they are on.
        make_again: gives the same files once more, when they are downloaded and nobody has them any more.
        sender: of which they are shown, by name or key; "" for all.
        shown: the columns of the table.
        statuses: those to pick from.
    """

    def narrow(files: pd.DataFrame) -> pd.DataFrame:
        return filter_by_text(filter_by_status(files, wanted), text, ["filename", "folder"])

    all_again = hold_weakly(stuck, make_again)
    mine = filter_by_sender(stuck, sender)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _pick_statuses(mine, statuses)
        text = pick_text("Search files and folders")
        filtered = narrow(mine)
        details = [] if len(wanted) == len(statuses) else wanted
        downloaded = [
            column for column in _DOWNLOADED if column in (*shown, columns.BASIS, columns.CLEARED_AT)
        ]
        draw_download(
            lambda: narrow(filter_by_sender(all_again(), sender)),
            len(filtered),
            "stuck-files",
            downloaded,
            page,
            *details,
            text,
        )
    picked = draw_table(
        filtered.assign(status=filtered["status"].map(_LABELS)),
        "stuck_files",
        shown,
        page.zone,
        identity=_IDENTITY,
        former=_FORMER,
        noun="stuck files",
    )
    if picked is not None:
        draw_stuck_file(picked, page)


def _pick_statuses(stuck: pd.DataFrame, statuses: Sequence[Status]) -> list[Status]:
    chosen = [status for status in STATUS.value(list(statuses)) if status in statuses] or list(statuses)
    counts = stuck["status"].value_counts()
    show_in_widget(STATUS.key, chosen)
    st.pills(
        "Status",
        statuses,
        selection_mode="multi",
        default=chosen,
        format_func=lambda status: f"{_LABELS[status]} {counts.get(status, 0):,}",
        key=STATUS.key,
        on_change=STATUS.write_from_widget,
        label_visibility="collapsed",
        wrap=True,
    )
    return chosen
