"""JSON Schema as API Gateway wants it, derived from the contract's own types.

The gateway's check is coarse on purpose: it turns away what is no request at all. Which field
is wrong and how to mend it, the function says better.
"""

from functools import reduce
from pkgutil import resolve_name
from typing import Any, Final

from pydantic import TypeAdapter

from contract.routes import RouteSpec

DRAFT_04: Final = "http://json-schema.org/draft-04/schema#"


def build_gateway_model(route: RouteSpec) -> dict[str, Any]:
    """A draft-04 schema of what all shapes of a route's request have in common.

    That is: an object, the properties that each of them requires, and their JSON types.
    """
    schema = TypeAdapter(resolve_name(route.request)).json_schema()
    shapes = [_follow(shape, schema) for shape in schema.get("anyOf", [schema])]
    required = [name for name in shapes[0]["required"] if all(name in shape["required"] for shape in shapes)]
    return {
        "$schema": DRAFT_04,
        "title": route.operation_id,
        "type": "object",
        "properties": {name: _describe_type(name, route, shapes) for name in required},
        "required": required,
    }


def _follow(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The definition that a reference such as `#/$defs/TokenRefresh` points to, or the shape itself."""
    if "$ref" not in shape:
        return shape
    steps = shape["$ref"].removeprefix("#/").split("/")
    found: dict[str, Any] = reduce(lambda place, step: place[step], steps, schema)
    return found


def _describe_type(name: str, route: RouteSpec, shapes: list[dict[str, Any]]) -> dict[str, str]:
    if name in route.lenient:
        return {}
    [json_type] = {shape["properties"][name]["type"] for shape in shapes}
    return {"type": json_type}
