"""An API Gateway proxy event: its body, its headers, its caller, its idempotency key."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from contract.answers import COUNTED_TWICE, HANDED_ON, FieldProblem
from contract.limits import MAX_KEY_CHARACTERS
from contract.routes import IDEMPOTENCY_KEY, RouteSpec
from handlers.web.errors import InvalidBodyError, InvalidTokenError, NotInGroupError, TooLargeError

Event = Mapping[str, Any]

_SHORT_ESCAPES: Final = b'"\\\b\f\n\r\t'
_LONG_ESCAPES: Final = bytes(byte for byte in range(0x20) if byte not in _SHORT_ESCAPES)
_LONGEST_ESCAPE: Final = len(r"\u0000")


def read_body(event: Event, route: RouteSpec) -> bytes:
    """The body as bytes.

    Raises:
        TooLargeError: it takes more bytes in the event than the route allows.
        InvalidBodyError: it is empty, or its base64 cannot be decoded.
    """
    text = event.get("body") or ""
    in_base64 = bool(event.get("isBase64Encoded"))
    try:
        body = base64.b64decode(text, validate=True) if in_base64 else text.encode()
    except ValueError as error:
        raise InvalidBodyError(
            [FieldProblem("body", "cannot be decoded", "send the JSON text encoded as UTF-8")]
        ) from error
    # Most bodies are so small that nothing needs counting.
    if len(body) * _LONGEST_ESCAPE > route.max_body_bytes:
        size = len(text) if in_base64 else measure_in_event(body)
        if size > route.max_body_bytes:
            remedy = f"{COUNTED_TWICE} {route.remedy}"
            raise TooLargeError(size, route.max_body_bytes, HANDED_ON, remedy)
    if not body.strip():
        raise InvalidBodyError([FieldProblem("body", "is empty", "send a JSON object")])
    return body


def measure_in_event(body: bytes) -> int:
    """The bytes that a body takes in the event, as text in JSON."""
    short = len(body) - len(body.translate(None, delete=_SHORT_ESCAPES))
    long = len(body) - len(body.translate(None, delete=_LONG_ESCAPES))
    return len(body) + short * (len(r"\n") - 1) + long * (_LONGEST_ESCAPE - 1)


def read_header(event: Event, name: str) -> str | None:
    """A header's value by its case-insensitive name."""
    wanted = name.lower()
    for key, value in (event.get("headers") or {}).items():
        if key.lower() == wanted:
            return str(value)
    return None


def read_request_id(event: Event) -> str:
    """The gateway's id of this request, the same as in its access log."""
    return str((event.get("requestContext") or {}).get("requestId", "unknown"))


def read_address(event: Event) -> str | None:
    """The IP address that the request came from."""
    identity = (event.get("requestContext") or {}).get("identity") or {}
    return identity.get("sourceIp") or None


@dataclass(frozen=True)
class Caller:
    """A signed-in user."""

    subject: str
    username: str
    groups: frozenset[str]


def authorize(event: Event, route: RouteSpec, client_id: str) -> Caller:
    """The caller of an event, if it may call its route with a token of this app client.

    Raises:
        InvalidTokenError: there are no claims, or they are not those of an ID token of this client. The
            gateway knows the user pool only, never the client. AWS refuses access tokens by itself if no
            scopes are configured; not every gateway does.
        NotInGroupError: the caller is not in the route's group.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = authorizer.get("claims") or {}
    of_this_client = claims.get("aud") == client_id
    if claims.get("token_use") != "id" or not of_this_client or not claims.get("sub"):
        raise InvalidTokenError
    # API Gateway flattens the list to text: "a,b" on AWS, "[a b]" in some versions.
    groups = re.split(r"[,\s]+", str(claims.get("cognito:groups") or "").strip("[]"))
    if route.group is not None and route.group not in groups:
        raise NotInGroupError(route.group)
    subject = str(claims["sub"])
    return Caller(subject, str(claims.get("cognito:username") or subject), frozenset(filter(None, groups)))


def check_idempotency_key(key: str | None) -> None:
    """Raises `InvalidBodyError` for a key that will not do."""
    if key is not None and not IDEMPOTENCY_KEY.accepts(key):
        what = f"1 to {MAX_KEY_CHARACTERS} ASCII characters, such as a new GUID for each report or action"
        problem = "is empty, too long or not plain text"
        raise InvalidBodyError([FieldProblem(f"header {IDEMPOTENCY_KEY.name}", problem, f"send {what}")])
