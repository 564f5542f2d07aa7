"""docs/api.md: the routes, what each takes and answers."""

from collections.abc import Iterator
from dataclasses import asdict

from contract import answers
from contract.answers import NOT_JSON
from contract.names import STAGE
from contract.routes import ROUTES, RouteSpec
from docs.generate.markdown import format_json, format_table
from docs.generate.request_schema import Shape, read_shapes

_HEAD = f"""# The API

{len(ROUTES)} routes, all `POST`, all JSON in UTF-8. A path follows the stack's output `api_url`, which ends
in `/{STAGE}` unless it is a [domain name](domain.md); any other path or method is answered 404. Keys that are
not listed here are ignored, unless a route says otherwise. The same in OpenAPI: [openapi.json](openapi.json).

Every answer is JSON with a `message`. One that refuses a body says what to mend, such as:

{format_json(asdict(NOT_JSON))}
How many files fit into one report, by what writes it: [the largest report](capacity.md#the-largest-report).
"""


def build_api_page() -> str:
    """The page."""
    return "\n".join([_HEAD, *(line for route in ROUTES for line in _describe(route))])


def _describe(route: RouteSpec) -> Iterator[str]:
    yield f"## {route.tag}: `POST /{route.path}`\n"
    yield f"{route.summary}. {route.description}\n"
    caller = (
        f"a user in the group `{route.group}`, with `Authorization: Bearer <token>`"
        if route.group
        else "anyone"
    )
    size = f"{route.max_body_bytes:,} {answers.HANDED_ON}. {answers.COUNTED_TWICE}"
    facts = [("who may call it", caller), ("body at most", size)]
    facts += [(f"header `{header.name}`, optional", header.meaning) for header in route.headers]
    yield format_table(("", ""), facts)
    yield "### What it takes\n"
    for shape in read_shapes(route):
        yield from _describe_shape(shape)
    yield "### What it answers\n"
    yield format_table(
        ("status", "meaning", "keys of the body"),
        [
            (
                str(answer.status.value),
                answer.meaning,
                " or ".join(
                    ", ".join(f"`{name}`" for name in body.__dataclass_fields__) for body in answer.bodies
                ),
            )
            for answer in route.all_answers
        ],
    )


def _describe_shape(shape: Shape) -> Iterator[str]:
    yield f"{shape.meaning}\n"
    yield format_json(shape.example)
    yield format_table(
        ("key", "type", "meaning"), [(f"`{field.path}`", field.type, field.meaning) for field in shape.fields]
    )
