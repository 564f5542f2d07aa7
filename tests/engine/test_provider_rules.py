"""What the recording provider calls a change, and what a replacement."""

import importlib
import re
from collections.abc import Mapping
from typing import Any, Final

import pulumi_aws
import pytest

from local.provider import CREATORS
from tests.engine.provider_rules import RULES, compare, fill_in_name

ROLE: Final = "aws:iam/role:Role"
POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"
TABLE: Final = "aws:dynamodb/table:Table"
ENCRYPTED: Final[dict[str, Any]] = {
    "ttl": {"enabled": True},
    "serverSideEncryption": {"enabled": True, "kmsKeyArn": "k"},
    "x": 1,
}


def test_there_are_rules_for_whatever_the_local_stack_creates_with_the_real_providers_inputs() -> None:
    assert RULES.keys() == CREATORS.keys()
    for resource_type, rules in RULES.items():
        _, module, name = resource_type.split(":")
        package = module.split("/")[0].replace("lambda", "lambda_")
        arguments = vars(getattr(importlib.import_module(f"{pulumi_aws.__name__}.{package}"), f"{name}Args"))
        getters: list[Any] = [one.fget for one in arguments.values() if isinstance(one, property)]
        named = (rules.replace_on or set()) | rules.stays | set(filter(None, [rules.named_by]))
        known = {getter._pulumi_name for getter in getters}
        assert {one.split(".")[0] for one in named} <= known, resource_type


@pytest.mark.parametrize(
    ("kind", "old", "new", "changed", "replacing", "delete_first"),
    [
        (POLICY, {"name": "a", "x": 1}, {"name": "a"}, {"x"}, set(), False),
        # Under the same name there cannot be two at once.
        (POLICY, {"name": "a", "role": "k"}, {"name": "a", "role": "l"}, {"role"}, {"role"}, True),
        # What cannot change in place is replaced for every change.
        (VERSION, {"a": 1}, {"a": 2}, {"a"}, {"a"}, False),
        # An archive changes with its hash.
        (
            POLICY,
            {"code": {"path": "a", "hash": "x"}},
            {"code": {"path": "b", "hash": "x"}},
            set(),
            set(),
            False,
        ),
        (POLICY, {"code": {"hash": "x"}}, {"code": {"hash": "y"}}, {"code"}, set(), False),
        # AWS keeps what is left out, and what it would keep can be set to something else.
        (TABLE, ENCRYPTED, {"serverSideEncryption": {"enabled": True}, "x": 1}, set(), set(), False),
        (TABLE, ENCRYPTED, ENCRYPTED | {"ttl": {"enabled": False}}, {"ttl"}, set(), False),
    ],
)
def test_changes(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], changed: set[str], replacing: set[str],
    delete_first: bool,
) -> None:  # fmt: skip
    found = compare(kind, {**old, "arn": "arn:1"}, old, new)
    assert (set(found.changed), set(found.replacing)) == (changed, replacing)
    assert found.delete_first == delete_first


def test_what_has_no_name_gets_one_and_keeps_it() -> None:
    first = fill_in_name(ROLE, "api-log-role", {}, {"description": "a"})
    assert re.fullmatch(r"api-log-role-[0-9a-f]{7}", first["name"])
    again = fill_in_name(ROLE, "api-log-role", first, {"description": "b"})
    assert again == {**first, "description": "b"}
    assert compare(ROLE, first, first, again).changed == {"description"}
    assert fill_in_name(ROLE, "role", {}, {"name": "a"}) == {"name": "a"}
    # Under a made-up name the new one comes before the old one goes.
    old = fill_in_name(POLICY, "policy", {}, {"role": "k"})
    assert not compare(POLICY, old, old, fill_in_name(POLICY, "policy", old, {"role": "l"})).delete_first
