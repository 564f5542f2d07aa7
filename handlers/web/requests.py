"""Reading an API Gateway proxy event."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from handlers.web.errors import FieldProblem, InvalidBody, TooLarge

Event = Mapping[str, Any]


def read_body(event: Event, limit: int, remedy: str) -> bytes:
    """The body as bytes.

    Args:
        event: the gateway's event.
        limit: bytes that the body may have.
        remedy: tells the caller how to keep within the limit.

    Raises:
        TooLarge: it has more than `limit` bytes.
        InvalidBody: it is empty, or the gateway's base64 of it cannot be decoded.
    """
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidBody(
            [FieldProblem("body", "cannot be decoded", "send the JSON text encoded as UTF-8")]
        ) from error
    if len(body) > limit:
        raise TooLarge(len(body), limit, "bytes", remedy)
    if not body.strip():
        raise InvalidBody([FieldProblem("body", "is empty", "send a JSON object")])
    return body


def header(event: Event, name: str) -> str | None:
    """A header's value by its case-insensitive name."""
    wanted = name.lower()
    for key, value in (event.get("headers") or {}).items():
        if key.lower() == wanted:
            return str(value)
    return None


def request_id(event: Event) -> str:
    """The gateway's id of this request, the same as in its access log."""
    return str((event.get("requestContext") or {}).get("requestId", "unknown"))
