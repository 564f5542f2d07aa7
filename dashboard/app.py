"""Navigation: which pages there are. A new page is a file in `views` and a line here."""

from typing import Final

import streamlit as st

from dashboard.frame.page import run_in_shell

_SIDEBAR_PIXELS: Final = 232
"""As wide as the longest word in it."""

st.set_page_config(page_icon="⏳", layout="wide", initial_sidebar_state=_SIDEBAR_PIXELS)
run_in_shell(
    [
        st.Page("views/overview.py", title="Overview", icon=":material/monitoring:", default=True),
        st.Page("views/incidents.py", title="Incidents", icon=":material/list_alt:", url_path="incidents"),
        st.Page("views/senders.py", title="Senders", icon=":material/dns:", url_path="senders"),
        st.Page("views/maintenance.py", title="Maintenance", icon=":material/build:", url_path="maintenance"),
        st.Page("views/week.py", title="Week", icon=":material/date_range:", url_path="week"),
        st.Page("views/by_date.py", title="By date", icon=":material/calendar_month:", url_path="by-date"),
        st.Page("views/by_folder.py", title="By folder", icon=":material/folder_open:", url_path="by-folder"),
        st.Page(
            "views/service_health.py",
            title="Service health",
            icon=":material/vital_signs:",
            url_path="service-health",
        ),
        # Reached from an alarm, which links to a section of it.
        st.Page("views/runbook.py", title="Runbook", url_path="runbook", visibility="hidden"),
    ]
)
