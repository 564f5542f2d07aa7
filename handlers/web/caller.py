"""Who is calling, and whether they may, from the claims that the Cognito authorizer has verified."""

import re
from dataclasses import dataclass

from contract.names import TokenUse
from contract.routes import RouteSpec
from handlers.web.errors import InvalidTokenError, NotInGroupError
from handlers.web.requests import Event


@dataclass(frozen=True)
class Caller:
    """A signed-in user."""

    subject: str
    username: str
    groups: frozenset[str]


def authorize(event: Event, route: RouteSpec, client_id: str) -> Caller:
    """The caller of an event, who may call its route.

    Args:
        event: the gateway's event.
        route: whose group the caller must be in.
        client_id: the app client that the token must have been given to.

    Raises:
        InvalidTokenError: no claims, or those of another client's token or of another kind than the ID
            token. The gateway knows the user pool only, never the client. AWS refuses access tokens
            by itself when no scopes are configured; not every gateway does.
        NotInGroupError: the caller is not in the route's group.
    """
    caller = _identify(event, client_id)
    if route.group is not None and route.group not in caller.groups:
        raise NotInGroupError(route.group)
    return caller


def _identify(event: Event, client_id: str) -> Caller:
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    of_this_client = claims.get("aud") == client_id
    if claims.get("token_use") != TokenUse.ID or not of_this_client or not claims.get("sub"):
        raise InvalidTokenError
    subject = str(claims["sub"])
    username = str(claims.get("cognito:username") or subject)
    return Caller(subject, username, _split_groups(claims.get("cognito:groups")))


def _split_groups(claim: object) -> frozenset[str]:
    # API Gateway flattens the list to text: "a,b" on AWS, "[a b]" in some versions.
    return frozenset(filter(None, re.split(r"[,\s]+", str(claim or "").strip("[]"))))
