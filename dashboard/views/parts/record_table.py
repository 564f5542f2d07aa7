"""The table of records, and the files of the one that is picked."""

from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.data.frames import REPORT_KEY, Breaches
from dashboard.views.parts.columns import file_column, folder_column, moment_column


def draw_records(breaches: Breaches, zone: ZoneInfo) -> None:
    """Draws one row per folder and report, newest first, and the files of the picked row."""
    records = breaches.reports.sort_values("detected_at", ascending=False, ignore_index=True)
    picked = st.dataframe(
        records,
        hide_index=True,
        column_order=["detected_at", "folder", "file_count", "sla", "reported_by"],
        column_config={
            "detected_at": moment_column("Reported", zone),
            "folder": folder_column(),
            "file_count": st.column_config.NumberColumn("Files"),
            "sla": st.column_config.NumberColumn("SLA (min)"),
            "reported_by": st.column_config.TextColumn("Reporter"),
        },
        on_select="rerun",
        selection_mode="single-row",
        key="records",
        alt="Records",
    )
    rows = picked["selection"]["rows"]
    if not rows:
        st.caption("Pick a row to see its files.")
        return
    record = records.loc[rows, REPORT_KEY]
    files = breaches.files.merge(record, on=REPORT_KEY)
    st.subheader("Files")
    st.dataframe(
        files,
        hide_index=True,
        column_order=["filename", "created"],
        column_config={"filename": file_column(), "created": moment_column("Created", zone)},
        alt="Files of the picked record",
    )
