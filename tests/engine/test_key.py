"""The KMS key of a stack, turned on, off and on again: what was encrypted under it stays readable."""

from collections.abc import Callable
from typing import Any

import pytest

from local.provider import Aws
from ops.user_pool import User
from tests.engine.account import Account, account
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.people import assert_answers, move_in

Turn = Callable[[bool], Account]


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> EngineStack:
    """A stack with a key from the beginning."""
    stack = new_stack("key")
    stack.configure(customerManagedKey=True)
    stack.up()
    return stack


@pytest.fixture(scope="module")
def users(stack: EngineStack, aws: Aws) -> dict[str, User]:
    """Those of the stack."""
    return move_in(aws, stack)


@pytest.fixture(scope="module")
def first(stack: EngineStack, users: dict[str, User], aws: Aws) -> Account:
    """The account with the first key in use."""
    assert_answers(aws, stack, users, "under the first key")
    return account(aws)


@pytest.fixture(scope="module")
def off(stack: EngineStack, users: dict[str, User], first: Account, aws: Aws) -> Account:
    """The account after the key was turned off."""
    stack.configure(customerManagedKey=False)
    stack.up()
    assert stack.preview().steps == []
    assert_answers(aws, stack, users, "without a key")
    return account(aws)


@pytest.fixture(scope="module")
def again(stack: EngineStack, users: dict[str, User], off: Account, aws: Aws) -> Account:
    """The account after it was turned on again."""
    stack.configure(customerManagedKey=True)
    stack.up()
    assert stack.preview().steps == []
    assert_answers(aws, stack, users, "under the second key")
    return account(aws)


def _keys_in_use(found: Account) -> dict[str, Any]:
    """The ARN of the key, or none, by what is encrypted."""
    [secret], [topic], [queue] = (found[kind].values() for kind in ("secrets", "topics", "queues"))
    return {
        **{
            name: table.get("SSEDescription", {}).get("KMSMasterKeyArn")
            for name, table in found["tables"].items()
        },
        "dead letters": queue.get("KmsMasterKeyId"),
        "secret": secret.get("KmsKeyId"),
        "topic": topic.get("KmsMasterKeyId"),
        **{name: group.get("kmsKeyId") for name, group in found["log groups"].items()},
    }


def _without_aliases(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "aliases"}


def test_the_key_is_on_all_that_is_kept(first: Account) -> None:
    [key] = first["keys"].values()
    assert set(_keys_in_use(first).values()) == {key["Arn"]}
    assert key["aliases"] == ["alias/file-sla-key"]
    assert "dynamodb.us-east-1.amazonaws.com" in key["policy"]


def test_turned_off_only_the_secret_is_under_the_key_any_more(first: Account, off: Account) -> None:
    in_use = _keys_in_use(off)
    assert in_use.pop("secret") == _keys_in_use(first)["secret"]
    assert set(in_use.values()) == {None}


def test_turned_off_the_key_stays_with_its_policy(first: Account, off: Account) -> None:
    [before], [after] = first["keys"].values(), off["keys"].values()
    assert _without_aliases(after) == _without_aliases(before)
    assert after["KeyState"] == "Enabled"


def test_turned_on_again_everything_is_under_a_second_key(off: Account, again: Account) -> None:
    [second] = again["keys"].keys() - off["keys"].keys()
    assert set(_keys_in_use(again).values()) == {again["keys"][second]["Arn"]}
    assert again["keys"][second]["aliases"] == ["alias/file-sla-key"]


def test_turned_on_again_the_first_key_stays_with_its_policy(off: Account, again: Account) -> None:
    [first_key] = off["keys"]
    assert again["keys"][first_key] == off["keys"][first_key]
