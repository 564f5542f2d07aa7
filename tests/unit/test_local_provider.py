"""What the local provider calls a change, and what a replacement."""

import importlib
import re
from typing import Any

import pulumi_aws
import pytest

from local.program import UnknownCallError, answer_call
from local.provider import LIFECYCLES, Lifecycle
from local.provider.autonaming import NAMED_BY, fill_in_name
from local.provider.difference import difference, settle
from local.provider.resource import Aws, CannotChangeError, Created, Existing, Inputs, hold

ROLE = "aws:iam/role:Role"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def _create(_aws: Aws, _name: str, _inputs: Inputs) -> Created:
    raise NotImplementedError


def _delete(_aws: Aws, _existing: Existing) -> None:
    raise NotImplementedError


LIFECYCLE = Lifecycle.put(_create, _delete, "name", "key")
STAYING = Lifecycle(
    _create, _delete, lambda _aws, _old, _new: None, stays=frozenset({"ttl", "sse", "sse.kmsKeyArn"})
)


@pytest.mark.parametrize("resource_type", LIFECYCLES)
def test_inputs_that_a_lifecycle_names_are_the_real_providers(resource_type: str) -> None:
    _, module, name = resource_type.split(":")
    package = importlib.import_module(
        f"{pulumi_aws.__name__}.{module.split('/')[0].replace('lambda', 'lambda_')}"
    )
    arguments = vars(getattr(package, f"{name}Args")).values()
    getters: list[Any] = [argument.fget for argument in arguments if isinstance(argument, property)]
    known = {getter._pulumi_name for getter in getters}
    cycle = LIFECYCLES[resource_type]
    assert {name.split(".")[0] for name in cycle.replace_on | cycle.stays} <= known
    if resource_type in NAMED_BY:
        assert NAMED_BY[resource_type] in known


@pytest.mark.parametrize(
    ("old", "new", "changed", "replacing", "delete_first"),
    [
        ({"name": "a", "x": 1}, {"name": "a", "x": 1}, set(), set(), False),
        ({"name": "a", "x": 1}, {"name": "a", "x": 2}, {"x"}, set(), False),
        ({"name": "a", "x": 1}, {"name": "a"}, {"x"}, set(), False),
        ({"name": "a"}, {"name": "a", "x": UNKNOWN}, {"x"}, set(), False),
        ({"name": "a"}, {"name": "b"}, {"name"}, {"name"}, False),
        # Under the same name there cannot be two at once.
        ({"name": "a", "key": "k"}, {"name": "a", "key": "l"}, {"key"}, {"key"}, True),
        ({"key": "k"}, {"key": UNKNOWN}, {"key"}, {"key"}, False),
    ],
)
def test_difference(
    old: dict[str, Any], new: dict[str, Any], changed: set[str], replacing: set[str], delete_first: bool
) -> None:
    found = difference(LIFECYCLE, {**old, "arn": "arn:1"}, old, new)
    assert found.changed == changed
    assert found.replacing == replacing
    assert found.delete_first == delete_first


def test_without_an_update_every_change_replaces() -> None:
    found = difference(Lifecycle(_create, _delete), {"a": 1}, {"a": 1}, {"a": 2})
    assert found.replacing == {"a"}


def test_an_archive_is_told_by_its_hash() -> None:
    old, same, other = ({"path": path, "hash": digest} for path, digest in ("ax", "bx", "cy"))
    assert not difference(LIFECYCLE, {"code": old}, {"code": old}, {"code": same}).changed
    assert difference(LIFECYCLE, {"code": old}, {"code": old}, {"code": other}).changed == {"code"}


def test_what_stays_is_kept_where_it_is_left_out() -> None:
    state = {"ttl": {"enabled": True}, "sse": {"enabled": True, "kmsKeyArn": "k"}, "x": 1}
    left_out = {"sse": {"enabled": True}, "x": 1}
    assert settle(STAYING, state, left_out) == state
    assert not difference(STAYING, state, state, left_out).changed
    # After it was left out for one run, its old input is no longer told, and it still stays.
    assert not difference(STAYING, state, left_out, left_out).changed


def test_what_stays_can_be_set_to_something_else() -> None:
    state = {"ttl": {"enabled": True}, "sse": {"enabled": True, "kmsKeyArn": "k"}}
    wanted = {"ttl": {"enabled": False}, "sse": {"enabled": True, "kmsKeyArn": "l"}}
    assert settle(STAYING, state, wanted) == wanted
    assert difference(STAYING, state, state, wanted).changed == {"ttl", "sse"}


def test_what_has_no_name_gets_one_and_keeps_it() -> None:
    first = fill_in_name(ROLE, "api-log-role", {}, {"description": "a"})
    assert re.fullmatch(r"api-log-role-[0-9a-f]{7}", first["name"])
    again = fill_in_name(ROLE, "api-log-role", first, {"description": "b"})
    assert again == {**first, "description": "b"}
    assert difference(LIFECYCLE, first, first, again).changed == {"description"}
    assert fill_in_name(ROLE, "api-log-role", {}, {})["name"] != first["name"]


def test_a_name_of_the_programs_own_is_left_alone() -> None:
    assert fill_in_name(ROLE, "role", {}, {"name": "a"}) == {"name": "a"}
    assert fill_in_name("aws:kms/key:Key", "key", {}, {}) == {}
    # One that was given before, and no longer is, is no name of the provider's making.
    assert fill_in_name(ROLE, "role", {"name": "a"}, {})["name"] != "a"


def test_under_a_made_name_the_new_one_comes_before_the_old_one_goes() -> None:
    old = fill_in_name(ROLE, "role", {}, {"key": "k"})
    new = fill_in_name(ROLE, "role", old, {"key": "l"})
    found = difference(LIFECYCLE, old, old, new)
    assert found.replacing == {"key"}
    assert not found.delete_first


def test_a_change_that_the_emulator_would_get_wrong_is_refused() -> None:
    pool = Existing("pool", {"arns": ["a"]})
    hold(pool, {"arns": ["a"]}, "arns")
    with pytest.raises(CannotChangeError, match="cannot change arns of pool in place"):
        hold(pool, {"arns": ["b"]}, "arns")


def test_a_question_that_the_local_stack_does_not_answer_is_named_with_the_remedy() -> None:
    assert answer_call("aws:index/getCallerIdentity:getCallerIdentity")["accountId"] == "000000000000"
    with pytest.raises(UnknownCallError, match=r"getRegion\. Add it to local/program\.py"):
        answer_call("aws:index/getRegion:getRegion")
