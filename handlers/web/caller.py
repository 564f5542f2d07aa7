"""Who is calling, from the claims that the Cognito authorizer has verified."""

import re
from dataclasses import dataclass

from handlers.names import TokenUse
from handlers.web.errors import InvalidToken, NotInGroup
from handlers.web.requests import Event

_REQUIRED_USE: TokenUse = "id"


@dataclass(frozen=True)
class Caller:
    """A signed-in user."""

    subject: str
    username: str
    groups: frozenset[str]

    def require(self, group: str) -> None:
        """Raises `NotInGroup` unless the user is a member."""
        if group not in self.groups:
            raise NotInGroup(group)


def caller_of(event: Event, client_id: str) -> Caller:
    """The caller of an authorized event.

    Args:
        event: the gateway's event.
        client_id: the app client that the token must have been given to.

    Raises:
        InvalidToken: no claims, or those of another client's token or of another kind than the ID
            token. The gateway knows the user pool only, never the client. AWS refuses access tokens
            by itself when no scopes are configured; not every gateway does.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    of_this_client = claims.get("aud") == client_id
    if claims.get("token_use") != _REQUIRED_USE or not of_this_client or not claims.get("sub"):
        raise InvalidToken
    subject = str(claims["sub"])
    username = str(claims.get("cognito:username") or subject)
    return Caller(subject, username, _groups(claims.get("cognito:groups")))


def _groups(claim: object) -> frozenset[str]:
    # API Gateway flattens the list to text: "a,b" on AWS, "[a b]" in some versions.
    return frozenset(filter(None, re.split(r"[,\s]+", str(claim or "").strip("[]"))))
