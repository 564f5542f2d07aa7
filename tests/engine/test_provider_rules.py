"""What the recording provider calls a change, and what a replacement."""

import importlib
import re
from typing import Any, Final

import pulumi_aws
import pytest

from local.provider import CREATORS
from tests.engine.provider_rules import RULES, compare, fill_in_name, keep_left_out

ROLE: Final = "aws:iam/role:Role"
POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"
TABLE: Final = "aws:dynamodb/table:Table"
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_there_are_rules_for_whatever_the_local_stack_creates() -> None:
    assert RULES.keys() == CREATORS.keys()


@pytest.mark.parametrize("resource_type", RULES)
def test_inputs_that_rules_name_are_the_real_providers(resource_type: str) -> None:
    _, module, name = resource_type.split(":")
    package = importlib.import_module(
        f"{pulumi_aws.__name__}.{module.split('/')[0].replace('lambda', 'lambda_')}"
    )
    arguments = vars(getattr(package, f"{name}Args")).values()
    getters: list[Any] = [argument.fget for argument in arguments if isinstance(argument, property)]
    rules = RULES[resource_type]
    named = (rules.replace_on or set()) | rules.stays | set(filter(None, [rules.named_by]))
    assert {name.split(".")[0] for name in named} <= {getter._pulumi_name for getter in getters}


@pytest.mark.parametrize(
    ("old", "new", "changed", "replacing", "delete_first"),
    [
        ({"name": "a", "x": 1}, {"name": "a", "x": 1}, set(), set(), False),
        ({"name": "a", "x": 1}, {"name": "a", "x": 2}, {"x"}, set(), False),
        ({"name": "a", "x": 1}, {"name": "a"}, {"x"}, set(), False),
        ({"name": "a"}, {"name": "a", "x": UNKNOWN}, {"x"}, set(), False),
        ({"name": "a"}, {"name": "b"}, {"name"}, {"name"}, False),
        # Under the same name there cannot be two at once.
        ({"name": "a", "role": "k"}, {"name": "a", "role": "l"}, {"role"}, {"role"}, True),
        ({"role": "k"}, {"role": UNKNOWN}, {"role"}, {"role"}, False),
    ],
)
def test_changes(
    old: dict[str, Any], new: dict[str, Any], changed: set[str], replacing: set[str], delete_first: bool
) -> None:
    found = compare(POLICY, {**old, "arn": "arn:1"}, old, new)
    assert found.changed == changed
    assert found.replacing == replacing
    assert found.delete_first == delete_first


def test_what_cannot_change_in_place_is_replaced_for_every_change() -> None:
    assert compare(VERSION, {"a": 1}, {"a": 1}, {"a": 2}).replacing == {"a"}


def test_an_archive_changes_with_its_hash() -> None:
    old, same, other = ({"path": path, "hash": digest} for path, digest in ("ax", "bx", "cy"))
    assert not compare(POLICY, {"code": old}, {"code": old}, {"code": same}).changed
    assert compare(POLICY, {"code": old}, {"code": old}, {"code": other}).changed == {"code"}


def test_aws_keeps_what_is_left_out() -> None:
    state = {"ttl": {"enabled": True}, "serverSideEncryption": {"enabled": True, "kmsKeyArn": "k"}, "x": 1}
    left_out = {"serverSideEncryption": {"enabled": True}, "x": 1}
    assert keep_left_out(TABLE, state, left_out) == state
    assert not compare(TABLE, state, state, left_out).changed
    # At the second run without it, the old inputs lack it as well.
    assert not compare(TABLE, state, left_out, left_out).changed


def test_what_aws_would_keep_can_be_set_to_something_else() -> None:
    state = {"ttl": {"enabled": True}, "serverSideEncryption": {"enabled": True, "kmsKeyArn": "k"}}
    wanted = {"ttl": {"enabled": False}, "serverSideEncryption": {"enabled": True, "kmsKeyArn": "l"}}
    assert keep_left_out(TABLE, state, wanted) == wanted
    assert compare(TABLE, state, state, wanted).changed == wanted.keys()


def test_what_has_no_name_gets_one_and_keeps_it() -> None:
    first = fill_in_name(ROLE, "api-log-role", {}, {"description": "a"})
    assert re.fullmatch(r"api-log-role-[0-9a-f]{7}", first["name"])
    again = fill_in_name(ROLE, "api-log-role", first, {"description": "b"})
    assert again == {**first, "description": "b"}
    assert compare(ROLE, first, first, again).changed == {"description"}
    assert fill_in_name(ROLE, "api-log-role", {}, {})["name"] != first["name"]


def test_a_name_of_the_programs_own_is_left_alone() -> None:
    assert fill_in_name(ROLE, "role", {}, {"name": "a"}) == {"name": "a"}
    assert fill_in_name("aws:kms/key:Key", "key", {}, {}) == {}
    # One that the program gave before, and no longer gives, was not made up by the provider.
    assert fill_in_name(ROLE, "role", {"name": "a"}, {})["name"] != "a"


def test_under_a_made_up_name_the_new_one_comes_before_the_old_one_goes() -> None:
    old = fill_in_name(POLICY, "policy", {}, {"role": "k"})
    found = compare(POLICY, old, old, fill_in_name(POLICY, "policy", old, {"role": "l"}))
    assert found.replacing == {"role"}
    assert not found.delete_first
