"""What an ID token says about its user.

The token is read, not verified: it comes straight from the sign-in service, and AWS verifies it
before it gives credentials for it.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from dashboard.errors import ServiceFaultError


@dataclass(frozen=True)
class Claims:
    """The claims that the dashboard uses."""

    username: str
    groups: frozenset[str]


def read_claims(id_token: str) -> Claims:
    """The claims of a token.

    Raises:
        ServiceFaultError: what the service gave is no ID token.
    """
    try:
        _, payload, _ = id_token.split(".")
        padded = payload + "=" * (-len(payload) % 4)
        claims = json.loads(base64.urlsafe_b64decode(padded))
        return Claims(
            username=str(claims["cognito:username"]),
            groups=frozenset(claims.get("cognito:groups", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        # The cause is left out: its text could quote the token.
        raise ServiceFaultError("Signing in") from None
