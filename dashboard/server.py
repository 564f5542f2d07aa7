"""The dashboard's server: Streamlit, and beside it the routes of the session cookie.

python -m streamlit run dashboard/server.py
"""

import streamlit as st

from dashboard.access.sessions import build_cookie_route
from dashboard.backend import backend
from dashboard.data.cache import return_large_memory

return_large_memory()
app = st.App("app.py", routes=[build_cookie_route(lambda: backend().sessions)])
