"""By date: everything that was reported in a stretch of time."""

from datetime import timedelta
from typing import Final

import streamlit as st

from dashboard.backend import backend
from dashboard.services.incidents import find_incidents
from dashboard.services.series import files_in_breach
from dashboard.views.parts.address import Parameter, one_of
from dashboard.views.parts.charts import draw_files_in_breach
from dashboard.views.parts.context import start
from dashboard.views.parts.incident_list import draw_incidents
from dashboard.views.parts.loader import load_period
from dashboard.views.parts.record_table import draw_records

_INCIDENTS: Final = "incidents"
_RECORDS: Final = "records"
_SHOW: Final = Parameter("show", one_of(_INCIDENTS, _RECORDS))


def draw() -> None:
    """Draws the view."""
    context = start("By date")
    show = _SHOW.read(_INCIDENTS)
    # Records show no files, so theirs are not fetched until one is picked.
    breaches = load_period(context.session.table, context.period, with_files=show == _INCIDENTS)
    if breaches.reports.empty:
        st.info("Nothing was reported in this range.", icon=":material/check_circle:")
        return
    draw_files_in_breach(files_in_breach(breaches.reports, context.period, context.zone))
    st.segmented_control(
        "Show",
        [_INCIDENTS, _RECORDS],
        default=show,
        required=True,
        format_func=str.capitalize,
        key=_SHOW.key,
        on_change=_SHOW.write_from_widget,
        label_visibility="collapsed",
    )
    if show == _RECORDS:
        draw_records(breaches.reports, context)
        return
    quiet = timedelta(minutes=backend().settings.quiet_minutes)
    draw_incidents(find_incidents(breaches, min(context.now, context.period.end), quiet), context)


draw()
