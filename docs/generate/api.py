"""docs/api.md and docs/openapi.json, from the contract's own types, routes and answers."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pkgutil import resolve_name
from typing import Any, Final

from pydantic import TypeAdapter

from contract import answers
from contract.names import STAGE
from contract.routes import AUTH, ROUTES, AnswerSpec, RouteSpec
from docs.generate.markdown import format_json, format_table

_DEFINITIONS: Final = "#/$defs/"
_NULL: Final = {"type": "null"}
_FORMATS: Final = {"date-time": "date and time", "uuid": "GUID"}
_TYPES: Final = {"string": "text", "integer": "whole number", "boolean": "boolean", "object": "object"}

_SCHEMAS: Final = "#/components/schemas/"
_BEARER: Final = "idToken"

Schema = Mapping[str, Any]


class UndescribedFieldError(Exception):
    """A field of the contract lacks what documents say of it: give it one where it is declared."""


def _follow(schema: Schema, definitions: Schema) -> Schema:
    """The definition that the schema refers to, with what it says itself; or the one that it is."""
    reference = schema.get("$ref")
    return {**definitions[reference.removeprefix(_DEFINITIONS)], **schema} if reference else schema


def list_fields(schema: Schema, definitions: Schema, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """The keys of an object and of those within, such as `sla_error[].folder`, with type and meaning."""
    for name, found in schema["properties"].items():
        # What an optional field holds where it is there.
        choices = [choice for choice in found.get("anyOf", []) if choice != _NULL]
        field = {**found, **choices[0]} if len(choices) == 1 else found
        path, optional = f"{prefix}{name}", "" if name in schema.get("required", ()) else ", optional"
        if "description" not in field:
            raise UndescribedFieldError(f"The field {path} has no description.")
        yield path, _describe_type(_follow(field, definitions)) + optional, field["description"]
        inner = _follow(field.get("items", field), definitions)
        if "properties" in inner:
            yield from list_fields(inner, definitions, f"{path}{'[]' if 'items' in field else ''}.")


def _describe_type(schema: Schema) -> str:
    if "const" in schema:
        return f"`{str(schema['const']).lower()}`"
    if "items" in schema:
        return f"list of at least {schema.get('minItems', 0)}"
    if "enum" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    kind: str = schema.get("type", "object")
    ending, unit = ("imum", "") if kind in {"integer", "number"} else ("Length", " characters")
    text = _FORMATS.get(schema.get("format", ""), _TYPES.get(kind, kind))
    match schema.get(f"min{ending}"), schema.get(f"max{ending}"):
        case None, None:
            return text
        case None, most:
            return f"{text}, at most {most:,}{unit}"
        case least, None:
            return f"{text}, at least {least:,}{unit}"
        case least, most:
            return f"{text}, {least:,} to {most:,}{unit}"
    raise AssertionError


def build_example(schema: Schema, definitions: Schema, path: str = "") -> Any:
    """A value of the schema: an object of the keys that it requires, a list of one."""
    schema = _follow(schema, definitions)
    if examples := schema.get("examples"):
        return examples[0]
    if "properties" in schema:
        return {
            name: build_example(schema["properties"][name], definitions, f"{path}.{name}".lstrip("."))
            for name in schema.get("required", ())
        }
    if "items" in schema:
        return [build_example(schema["items"], definitions, f"{path}[]")]
    raise UndescribedFieldError(f"The field {path} has no example.")


def build_openapi() -> dict[str, Any]:
    """The document."""
    server = {
        "url": "https://{api}.execute-api.{region}.amazonaws.com/" + STAGE,
        "description": "The stack's output api_url.",
        "variables": {"api": {"default": "api"}, "region": {"default": "us-east-1"}},
    }
    token = f"The token that `/{AUTH.path}` answers with. Each route says whose."
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": token}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "file-sla",
            "version": STAGE,
            "description": "Takes reports of files that waited longer than their folder's SLA.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "contact": {"name": "The owner of the stack that you call"},
        },
        "servers": [server],
        "tags": [{"name": route.tag, "description": route.summary} for route in ROUTES],
        "paths": {f"/{route.path}": {"post": _describe_route(route)} for route in ROUTES},
        "components": {"schemas": _build_schemas(), "securitySchemes": {_BEARER: bearer}},
    }


def _describe_route(route: RouteSpec) -> dict[str, Any]:
    parameters = [
        {
            "name": header.name, "in": "header", "required": False, "description": header.meaning,
            "schema": {"type": "string", "pattern": f"^{header.pattern}$"},
        }
        for header in route.headers
    ]  # fmt: skip
    return {
        "operationId": route.operation_id,
        "tags": [route.tag],
        "summary": route.summary,
        "description": route.description,
        "security": [{_BEARER: []}] if route.group else [],
        **({"parameters": parameters} if parameters else {}),
        "requestBody": {"required": True, "content": _describe_content(route.request.rpartition(":")[2])},
        "responses": {
            str(answer.status.value): {
                "description": answer.meaning,
                "content": _describe_content(*(body.__name__ for body in answer.bodies)),
            }
            for answer in route.all_answers
        },
    }


def _describe_content(*schemas: str) -> dict[str, Any]:
    references = [{"$ref": _SCHEMAS + name} for name in schemas]
    schema = references[0] if len(references) == 1 else {"anyOf": references}
    return {"application/json": {"schema": schema}}


def _build_schemas() -> dict[str, Any]:
    types = {route.request.rpartition(":")[2]: resolve_name(route.request) for route in ROUTES}
    bodies: list[Any] = [body for route in ROUTES for answer in route.all_answers for body in answer.bodies]
    types |= {body.__name__: body for body in (answers.Message, *bodies)}
    roots, shared = TypeAdapter.json_schemas(
        [(name, "validation", TypeAdapter(kind)) for name, kind in types.items()],
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

Every answer is JSON with a `message`. One that refuses a body also has `errors`, a list of what to fix: each
has `field`, `problem` and `hint`. How many files fit into one report, by what writes it: [the largest
report](capacity.md#the-largest-report). Any route may also answer:
"""


