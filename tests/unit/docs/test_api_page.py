"""docs/api.md says what the routes take: its examples are taken, its limits are those of the functions."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel, Field

from contract.names import ROOT
from contract.routes import AUTH, FILE_SLA_ERROR, INCIDENT_ACTION, ROUTES
from docs.generate.api import UndescribedFieldError, build_example, list_fields
from handlers.actions.parsing import parse_action
from handlers.auth import parse_sign_in
from handlers.ingest.parsing import parse_report
from handlers.web.errors import InvalidBodyError

PAGE = (ROOT / "docs" / "api.md").read_text()
PARSERS: dict[str, Callable[[bytes], object]] = {
    AUTH.path: parse_sign_in,
    FILE_SLA_ERROR.path: parse_report,
    INCIDENT_ACTION.path: parse_action,
}


@dataclass(frozen=True)
class PageShape:
    """One shape of a route's body, as the page has it."""

    path: str
    example: Any
    fields: dict[str, str] = field(default_factory=dict)
    """Type by key."""

    @property
    def id(self) -> str:
        return f"{self.path}-{'-'.join(self.example)}"


def _read_page() -> Iterator[PageShape]:
    for section in PAGE.split("\n## ")[1:]:
        [path] = re.findall(r"^.*: `POST /(\w+)`$", section, re.MULTILINE)
        takes, _, _ = section.partition("### What it takes")[2].partition("### What it answers")
        shapes = r"(?:```json\n([^`]+)```|Such as `([^`\n]+)`:)\n\n((?:\|.*\n)+)"
        for block, line, table in re.findall(shapes, takes):
            rows = re.findall(r"^\| `([\w.\[\]]+)` \| (.*?) \|", table, re.MULTILINE)
            yield PageShape(path, json.loads(block or line), dict(rows))


SHAPES = list(_read_page())


def test_page_has_every_route() -> None:
    assert {entry.path for entry in SHAPES} == {route.path for route in ROUTES} == PARSERS.keys()


@pytest.mark.parametrize("entry", SHAPES, ids=lambda entry: entry.id)
def test_example_is_taken_and_needs_each_of_its_keys(entry: PageShape) -> None:
    parse = PARSERS[entry.path]
    parse(json.dumps(entry.example).encode())
    for key in entry.example:
        # Without the key that distinguishes its shape, a sign-in is taken for one of another shape.
        with pytest.raises(InvalidBodyError):
            parse(json.dumps({name: value for name, value in entry.example.items() if name != key}).encode())


@pytest.mark.parametrize(
    "entry", [one for one in SHAPES if one.path == AUTH.path], ids=lambda entry: entry.id
)
def test_limits_of_a_sign_in_are_those_of_the_function(entry: PageShape) -> None:
    """It alone is not checked by the types that the page is made from."""
    limits = {key: re.search(r"(?:at most|to) ([\d,]+)", kind) for key, kind in entry.fields.items()}
    assert any(limits.values())
    for key, found in limits.items():
        if found:
            most = int(found[1].replace(",", ""))
            parse_sign_in(json.dumps({**entry.example, key: "x" * most}).encode())
            with pytest.raises(InvalidBodyError):
                parse_sign_in(json.dumps({**entry.example, key: "x" * (most + 1)}).encode())


def test_a_field_that_nobody_described_is_named() -> None:
    size: dict[str, Any] = {"type": "integer"}
    inner = {"type": "object", "description": "Within.", "properties": {"size": size}, "required": ["size"]}
    listed = {"type": "array", "description": "What is within.", "items": {"$ref": "#/$defs/Inner"}}
    outer = {"description": "An object.", "properties": {"inner": listed}, "required": ["inner"]}
    with pytest.raises(UndescribedFieldError, match=r"inner\[\]\.size has no description"):
        list(list_fields(outer, {"Inner": inner}))
    size["description"] = "How large."
    with pytest.raises(UndescribedFieldError, match=r"inner\[\]\.size has no example"):
        build_example(outer, {"Inner": inner})


def test_optional_fields_are_described_by_what_they_hold_and_left_out_of_the_example() -> None:
    class Wrapped(BaseModel):
        """An object."""

        name: str = Field(description="Its name.", examples=["a"], max_length=5)
        sender: str | None = Field(default=None, description="Who sent it.", min_length=2, max_length=64)

    schema = Wrapped.model_json_schema()
    assert [(key, kind) for key, kind, _ in list_fields(schema, {})] == [
        ("name", "text, at most 5 characters"),
        ("sender", "text, 2 to 64 characters, optional"),
    ]
    assert build_example(schema, {}) == {"name": "a"}
