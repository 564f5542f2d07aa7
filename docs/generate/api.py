"""docs/api.md and docs/openapi.json, from the contract's own types, routes and answers."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pkgutil import resolve_name
from typing import Any, Final, Self

from pydantic import TypeAdapter

from contract import answers
from contract.answers import NOT_JSON
from contract.names import STAGE
from contract.routes import AUTH, ROUTES, AnswerSpec, RouteSpec
from docs.generate.markdown import format_json, format_table

_DEFINITIONS: Final = "#/$defs/"
_NULL: Final = {"type": "null"}
_FORMATS: Final = {"date-time": "date and time", "uuid": "GUID"}
_TYPES: Final = {"string": "text", "integer": "whole number", "boolean": "boolean", "object": "object"}

_SCHEMAS: Final = "#/components/schemas/"
_BEARER: Final = "idToken"
_LICENCE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}

Schema = Mapping[str, Any]


class UndescribedFieldError(Exception):
    """A field of the contract lacks what documents say of it."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"The field {path} has no {what}. Give it one where it is declared, in contract/.")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One key of a body."""

    path: str
    """From the body on, such as `sla_error[].folder`."""
    type: str
    """With its limits, and whether it may be left out."""
    meaning: str


@dataclass(frozen=True, kw_only=True)
class BodyShape:
    """One of the shapes that a route's body may have."""

    meaning: str
    fields: tuple[Field, ...]
    example: Any
    """Of the keys that must be there."""

    @classmethod
    def of(cls, schema: Schema, definitions: Schema) -> Self:
        """That of an object's schema, which may refer to the definitions."""
        return cls(
            meaning=schema["description"],
            fields=tuple(_list_fields(schema, definitions, "")),
            example=_build_example(schema, definitions),
        )


def read_shapes(route: RouteSpec) -> tuple[BodyShape, ...]:
    """Every shape of a route's request."""
    schema = TypeAdapter(resolve_name(route.request)).json_schema()
    definitions = schema.get("$defs", {})
    return tuple(
        BodyShape.of(_follow(shape, definitions), definitions) for shape in schema.get("anyOf", [schema])
    )


def _follow(schema: Schema, definitions: Schema) -> Schema:
    """The definition that the schema refers to, with what it says itself; or the one that it is."""
    reference = schema.get("$ref")
    return {**definitions[reference.removeprefix(_DEFINITIONS)], **schema} if reference else schema


def _list_fields(schema: Schema, definitions: Schema, prefix: str) -> Iterator[Field]:
    """The fields of an object, and those of the objects within."""
    for name, found in schema["properties"].items():
        field = _without_null(found)
        path = f"{prefix}{name}"
        optional = "" if name in schema.get("required", ()) else ", optional"
        if "description" not in field:
            raise UndescribedFieldError(path, "description")
        kind = _describe_type(_follow(field, definitions))
        yield Field(path=path, type=kind + optional, meaning=field["description"])
        inner = _follow(field.get("items", field), definitions)
        if "properties" in inner:
            yield from _list_fields(inner, definitions, f"{path}{'[]' if 'items' in field else ''}.")


def _without_null(schema: Schema) -> Schema:
    """What an optional field holds where it is there."""
    choices = [choice for choice in schema.get("anyOf", []) if choice != _NULL]
    return {**schema, **choices[0]} if len(choices) == 1 else schema


def _describe_type(schema: Schema) -> str:
    if "const" in schema:
        return f"`{str(schema['const']).lower()}`"
    if "items" in schema:
        return f"list of at least {schema.get('minItems', 0)}"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    kind: str = schema.get("type", "object")
    limits = _format_limits(schema, "Length", " characters") or _format_limits(schema, "imum", "")
    return _FORMATS.get(schema.get("format", ""), _TYPES.get(kind, kind)) + limits


def _format_limits(schema: Schema, ending: str, unit: str) -> str:
    least, most = schema.get(f"min{ending}"), schema.get(f"max{ending}")
    match least, most:
        case None, None:
            return ""
        case None, _:
            return f", at most {most:,}{unit}"
        case _, None:
            return f", at least {least:,}{unit}"
    return f", {least:,} to {most:,}{unit}"


