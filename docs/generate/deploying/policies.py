"""The IAM policies of whoever looks at a stack, and of whoever deploys one."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from docs.generate.deploying.permissions import Grant, Permissions

READ: Final = "read"
"""The policy for looking alone; the others are named after the concerns."""
MAX_CHARACTERS: Final = 6_144
"""Of a managed policy, white space not counted (IAM quotas)."""
_VERSION: Final = "2012-10-17"


class PolicyTooLongError(Exception):
    """A policy is longer than IAM takes."""


def build_policies(permissions: Mapping[str, Mapping[str, Permissions]]) -> dict[str, dict[str, Any]]:
    """One policy document for looking, and one for each concern that changes what it is about.

    Raises:
        PolicyTooLongError: split that concern.
    """
    reads = [grant for types in permissions.values() for one in types.values() for grant in one.list_reads()]
    policies = {READ: _document(reads)}
    for concern, types in permissions.items():
        policies[concern] = _document(grant for one in types.values() for grant in one.list_writes())
    for name, policy in policies.items():
        if (length := len(json.dumps(policy, separators=(",", ":")))) > MAX_CHARACTERS:
            raise PolicyTooLongError(
                f"The policy {name!r} has {length:,} characters, and IAM takes {MAX_CHARACTERS:,}."
            )
    return policies


def _document(grants: Iterable[Grant]) -> dict[str, Any]:
    """Grants on the same resources under the same condition become one statement."""
    merged: dict[str, tuple[Grant, set[str]]] = {}
    for grant in grants:
        where = json.dumps([sorted(grant.resources), grant.condition], sort_keys=True)
        merged.setdefault(where, (grant, set()))[1].update(grant.actions)
    return {
        "Version": _VERSION,
        "Statement": [
            {
                "Effect": "Allow",
                "Action": sorted(actions),
                "Resource": sorted(grant.resources),
                **({"Condition": grant.condition} if grant.condition else {}),
            }
            for _, (grant, actions) in sorted(merged.items())
        ],
    }
