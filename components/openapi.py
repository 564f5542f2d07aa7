"""The API's description in OpenAPI 3.1, made from the contract's own classes.

`python -m components.openapi` prints it; what it prints is published as docs/openapi.json.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, get_args

from pydantic import TypeAdapter

from handlers.ingest.report import Report
from handlers.names import IDEMPOTENCY_HEADER, STAGE, Group, Route
from handlers.sign_in.request import MAX_CHARACTERS, AuthRequest
from handlers.web.errors import FieldProblem

_SCHEMAS: Final = "#/components/schemas/"
_BEARER: Final = "idToken"


@dataclass(kw_only=True)
class Message:
    """What every answer has."""

    message: str


@dataclass(kw_only=True)
class SignedIn(Message):
    """The tokens of a sign-in."""

    token: str
    token_type: str
    expires_in: int
    refresh_token: str


@dataclass(kw_only=True)
class Recorded(Message):
    """What was stored of a report."""

    recorded: int
    files: int
    error_ids: list[str]


@dataclass(kw_only=True)
class Problems(Message):
    """What breaks the contract, and how to mend it."""

    errors: list[FieldProblem]


@dataclass(kw_only=True)
class Challenge(Message):
    """What the user pool wants before it lets the user in."""

    challenge: str


@dataclass(kw_only=True)
class Fault(Message):
    """A fault of ours."""

    request_id: str


_BY_NAME: Final[dict[str, Any]] = {
    contract.__name__: contract
    for contract in (Report, Message, SignedIn, Recorded, Problems, Challenge, Fault)
}


def openapi() -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "file-sla",
            "version": STAGE,
            "description": "Takes reports of files that waited longer than their folder's SLA.",
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/" + STAGE,
                "description": "The stack's output api_url.",
                "variables": {"api": {"default": "api"}, "region": {"default": "us-east-1"}},
            }
        ],
        "paths": {f"/{Route.AUTH}": {"post": _auth()}, f"/{Route.FILE_SLA_ERROR}": {"post": _report()}},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                _BEARER: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": f"The token of /{Route.AUTH}, of a user in the group {Group.REPORTERS}.",
                }
            },
        },
    }


def _auth() -> dict[str, Any]:
    return {
        "operationId": "signIn",
        "summary": "Signs in, stays signed in, or recovers an account",
        "requestBody": _body("AuthRequest"),
        "responses": _answers(
            {
                HTTPStatus.OK: ("Signed in, or the step of the recovery is done.", ["SignedIn", "Message"]),
                HTTPStatus.BAD_REQUEST: ("The body breaks the contract.", ["Problems"]),
                HTTPStatus.UNAUTHORIZED: ("The user name or password is wrong.", ["Message"]),
                HTTPStatus.FORBIDDEN: ("The password was right, but must be changed.", ["Challenge"]),
            }
        ),
    }


def _report() -> dict[str, Any]:
    return {
        "operationId": "reportBreaches",
        "summary": "Stores a report; an empty list is a heartbeat",
        "security": [{_BEARER: []}],
        "parameters": [
            {
                "name": IDEMPOTENCY_HEADER,
                "in": "header",
                "required": False,
                "description": "Makes a retry store nothing twice; a new GUID for each report.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            }
        ],
        "requestBody": _body("Report"),
        "responses": _answers(
            {
                HTTPStatus.OK: ("Every record is stored.", ["Recorded"]),
                HTTPStatus.BAD_REQUEST: ("The body breaks the contract; nothing was stored.", ["Problems"]),
                HTTPStatus.UNAUTHORIZED: ("No valid ID token.", ["Message"]),
                HTTPStatus.FORBIDDEN: (f"The user is not in the group {Group.REPORTERS}.", ["Message"]),
            }
        ),
    }


def _answers(own: dict[HTTPStatus, tuple[str, list[str]]]) -> dict[str, Any]:
    common: dict[HTTPStatus, tuple[str, list[str]]] = {
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Over a limit; the message says how to split.", ["Message"]),
        HTTPStatus.TOO_MANY_REQUESTS: ("Slow down and send it again.", ["Message"]),
        HTTPStatus.INTERNAL_SERVER_ERROR: ("A fault of ours; send it again.", ["Fault"]),
    }
    return {
        str(status.value): {
            "description": description,
            "content": {"application/json": {"schema": _one_of(schemas)}},
        }
        for status, (description, schemas) in {**own, **common}.items()
    }


def _one_of(schemas: list[str]) -> dict[str, Any]:
    references = [{"$ref": _SCHEMAS + name} for name in schemas]
    return references[0] if len(references) == 1 else {"anyOf": references}


def _body(schema: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": _SCHEMAS + schema}}}}


def _schemas() -> dict[str, Any]:
    roots, shared = TypeAdapter.json_schemas(
        [
            (name, "validation", TypeAdapter(contract))
            for name, contract in {"AuthRequest": AuthRequest, **_BY_NAME}.items()
        ],
        ref_template=_SCHEMAS + "{model}",
    )
    schemas = {name: schema for (name, _), schema in roots.items() if name not in shared["$defs"]}
    schemas |= shared["$defs"]
    for request in get_args(AuthRequest):
        for definition in schemas[request.__name__]["properties"].values():
            if definition.get("type") == "string":
                definition |= {"minLength": 1, "maxLength": MAX_CHARACTERS}
    return schemas


if __name__ == "__main__":
    print(json.dumps(openapi(), indent=2))