def _build_example(schema: Schema, definitions: Schema, path: str = "") -> Any:
    """A value of the schema: an object of the keys that it requires, a list of one."""
    schema = _follow(schema, definitions)
    if "properties" in schema and not schema.get("examples"):
        return {
            name: _build_example(schema["properties"][name], definitions, f"{path}.{name}".removeprefix("."))
            for name in schema.get("required", ())
        }
    if "items" in schema:
        return [_build_example(schema["items"], definitions, f"{path}[]")]
    if not schema.get("examples"):
        raise UndescribedFieldError(path, "example")
    return schema["examples"][0]


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
    parameters = [
        {
            "name": header.name,
            "in": "header",
            "required": False,
            "description": header.meaning,
            "schema": {"type": "string", "pattern": f"^{header.pattern}$"},
        }
        for header in route.headers
    ]
    return {
        "operationId": route.operation_id,
        "tags": [route.tag],
        "summary": route.summary,
        "description": route.description,
        "security": [{_BEARER: []}] if route.group else [],
        **({"parameters": parameters} if parameters else {}),
        "requestBody": {"required": True, "content": _describe_content([route.request.rpartition(":")[2]])},
        "responses": {
            str(answer.status.value): {
                "description": answer.meaning,
                "content": _describe_content([body.__name__ for body in answer.bodies]),
            }
            for answer in route.all_answers
        },
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


_COMMON: Final = [
    answer for answer in ROUTES[0].all_answers if all(answer in route.all_answers for route in ROUTES)
]
"""What every route may answer."""
_HEAD = f"""# The API

{len(ROUTES)} routes, all `POST`, all JSON in UTF-8. A path follows the stack's output `api_url`, which ends
in `/{STAGE}` unless it is a [domain name](domain.md); any other path or method is answered 404. Keys that are
not listed here are ignored, unless a route says otherwise. The same in OpenAPI: [openapi.json](openapi.json).

Every answer is JSON with a `message`. One that refuses a body says what to fix, such as:

{format_json(asdict(NOT_JSON))}
How many files fit into one report, by what writes it: [the largest report](capacity.md#the-largest-report).
Any route may also answer:
"""


def build_api_page() -> str:
    """The page."""
    return "\n".join(
        [_HEAD, _format_answers(_COMMON), *(line for route in ROUTES for line in _describe(route))]
    )


def _describe(route: RouteSpec) -> Iterator[str]:
    yield f"## {route.tag}: `POST /{route.path}`\n"
    yield f"{route.summary}. {route.description}\n"
    caller = (
        f"a user in the group `{route.group}`, with `Authorization: Bearer <token>`"
        if route.group
        else "anyone"
    )
    size = f"{route.max_body_bytes:,} {answers.HANDED_ON}. {answers.COUNTED_TWICE}"
    facts = [f"Who may call it: {caller}", f"Body at most {size}"]
    facts += [f"Header `{header.name}`, optional: {header.meaning}" for header in route.headers]
    yield "".join(f"- {fact.removesuffix('.')}.\n" for fact in facts)
    yield "### What it takes\n"
    for shape in read_shapes(route):
        yield from _describe_shape(shape)
    yield "### What it answers\n"
    yield _format_answers(answer for answer in route.all_answers if answer not in _COMMON)


def _format_answers(described: Iterable[AnswerSpec]) -> str:
    return format_table(
        ("status", "meaning", "keys of the body"),
        [
            (
                str(answer.status.value),
                answer.meaning,
                " or ".join(
                    ", ".join(f"`{name}`" for name in body.__dataclass_fields__) for body in answer.bodies
                ),
            )
            for answer in described
        ],
    )


def _describe_shape(shape: BodyShape) -> Iterator[str]:
    example = format_json(shape.example)
    if example.count("\n") == 3:
        yield f"{shape.meaning} Such as `{json.dumps(shape.example)}`:\n"
    else:
        yield f"{shape.meaning}\n"
        yield example
    yield format_table(
        ("key", "type", "meaning"), [(f"`{field.path}`", field.type, field.meaning) for field in shape.fields]
    )
