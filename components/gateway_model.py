"""JSON Schema as API Gateway wants it, derived from the contract's own classes.

The gateway's check is coarse on purpose: it turns away what is no request at all. Which field
is wrong and how to mend it, the function says better.
"""

from typing import Any

from pydantic import TypeAdapter

DRAFT_04 = "http://json-schema.org/draft-04/schema#"


def gateway_model(contract: type[Any], *, lenient: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A draft-04 schema of an object's required properties and their JSON types.

    Args:
        contract: a pydantic model or a dataclass.
        lenient: properties whose type the function judges by itself, because it accepts more
            than the schema tells or explains a mistake better.
    """
    schema = TypeAdapter(contract).json_schema()
    properties = {
        name: {} if name in lenient else {"type": definition["type"]}
        for name, definition in schema["properties"].items()
        if "type" in definition
    }
    return {
        "$schema": DRAFT_04,
        "title": contract.__name__,
        "type": "object",
        "properties": properties,
        "required": schema.get("required", []),
    }
