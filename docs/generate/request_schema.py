"""What the body of a request may hold, read from the JSON Schema of the contract's own types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any, Final, Self

from pydantic import TypeAdapter

from contract.routes import RouteSpec

_DEFINITIONS: Final = "#/$defs/"
_NULL: Final = {"type": "null"}
_FORMATS: Final = {"date-time": "date and time", "uuid": "GUID"}
_TYPES: Final = {"string": "text", "integer": "whole number", "boolean": "boolean", "object": "object"}

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
class Shape:
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


def read_shapes(route: RouteSpec) -> tuple[Shape, ...]:
    """Every shape of a route's request."""
    schema = TypeAdapter(resolve_name(route.request)).json_schema()
    definitions = schema.get("$defs", {})
    return tuple(
        Shape.of(_follow(shape, definitions), definitions) for shape in schema.get("anyOf", [schema])
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
    if "properties" in schema:
        return {
            name: _build_example(schema["properties"][name], definitions, f"{path}.{name}".removeprefix("."))
            for name in schema.get("required", ())
        }
    if "items" in schema:
        return [_build_example(schema["items"], definitions, f"{path}[]")]
    if not schema.get("examples"):
        raise UndescribedFieldError(path, "example")
    return schema["examples"][0]
