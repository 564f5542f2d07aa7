"""CloudWatch, as the signed-in analyst of this tab may see it."""

from typing import Final

import streamlit as st

from dashboard.access.analyst import Analyst
from dashboard.access.sessions import Session
from dashboard.backend import backend
from dashboard.data.metrics import Metrics

_HELD: Final = "metrics"


def metrics_of(session: Session) -> Metrics:
    """The metrics with the analyst's own credentials, fetched once for each sign-in and tab.

    Raises:
        DashboardError: AWS gives no credentials.
    """
    held: tuple[Analyst, Metrics] | None = st.session_state.get(_HELD)
    # A tab may outlive the sign-in it began with.
    if held is None or held[0] is not session.analyst:
        settings = backend().settings
        with_credentials = backend().identity_pool.session(session.analyst.id_token)
        metrics = Metrics(with_credentials, settings.metrics_namespace, settings.endpoint_url)
        held = st.session_state[_HELD] = (session.analyst, metrics)
    return held[1]
