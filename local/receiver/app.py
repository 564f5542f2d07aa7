"""The receiver: what services would take in, and the pages on which people read it."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from local.receiver.hooks import Hooks
from local.receiver.inbox import Inbox
from local.receiver.pages import Pages
from local.receiver.readers import Readers


def make_app(inbox: Inbox, readers: Readers, endpoint_url: str) -> Starlette:
    """The receiver.

    Args:
        inbox: where messages go, and are shown from.
        readers: whose they are.
        endpoint_url: the emulator's, where subscriptions are confirmed.
    """
    return Starlette(
        routes=[*Pages(inbox, readers.names).routes(), *Hooks(inbox, readers, endpoint_url).routes()],
        # A page from elsewhere that has its own name lead to this machine reads nothing.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )
