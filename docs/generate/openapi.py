"""The API's description in OpenAPI 3.1, made from the table of routes and the contract's types."""

from pkgutil import resolve_name
from typing import Any, Final

from pydantic import TypeAdapter

from contract import answers
from contract.names import STAGE
from contract.routes import AUTH, ROUTES, AnswerSpec, HeaderSpec, RouteSpec

_SCHEMAS: Final = "#/components/schemas/"
_BEARER: Final = "idToken"
_LICENCE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


def build_openapi() -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "file-sla",
            "version": STAGE,
            "description": "Takes reports of files that waited longer than their folder's SLA.",
            "license": _LICENCE,
            "contact": {"name": "The owner of the stack that you call"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/" + STAGE,
                "description": "The stack's output api_url.",
                "variables": {"api": {"default": "api"}, "region": {"default": "us-east-1"}},
            }
        ],
        "tags": [{"name": route.tag, "description": route.summary} for route in ROUTES],
        "paths": {f"/{route.path}": {"post": _describe_route(route)} for route in ROUTES},
        "components": {
            "schemas": _build_schemas(),
            "securitySchemes": {
                _BEARER: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": f"The token that `/{AUTH.path}` answers with. Each route says whose.",
                }
            },
        },
    }


def _describe_route(route: RouteSpec) -> dict[str, Any]:
    parameters = [_describe_header(header) for header in route.headers]
    return {
        "operationId": route.operation_id,
        "tags": [route.tag],
        "summary": route.summary,
        "description": route.description,
        "security": [{_BEARER: []}] if route.group else [],
        **({"parameters": parameters} if parameters else {}),
        "requestBody": {
            "required": True,
            "content": _describe_content([route.request.rpartition(":")[2]]),
        },
        "responses": {str(answer.status.value): _describe_answer(answer) for answer in route.all_answers},
    }


def _describe_header(header: HeaderSpec) -> dict[str, Any]:
    return {
        "name": header.name,
        "in": "header",
        "required": False,
        "description": header.meaning,
        "schema": {"type": "string", "pattern": f"^{header.pattern}$"},
    }


def _describe_answer(answer: AnswerSpec) -> dict[str, Any]:
    return {
        "description": answer.meaning,
        "content": _describe_content([body.__name__ for body in answer.bodies]),
    }


def _describe_content(schemas: list[str]) -> dict[str, Any]:
    references = [{"$ref": _SCHEMAS + name} for name in schemas]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"application/json": {"schema": schema}}


def _build_schemas() -> dict[str, Any]:
    requests = {route.request.rpartition(":")[2]: resolve_name(route.request) for route in ROUTES}
    bodies = {
        body.__name__: body for route in ROUTES for answer in route.all_answers for body in answer.bodies
    }
    roots, shared = TypeAdapter.json_schemas(
        [
            (name, "validation", TypeAdapter(contract))
            for name, contract in {**requests, answers.Message.__name__: answers.Message, **bodies}.items()
        ],
        ref_template=_SCHEMAS + "{model}",
    )
    schemas = {name: schema for (name, _), schema in roots.items() if name not in shared["$defs"]}
    return {**schemas, **shared["$defs"]}
