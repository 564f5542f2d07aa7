"""The sender that the page of senders shows, and the way there from elsewhere."""

from typing import Final

from dashboard.frame.address import Parameter
from dashboard.frame.navigation import draw_link

_LONGEST: Final = 300
SENDER: Final = Parameter("sender", lambda text: text if 0 < len(text) <= _LONGEST else None)


def draw_sender_link(key: str) -> None:
    """A link to the sender on its page."""
    draw_link("views/senders.py", "Sender", ":material/dns:", {SENDER.name: key})
