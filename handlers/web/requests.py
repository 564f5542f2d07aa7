"""Reading an API Gateway proxy event."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from contract.answers import FieldProblem
from contract.routes import RouteSpec
from handlers.web.errors import InvalidBodyError, TooLargeError

Event = Mapping[str, Any]


def read_body(event: Event, route: RouteSpec) -> bytes:
    """The body as bytes.

    Args:
        event: the gateway's event.
        route: says how large a body may be.

    Raises:
        TooLargeError: it has more bytes than the route takes.
        InvalidBodyError: it is empty, or the gateway's base64 of it cannot be decoded.
    """
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidBodyError(
            [FieldProblem("body", "cannot be decoded", "send the JSON text encoded as UTF-8")]
        ) from error
    if len(body) > route.max_body_bytes:
        raise TooLargeError(len(body), route.max_body_bytes, "bytes", route.remedy)
    if not body.strip():
        raise InvalidBodyError([FieldProblem("body", "is empty", "send a JSON object")])
    return body


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
