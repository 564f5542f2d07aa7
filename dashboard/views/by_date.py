"""By date: everything that was reported in a stretch of time."""

import streamlit as st

from dashboard.backend import backend
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
    st.title("By date")
    with st.sidebar:
        zone = pick_zone()
    period = pick_period(backend().clock(), zone)
    breaches = load(session.table, period, with_files=True)
    if breaches.reports.empty:
        st.info("Nothing was reported in this range.", icon=":material/check_circle:")
        return
    draw_files_in_breach(files_in_breach(breaches.reports, period, zone))
    draw_records(breaches, zone)


draw()
