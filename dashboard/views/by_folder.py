"""By folder: the history of one folder."""

import streamlit as st

from dashboard.backend import backend
from dashboard.data.frames import Breaches, Rows
from dashboard.services.series import files_in_breach
from dashboard.views.parts import signed_in
from dashboard.views.parts.charts import draw_files_in_breach
from dashboard.views.parts.loader import load
from dashboard.views.parts.period_picker import pick_period
from dashboard.views.parts.record_table import draw_records
from dashboard.views.parts.zone import pick_zone


def draw() -> None:
    """Draws the view."""
    session = signed_in.required()
    st.title("By folder")
    with st.sidebar:
        zone = pick_zone()
    period = pick_period(backend().clock(), zone)
    seen = load(session.table, period, with_files=False).reports
    folder = st.selectbox(
        "Folder",
        sorted(seen["folder"].unique()),
        index=None,
        key="folder",
        bind="query-params",
        accept_new_options=True,
        filter_mode="prefix",
        placeholder="Pick a folder, or type one",
    )
    if not folder:
        return
    rows = Rows.of(session.table.folder(folder, period.start, period.end))
    breaches = Breaches.of([rows]).between(period.start, period.end)
    if breaches.reports.empty:
        st.info("This folder was not reported in this range.", icon=":material/check_circle:")
        return
    draw_files_in_breach(files_in_breach(breaches.reports, period, zone))
    draw_records(breaches, zone)


draw()
