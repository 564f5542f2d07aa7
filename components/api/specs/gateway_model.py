"""The JSON Schema by which API Gateway checks a request's body."""

from typing import Any, Final

from contract.routes import RouteSpec

DRAFT_04: Final = "http://json-schema.org/draft-04/schema#"


def build_gateway_model(route: RouteSpec) -> dict[str, Any]:
    """A draft-04 schema that takes any JSON.

    The gateway has one text for whatever its model refuses. So it turns away what is no JSON, and says
    that; what is wrong with the rest the function says, by field and with the remedy.
    """
    return {
        "$schema": DRAFT_04,
        "title": route.operation_id,
        "description": f"Any JSON; the function holds it against the contract. {route.summary}.",
    }
