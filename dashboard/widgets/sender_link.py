"""The sender that the page of senders shows, and the way there from elsewhere."""

from typing import Final

import streamlit as st

from dashboard.frame.address import Parameter
from dashboard.frame.navigation import go_to

_LONGEST: Final = 300
SENDER: Final = Parameter("sender", lambda text: text if 0 < len(text) <= _LONGEST else None)


def draw_sender_link(key: str) -> None:
    """A button that opens the sender on its page."""
    if st.button("Sender", icon=":material/dns:"):
        go_to("views/senders.py", {SENDER.name: key})
