"""Reading an API Gateway proxy event."""

import base64
from collections.abc import Mapping
from typing import Any, Final

from contract.answers import COUNTED_TWICE, HANDED_ON, FieldProblem
from contract.routes import RouteSpec
from handlers.web.errors import InvalidBodyError, TooLargeError

Event = Mapping[str, Any]

_SHORT_ESCAPES: Final = b'"\\\b\f\n\r\t'
_LONG_ESCAPES: Final = bytes(byte for byte in range(0x20) if byte not in _SHORT_ESCAPES)
_LONGEST_ESCAPE: Final = len(r"\u0000")


def read_body(event: Event, route: RouteSpec) -> bytes:
    """The body as bytes.

    Args:
        event: the gateway's event.
        route: says how large a body may be.

    Raises:
        TooLargeError: it takes more bytes in the event than the route allows.
        InvalidBodyError: it is empty, or the gateway's base64 of it cannot be decoded.
    """
    text = event.get("body") or ""
    in_base64 = bool(event.get("isBase64Encoded"))
    try:
        body = base64.b64decode(text, validate=True) if in_base64 else text.encode()
    except ValueError as error:
        raise InvalidBodyError(
            [FieldProblem("body", "cannot be decoded", "send the JSON text encoded as UTF-8")]
        ) from error
    # Most bodies are so small that nothing has to be counted.
    if len(body) * _LONGEST_ESCAPE > route.max_body_bytes:
        size = len(text) if in_base64 else measure_in_event(body)
        if size > route.max_body_bytes:
            remedy = f"{COUNTED_TWICE} {route.remedy}"
            raise TooLargeError(size, route.max_body_bytes, HANDED_ON, remedy)
    if not body.strip():
        raise InvalidBodyError([FieldProblem("body", "is empty", "send a JSON object")])
    return body


def measure_in_event(body: bytes) -> int:
    """The bytes that a body takes in the event, where it is text in JSON."""
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