def build_api_page() -> str:
    """The page."""
    lines = [line for route in ROUTES for line in _describe(route)]
    return "\n".join([_HEAD, _format_answers(_COMMON), *lines])


def _describe(route: RouteSpec) -> Iterator[str]:
    yield f"## {route.tag}: `POST /{route.path}`\n"
    yield f"{route.summary}. {route.description}\n"
    group = f"a user in the group `{route.group}`, with `Authorization: Bearer <token>`"
    facts = [f"Who may call it: {group if route.group else 'anyone'}"]
    facts.append(f"Body at most {route.max_body_bytes:,} {answers.HANDED_ON}. {answers.COUNTED_TWICE}")
    facts += [f"Header `{header.name}`, optional: {header.meaning}" for header in route.headers]
    yield "".join(f"- {fact.removesuffix('.')}.\n" for fact in facts)
    yield "### What it takes\n"
    request: Schema = TypeAdapter(resolve_name(route.request)).json_schema()
    definitions = request.get("$defs", {})
    for shape in request.get("anyOf", [request]):
        schema = _follow(shape, definitions)
        example = build_example(schema, definitions)
        if len(line := json.dumps(example)) <= 100:
            yield f"{schema['description']} Such as `{line}`:\n"
        else:
            yield f"{schema['description']}\n\n{format_json(example)}"
        rows = [(f"`{key}`", *cells) for key, *cells in list_fields(schema, definitions)]
        yield format_table(("key", "type", "meaning"), rows)
    yield "### What it answers\n"
    yield _format_answers(answer for answer in route.all_answers if answer not in _COMMON)


def _format_answers(described: Iterable[AnswerSpec]) -> str:
    def name_keys(body: Any) -> str:
        return ", ".join(f"`{name}`" for name in body.__dataclass_fields__)

    rows = [
        (str(answer.status.value), answer.meaning, " or ".join(map(name_keys, answer.bodies)))
        for answer in described
    ]
    return format_table(("status", "meaning", "keys of the body"), rows)
