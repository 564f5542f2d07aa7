"""What surrounds every view: navigation, the signed-in user, failures told in plain words."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from dashboard.access import auth_api
from dashboard.backend import backend
from dashboard.errors import DashboardError, NotAnAnalystError, SessionExpiredError
from dashboard.frame import sign_in, signed_in
from dashboard.frame.attention import draw_attention
from dashboard.frame.navigation import draw_navigation
from dashboard.frame.style import draw_style
from dashboard.frame.waiting import wait_for
from dashboard.services.markdown import escape_markdown
from dashboard.settings import SettingsError


def run_in_shell(pages: Sequence[StreamlitPage]) -> None:
    """Runs the page that the address names for those who are signed in; others see the sign-in form."""
    try:
        session = signed_in.find_session()
        # The pages are known while signed out too, so that a link survives the sign-in.
        page = st.navigation(pages, position="hidden")
        draw_style()
        st.set_page_config(page_title=f"{page.title if session else 'Sign in'} - file-sla")
        signed_in.synchronize_cookie()
        if session is None:
            sign_in.draw()
            draw_attention()
            return
        with st.sidebar:
            draw_navigation(pages)
        _draw_account(session.analyst.username)
        # First of all: a page may show what is remembered, and only analysts may see that.
        wait_for(auth_api.SIGN_IN_SERVICE, lambda: backend().sessions.verify(session), "verification")
        page.run()
        draw_attention()
    except SettingsError as error:
        st.error(escape_markdown(str(error)), icon=":material/settings_alert:")
    except (SessionExpiredError, NotAnAnalystError) as error:
        signed_in.expire_session(error)
    except DashboardError as error:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.error(escape_markdown(str(error)), icon=":material/error:")
            st.button("Try again", icon=":material/refresh:")


def _draw_account(username: str) -> None:
    with st.sidebar:
        st.caption(f":material/person: {escape_markdown(username)}")
        st.button("Sign out", icon=":material/logout:", on_click=signed_in.end_session, width="stretch")
