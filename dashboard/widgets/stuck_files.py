"""Stuck files in a table, narrowed down to one sender, and the picked one in full."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from contract.moments import format_duration
from dashboard import columns
from dashboard.backend import backend
from dashboard.columns import Column
from dashboard.data.records import RecordFrames
from dashboard.figures.stuck_files import (
    SHOWN,
    BreachSpan,
    Status,
    follow_files,
    measure_open_files,
    spell_creation,
)
from dashboard.figures.text import filter_by_sender, filter_by_text
from dashboard.frame.choices import Parameter, pick_statuses
from dashboard.frame.page import Page
from dashboard.widgets.basics import draw_choice, draw_download, draw_facts, pick_text
from dashboard.widgets.links import SENDER, draw_folder_link, draw_incident_link, draw_lost_letters, draw_path
from dashboard.widgets.table import PICK, draw_table, name_details


def pick_sender(records: pd.DataFrame) -> str:
    """Draws the choice among those of these records, and returns the sender's name or key; "" for all."""
    known = sorted(records["sender_name"].unique())
    chosen = SENDER.value("")
    # A link may name it by its key.
    names = records.loc[records["sender"] == chosen, "sender_name"]
    shown = str(names.iloc[-1]) if chosen and len(names) else chosen
    draw_choice("Sender", SENDER, known, shown, "All senders")
    return chosen


def compute_stuck_files(frames: RecordFrames, spans: frozenset[BreachSpan], page: Page) -> pd.DataFrame:
    """The stuck files of these records, as of this minute: the screen shows how long they wait in minutes."""
    minute = page.now.replace(second=0, microsecond=0)
    cache = backend().cache

    def measure() -> pd.DataFrame:
        followed = cache.compute(
            ("followed", frames, spans), lambda: follow_files(frames, spans), version_of=("followed", frames)
        )
        return measure_open_files(followed, page.now)

    return cache.compute(("stuck files", frames, spans, minute), measure, version_of=("stuck files", frames))


def draw_stuck_file(stuck: "pd.Series[Any]", page: Page) -> None:
    """Draws everything known of the file, and the way to its folder's history."""
    since = f"unknown; created {spell_creation(stuck['created'], page.zone, plausible=stuck['plausible'])}"
    if stuck["plausible"]:
        since = page.spell(stuck["created"], seconds=True)
    seen = stuck["last_seen"] if pd.isna(stuck["cleared_at"]) else stuck["cleared_at"]
    waited = (page.now if stuck["overdue_now"] >= 0 else seen) - stuck["created"]
    facts = {
        "Sender": stuck["sender_name"],
        "Waiting since": since,
        "Waited": format_duration(waited) if stuck["plausible"] else "",
        "SLA": format_duration(stuck["sla"]),
        "Over SLA at worst": format_duration(stuck["overdue_worst"]),
        "First reported": page.spell(stuck["first_seen"], seconds=True),
        "Last reported": page.spell(stuck["last_seen"], seconds=True),
        "Reports": f"{stuck['reports']:,}",
        "Cleared at": "" if pd.isna(stuck["cleared_at"]) else page.spell(stuck["cleared_at"], seconds=True),
    }
    with st.container(border=True):
        st.header("Stuck file", anchor=name_details(PICK))
        draw_path(stuck["folder"], stuck["filename"])
        st.markdown(f"**{stuck['status']}**: {stuck['basis']}.")
        draw_lost_letters([stuck["folder"], stuck["filename"]])
        draw_facts(facts)
        st.caption(f"Times in {page.zone.key}")
        with st.container(horizontal=True):
            if stuck["incident_id"]:
                draw_incident_link(stuck["incident_id"])
            draw_folder_link(stuck["folder"])


# Never by colour alone: each status has a sign of its own.
_LABELS: Final = {
    Status.OPEN: "▲ Open",
    Status.UNKNOWN: "? Unknown",
    Status.LAST_SEEN: "… Last seen",
    Status.CLEARED: "✓ Cleared",
}


def _spell(status: Status) -> str:
    """In the address."""
    return status.replace(" ", "-")


_STATUS: Final = Parameter(
    "status",
    lambda text: [status for status in Status if _spell(status) in text.split(",")] or None,
    lambda statuses: ",".join(map(_spell, statuses)),
)
# Not when it was first seen: that changes as the range moves on.
_IDENTITY: Final = [
    columns.SENDER.name,
    columns.FOLDER_KEY.name,
    columns.FILENAME.name,
    columns.CREATED.name,
    columns.LATER.name,
]


def draw_stuck_files(
    stuck: pd.DataFrame,
    page: Page,
    make_again: Callable[[], pd.DataFrame],
    *,
    sender: str = "",
    shown: Sequence[Column] = SHOWN,
) -> None:
    """Draws the filters, a table of the columns `shown`, its download, and the picked file in full.

    Args:
        stuck: the stuck files, of all senders.
        page: that they are on.
        make_again: gives the same files once more, when they are downloaded and nobody has them any more.
        sender: of which they are shown, by name or key; "" for all.
        shown: the columns of the table.
    """

    def narrow(mine: pd.DataFrame) -> pd.DataFrame:
        # The same frame where nothing is left out: others have it too, and a copy would be one analyst's.
        if len(wanted) < len(Status):
            mine = mine[mine["status"].isin(list(map(str, wanted)))].reset_index(drop=True)
        return filter_by_text(mine, text, ["filename", "folder"])

    def label(files: pd.DataFrame) -> pd.DataFrame:
        return files.assign(status=files["status"].map(_LABELS))

    mine = filter_by_sender(stuck, sender)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        counts = mine["status"].value_counts()
        wanted = pick_statuses(_STATUS, list(Status), lambda one: f"{_LABELS[one]} {counts.get(one, 0):,}")
        text = pick_text("Search files and folders")
        filtered = narrow(mine)
        details = [] if len(wanted) == len(Status) else wanted
        draw_download(
            lambda: label(narrow(filter_by_sender(make_again(), sender))),
            len(filtered),
            "stuck-files",
            (*shown, columns.BASIS, columns.CLEARED_AT),
            page,
            *details,
            text,
        )
    picked = draw_table(
        label(filtered), "stuck_files", shown, page.zone, identity=_IDENTITY, noun="stuck files"
    )
    if picked is not None:
        draw_stuck_file(picked, page)
