"""What to do before there is anything to see."""

import streamlit as st

from contract.routes import AUTH, FILE_SLA_ERROR
from dashboard.backend import backend


def draw_first_steps() -> None:
    """Says where the script has to send its reports."""
    url = backend().settings.api_url
    st.info(
        "No server has reported yet. Give the script on each server these two addresses, and an account of "
        "its own in the group sla-reporters. Its first report appears here within a minute or two.",
        icon=":material/rocket_launch:",
    )
    st.markdown("Authentication URL")
    st.code(f"{url}/{AUTH.path}", language=None)
    st.markdown("Report URL")
    st.code(f"{url}/{FILE_SLA_ERROR.path}", language=None)
    st.caption("The repository says more in docs/script.md. Reports that were refused are under Operations.")
