"""Records as they were stored, and the files of the one that is picked."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.data.frames import REPORT_KEY
from dashboard.services.filters import containing
from dashboard.services.standing import files_of, hours_of
from dashboard.views.parts import columns
from dashboard.views.parts.context import Context
from dashboard.views.parts.downloads import draw_download
from dashboard.views.parts.loader import load_hours
from dashboard.views.parts.picking import draw_table
from dashboard.views.parts.searching import pick_text
from dashboard.views.parts.text import draw_path

_HEADINGS: Final = {
    "detected_at": "Reported",
    "folder": "Folder",
    "file_count": "Files",
    "sla": "SLA (min)",
    "reported_by": "Reporter",
}


def draw_records(reports: pd.DataFrame, context: Context) -> None:
    """Draws one row per folder and report, newest first, and the files of the picked row."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = pick_text("Search folders")
        newest = reports.sort_values(["detected_at", "folder"], ascending=[False, True], ignore_index=True)
        shown = containing(newest, text, ["folder"])
        draw_download(shown, "records", _HEADINGS, context, text)
    picked = draw_table(
        shown,
        "records",
        {
            "detected_at": columns.moment("Reported", context.zone),
            "folder": columns.FOLDER,
            "file_count": columns.count("Files"),
            "sla": columns.SLA,
            "reported_by": columns.REPORTER,
        },
        identity=REPORT_KEY,
        durations=["sla"],
        paths=["folder"],
        noun="records",
    )
    if picked is not None:
        _draw_files(picked.to_frame().T.astype(reports.dtypes), context)


def _draw_files(record: pd.DataFrame, context: Context) -> None:
    files = files_of(record, load_hours(context.session.table, hours_of(record), with_files=True).files)
    st.subheader("Files in this report")
    draw_path(record["folder"].iloc[0])
    st.dataframe(
        files.sort_values("created"),
        hide_index=True,
        column_order=["filename", "created"],
        column_config={"filename": columns.FILENAME, "created": columns.moment("Created", context.zone)},
        alt="Files of the picked record",
    )
