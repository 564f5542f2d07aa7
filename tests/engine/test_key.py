"""The KMS key of a stack, turned on, off and on again: what was encrypted under it stays readable."""

from typing import Final

import pytest

from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.recording_provider import Account, Recorded, RecordingProvider

TABLE: Final = "aws:dynamodb/table:Table"
KEY: Final = "aws:kms/key:Key"
ENCRYPTED: Final = {
    "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
    "aws:secretsmanager/secret:Secret": "kmsKeyId",
    "aws:sns/topic:Topic": "kmsMasterKeyId",
    "aws:sqs/queue:Queue": "kmsMasterKeyId",
}
"""The input that names the key, for what is encrypted beside tables."""


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> EngineStack:
    stack = new_stack("key")
    stack.configure(customerManagedKey=True)
    stack.up()
    return stack


@pytest.fixture(scope="module")
def first(stack: EngineStack, provider: RecordingProvider) -> Account:
    return provider.account


@pytest.fixture(scope="module")
def off(stack: EngineStack, first: Account, provider: RecordingProvider) -> Account:
    stack.configure(customerManagedKey=False)
    stack.up()
    return provider.account


@pytest.fixture(scope="module")
def again(stack: EngineStack, off: Account, provider: RecordingProvider) -> Account:
    stack.configure(customerManagedKey=True)
    stack.up()
    return provider.account


def _keys_in_use(account: Account) -> dict[str, str | None]:
    """The ARN of the key, or none, by what is encrypted."""
    in_use: dict[str, str | None] = {}
    for one in account.values():
        if one.type == TABLE:
            block = one.state["serverSideEncryption"]
            in_use[one.name] = block["kmsKeyArn"] if block["enabled"] else None
        elif one.type in ENCRYPTED:
            in_use[one.name] = one.state.get(ENCRYPTED[one.type]) or None
    return in_use


def _list_keys(account: Account) -> dict[str, Recorded]:
    return {one.id: one for one in account.values() if one.type == KEY}


def _find_key_parts(account: Account, key_id: str) -> list[Recorded]:
    return [one for one in account.values() if key_id in (one.id, one.state.get("keyId"))]


def test_turned_off_only_the_secret_is_under_the_key_any_more(first: Account, off: Account) -> None:
    in_use = _keys_in_use(off)
    assert {"errors-table", "identity-client-secret", "auth-log"} < in_use.keys()
    assert in_use.pop("identity-client-secret") == _keys_in_use(first)["identity-client-secret"]
    assert set(in_use.values()) == {None}


def test_turned_off_the_key_stays_with_its_policy(first: Account, off: Account) -> None:
    [key_id] = _list_keys(first)
    kept = _find_key_parts(off, key_id)
    assert [one.type for one in kept] == [KEY, "aws:kms/keyPolicy:KeyPolicy"]
    assert kept == _find_key_parts(first, key_id)


def test_turned_on_again_everything_is_under_a_second_key(off: Account, again: Account) -> None:
    [second] = _list_keys(again).keys() - _list_keys(off).keys()
    assert set(_keys_in_use(again).values()) == {again[second].state["arn"]}
    [alias] = [one for one in again.values() if one.type == "aws:kms/alias:Alias"]
    assert alias.state["targetKeyId"] == second


def test_turned_on_again_the_first_key_stays_with_its_policy(off: Account, again: Account) -> None:
    [first_key] = _list_keys(off)
    assert _find_key_parts(again, first_key) == _find_key_parts(off, first_key)
