"""docs/api.md: the routes, what each takes and answers."""

from collections.abc import Iterator

from contract import remedies
from contract.routes import ROUTES, RouteSpec
from docs.generate.markdown import format_table

_HEAD = """# The API

Two routes, both `POST`, both JSON in UTF-8. Every answer is JSON with a `message`. The same in OpenAPI:
[openapi.json](openapi.json). How many files fit into one report, by what writes it:
[the largest report](capacity.md#the-largest-report).
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
    size = f"{route.max_body_bytes:,} {remedies.HANDED_ON}. {remedies.COUNTED_TWICE}"
    facts = [("who may call it", caller), ("body at most", size)]
    facts += [(f"header `{header.name}`", header.meaning) for header in route.headers]
    yield format_table(("", ""), facts)
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
