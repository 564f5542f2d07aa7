"""What the gateway itself answers, in the contract's form: JSON with a `message`, and CORS headers."""

import json
from dataclasses import dataclass

from handlers.ingest.limits import HOW_TO_SPLIT, MAX_BODY_BYTES
from handlers.names import IDEMPOTENCY_HEADER
from handlers.web.errors import InvalidToken, NotStored, Throttled


@dataclass(frozen=True, kw_only=True)
class GatewayResponse:
    """The body of one kind of answer that no function made."""

    response_type: str
    template: str
    status_code: str | None = None
    """Left out, each error keeps its own status. Set on a default, it would rewrite them all."""


def cors_headers(allowed_origin: str) -> dict[str, str]:
    """The headers without which a browser hides an answer from the page that asked."""
    return {"Access-Control-Allow-Origin": allowed_origin}


def preflight_headers(allowed_origin: str) -> dict[str, str]:
    """What a browser wants to know before it sends a page's request."""
    return {
        **cors_headers(allowed_origin),
        "Access-Control-Allow-Methods": "OPTIONS,POST",
        "Access-Control-Allow-Headers": f"Authorization,Content-Type,{IDEMPOTENCY_HEADER}",
        "Access-Control-Max-Age": "3600",
    }


def _message(text: str) -> str:
    return json.dumps({"message": text})


_FAILED = json.dumps({"message": NotStored.message, "request_id": "$context.requestId"})

GATEWAY_RESPONSES = (
    GatewayResponse(response_type="DEFAULT_4XX", template='{"message": $context.error.messageString}'),
    GatewayResponse(
        response_type="DEFAULT_5XX",
        template='{"message": $context.error.messageString, "request_id": "$context.requestId"}',
    ),
    GatewayResponse(
        response_type="BAD_REQUEST_BODY",
        status_code="400",
        template=json.dumps(
            {
                "message": "The request body breaks the contract of this route.",
                "errors": [
                    {
                        "field": "body",
                        "problem": "is not a JSON object with the required keys",
                        "hint": "send a JSON object with all keys of the contract, as ConvertTo-Json writes; "
                        "Windows PowerShell 5.1 has to be given the UTF-8 bytes, not the text",
                    }
                ],
            }
        ),
    ),
    GatewayResponse(response_type="UNAUTHORIZED", status_code="401", template=_message(InvalidToken.message)),
    GatewayResponse(
        response_type="MISSING_AUTHENTICATION_TOKEN",
        status_code="404",
        template=_message("There is no such route, or it does not take this method."),
    ),
    GatewayResponse(
        response_type="REQUEST_TOO_LARGE",
        status_code="413",
        # Quotes and line ends count twice there: the function gets the body as JSON in JSON.
        template=_message(
            f"The request has more than {MAX_BODY_BYTES:,} bytes as the gateway hands it on. {HOW_TO_SPLIT}"
        ),
    ),
    GatewayResponse(response_type="THROTTLED", status_code="429", template=_message(Throttled.message)),
    # The contract knows one status for faults of ours, which the reporting script logs apart.
    GatewayResponse(response_type="INTEGRATION_FAILURE", status_code="500", template=_FAILED),
    GatewayResponse(response_type="INTEGRATION_TIMEOUT", status_code="500", template=_FAILED),
)
