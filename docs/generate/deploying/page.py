"""docs/deploy-permissions.md: what each resource type takes, and why."""

from collections.abc import Mapping, Sequence
from typing import Final

from docs.generate.deploying.permissions import ANY_RESOURCE, Grant, Permissions
from docs.generate.deploying.policies import MAX_CHARACTERS, READ
from docs.generate.markdown import format_table

_HEAD: Final = """# Permissions to deploy

What the AWS provider calls for each type of resource that the program declares, every option on. This page
and the policies are made from the same tables, in `docs/generate/deploying/`. How they are used is in
[operations](operations.md#who-may-deploy).

{policies}
They hold for every stack whose names begin as they do by default: `file-sla-`, and `FileSla` for tables.
Region and account are open: a policy ends at its account anyway. For one stack of several in an account,
narrow them:

```bash
sed 's/file-sla-\\*/file-sla-prod*/g' docs/deploy-policy-running.json
```

IAM takes {limit:,} characters a policy, white space not counted, and ten policies a role by default.

Whoever may deploy can become administrator of the account: the functions' roles are among what is deployed,
with whatever policy the program gives them. A service control policy or a permissions boundary on
`file-sla-*` roles is the means against that; the program sets none. Whoever holds `read` alone cannot, and
reads no secret: what tells one (`secretsmanager:GetSecretValue`, `cognito-idp:DescribeUserPoolClient`) is in
`data`.

## By type

"""
_ANYWHERE: Final = """
## On any resource

These name no resource:

"""


def build_deploy_page(permissions: Mapping[str, Mapping[str, Permissions]]) -> str:
    """The page."""
    names = [(READ, "looks: `pulumi refresh` and `preview --refresh`, but for what holds a secret")]
    names += [(concern, f"changes {_KINDS[concern]}") for concern in permissions]
    policies = format_table(
        ("policy", "what its holder does"),
        [(f"[{name}](deploy-policy-{name}.json)", does) for name, does in names],
    )
    rows = [
        (f"`{kind}`", _join(one.read), _join([*one.read_secret, *_list_changes(one)]), _join(one.on))
        for types in permissions.values()
        for kind, one in sorted(types.items())
    ]
    used = {action for types in permissions.values() for one in types.values() for action in _list_all(one)}
    return (
        _HEAD.format(policies=policies, limit=MAX_CHARACTERS)
        + format_table(("type", "looks", "changes, or tells a secret", "on"), rows)
        + _ANYWHERE
        + format_table(
            ("action", "why"),
            [(f"`{action}`", why) for action, why in sorted(ANY_RESOURCE.items()) if action in used],
        )
    )


_KINDS: Final = {
    "api": "API Gateway and what stands before it",
    "data": "tables, people, keys, secrets and backups",
    "running": "functions, their roles, what invokes them and what watches them",
}


def _list_all(one: Permissions) -> list[str]:
    grants = [*one.list_reads(), *one.list_writes()]
    return [action for grant in grants for action in grant.actions]


def _list_changes(one: Permissions) -> list[str]:
    return [*one.create, *one.update, *one.delete, *one.tag, *(_describe(grant) for grant in one.also)]


def _describe(grant: Grant) -> str:
    return f"{', '.join(grant.actions)} on {', '.join(grant.resources)}"


def _join(texts: Sequence[str]) -> str:
    return ", ".join(f"`{text}`" for text in dict.fromkeys(texts))
