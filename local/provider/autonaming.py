"""Names for what the program leaves unnamed, as AWS's provider makes them."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

from local.provider.resource import Inputs

NAMED_BY: Final[Mapping[str, str]] = {
    "aws:backup/vault:Vault": "name",
    "aws:iam/role:Role": "name",
    "aws:iam/rolePolicy:RolePolicy": "name",
    "aws:lambda/permission:Permission": "statementId",
    "aws:secretsmanager/secret:Secret": "name",
}
"""The input that names a resource, for the types that the program leaves unnamed."""
DEFAULTS: Final = "__defaults"
"""The input that lists which others the provider has filled in."""
_SUFFIX_DIGITS: Final = 7


def fill_in_name(resource_type: str, logical_name: str, old_inputs: Inputs, inputs: Inputs) -> dict[str, Any]:
    """The inputs with a name: the one it was given, the one that it got at its creation, or a new one.

    Args:
        resource_type: the type's token.
        logical_name: what the program calls the resource.
        old_inputs: those of the resource that is there; none where it is to be created.
        inputs: what the program wants now.
    """
    key = NAMED_BY.get(resource_type)
    if key is None or key in inputs:
        return dict(inputs)
    made_before = key in old_inputs.get(DEFAULTS, ())
    name = old_inputs[key] if made_before else f"{logical_name}-{_suffix()}"
    return {**inputs, key: name, DEFAULTS: [key]}


def _suffix() -> str:
    return secrets.token_hex(_SUFFIX_DIGITS // 2 + 1)[:_SUFFIX_DIGITS]
