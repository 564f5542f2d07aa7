"""docs/api.md says what the routes take: its examples are taken, its limits are those of the functions."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel, Field

from contract.action import MaintenanceAction, SenderAction
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
NIGHTS = {"days": ["mon"], "from": "22:00", "to": "04:00", "zone": "Europe/Berlin"}


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


def _limits() -> Iterator[Any]:
    """Each limit of the page: the shape, the key, what is just within, what is just outside."""
    number = r"([\d,]+)"
    for entry in SHAPES:
        for key, described in entry.fields.items():
            kind = described.removesuffix(", optional")
            within: list[Any] = []
            outside: list[Any] = []
            if found := re.search(rf"{number} to {number}", kind) or re.search(rf"at most {number}", kind):
                bounds = [int(bound.replace(",", "")) for bound in found.groups()]
                make = (lambda size: "x" * size) if kind.startswith("text") else int
                within = [make(bound) for bound in bounds]
                outside = [make(bounds[-1] + 1), *([make(bounds[0] - 1)] if len(bounds) > 1 else [])]
            elif found := re.fullmatch(rf"whole number, at least {number}", kind):
                within, outside = [int(found[1])], [int(found[1]) - 1]
            elif kind == "list of at least 1":
                outside = [[]]
            elif kind == "list of at least 0":
                within = [[]]
            if within or outside:
                yield pytest.param(entry, key, within, outside, id=f"{entry.id}-{key}")


LIMITS = list(_limits())


def _with(example: Any, key: str, value: Any) -> bytes:
    """The example with another value at a key such as `sla_error[].folder`."""
    body = deepcopy(example)
    if key.startswith("run."):
        # What is in breach has to be in the run's list.
        body["sla_error"] = []
    place: Any = body
    *steps, last = key.split(".")
    for step in steps:
        # What is optional is not in the example.
        inner: Any = {"folder": "a"} if step == "folders[]" else {}
        name = step.removesuffix("[]")
        place = place.setdefault(name, [inner] if step.endswith("[]") else inner)
        place = place[0] if step.endswith("[]") else place
    place[last] = value
    if key == "interval_minutes":
        body["action"] = SenderAction.SET_INTERVAL
    if key == "maintenance_id" and "window" in body:
        body["action"] = MaintenanceAction.CHANGE
    if key in ("run.part", "run.parts"):
        place.update(id=str(uuid4()), **({"parts": value} if key == "run.part" else {}))
    return json.dumps(body).encode()


def test_page_has_every_route() -> None:
    assert {entry.path for entry in SHAPES} == {route.path for route in ROUTES} == PARSERS.keys()
    limited = {(entry.path, key) for entry, key, _, _ in (limit.values for limit in LIMITS)}
    assert limited == {
        (entry.path, key) for entry in SHAPES for key, kind in entry.fields.items() if re.search(r"\d", kind)
    }
    assert limited


@pytest.mark.parametrize("entry", SHAPES, ids=lambda entry: entry.id)
def test_example_is_taken_and_needs_each_of_its_keys(entry: PageShape) -> None:
    parse = PARSERS[entry.path]
    parse(json.dumps(entry.example).encode())
    for key in entry.example:
        # Without the key that distinguishes its shape, a sign-in is taken for one of another shape.
        with pytest.raises(InvalidBodyError):
            parse(json.dumps({name: value for name, value in entry.example.items() if name != key}).encode())


@pytest.mark.parametrize(("entry", "key", "within", "outside"), LIMITS)
def test_limit_is_that_of_the_function(
    entry: PageShape, key: str, within: list[Any], outside: list[Any]
) -> None:
    parse = PARSERS[entry.path]
    for value in within:
        parse(_with(entry.example, key, value))
    for value in outside:
        with pytest.raises(InvalidBodyError) as refused:
            parse(_with(entry.example, key, value))
        assert refused.value.problems[0].field == key.replace("[]", "[0]")


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
