"""The body of a request to a webhook."""

import json


def encode_body(payload: object) -> bytes:
    """JSON as short as it can be: webhooks count its bytes."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
