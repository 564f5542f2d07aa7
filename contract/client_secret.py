"""The hash by which Cognito knows a confidential app client, and how it says that the hash is wrong."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Final

# "Unable to verify secret hash for client" or, at a refresh, "SecretHash does not match for the client".
# A wrong password is refused by the same code, with other words.
_REFUSED: Final = re.compile("secret ?hash", re.IGNORECASE)


def compute_secret_hash(username: str, client_id: str, client_secret: str) -> str:
    """What Cognito wants as `SECRET_HASH` of a user's call."""
    digest = hmac.digest(client_secret.encode(), (username + client_id).encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def is_secret_refused(response: Mapping[str, Any]) -> bool:
    """Whether an error's response of Cognito's says that the hash is wrong.

    The secret is wrong then. At a refresh it may be the user's name: that of the token's owner is hashed.
    """
    error = response["Error"]
    return error.get("Code") == "NotAuthorizedException" and bool(_REFUSED.search(error.get("Message", "")))
