"""What the gateway itself answers, in the contract's form: JSON with a `message`, and CORS headers."""

import json
from dataclasses import asdict, dataclass

from contract import answers
from contract.answers import COUNTED_TWICE, HANDED_ON, HOW_TO_SPLIT, Fault, Message
from contract.limits import MAX_REPORT_BYTES
from contract.routes import ROUTES


@dataclass(frozen=True, kw_only=True)
class GatewayResponse:
    """The body of one kind of answer that no function made."""

    response_type: str
    template: str
    status_code: str | None = None
    """The type's own. A changed one is counted as 4XXError, whatever it is ("Amazon API Gateway dimensions
    and metrics"). Left out, AWS fills it in, and the provider finds a difference at each `pulumi up`; but the
    two defaults have none, and one set there would rewrite the status of every error."""


def build_cors_headers(allowed_origin: str) -> dict[str, str]:
    """The headers without which a browser hides an answer from the page that asked."""
    return {"Access-Control-Allow-Origin": allowed_origin}


def build_preflight_headers(allowed_origin: str) -> dict[str, str]:
    """What a browser wants to know before it sends a page's request."""
    of_routes = {header.name for route in ROUTES for header in route.headers}
    return {
        **build_cors_headers(allowed_origin),
        "Access-Control-Allow-Methods": "OPTIONS,POST",
        "Access-Control-Allow-Headers": ",".join(["Authorization", "Content-Type", *sorted(of_routes)]),
        "Access-Control-Max-Age": "3600",
    }


def _template(body: Message) -> str:
    return json.dumps(asdict(body))


_FAILED = _template(Fault(message=answers.NOT_STORED, request_id="$context.requestId"))

GATEWAY_RESPONSES = (
    GatewayResponse(response_type="DEFAULT_4XX", template='{"message": $context.error.messageString}'),
    GatewayResponse(
        response_type="DEFAULT_5XX",
        template='{"message": $context.error.messageString, "request_id": "$context.requestId"}',
    ),
    # The models take any JSON, so this says one thing only. Its own is 400, of which PowerShell shows the
    # status line alone.
    GatewayResponse(
        response_type="BAD_REQUEST_BODY", status_code="422", template=_template(answers.NOT_JSON)
    ),
    GatewayResponse(
        response_type="UNAUTHORIZED",
        status_code="401",
        template=_template(Message(message=answers.INVALID_TOKEN)),
    ),
    # Its own is 403; a caller's mistake stays one in the metrics.
    GatewayResponse(
        response_type="MISSING_AUTHENTICATION_TOKEN",
        status_code="404",
        template=_template(Message(message=answers.NO_SUCH_ROUTE)),
    ),
    GatewayResponse(
        response_type="REQUEST_TOO_LARGE",
        status_code="413",
        template=_template(
            Message(
                message=f"The request has more than {MAX_REPORT_BYTES:,} {HANDED_ON}. "
                f"{COUNTED_TWICE} {HOW_TO_SPLIT}"
            )
        ),
    ),
    GatewayResponse(
        response_type="THROTTLED", status_code="429", template=_template(Message(message=answers.THROTTLED))
    ),
    GatewayResponse(response_type="INTEGRATION_FAILURE", status_code="504", template=_FAILED),
    GatewayResponse(response_type="INTEGRATION_TIMEOUT", status_code="504", template=_FAILED),
)
