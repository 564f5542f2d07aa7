"""Addresses of webhooks: encrypted in the configuration and in the state, and repeated by nothing."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from pulumi import automation

from contract.names import MADE_ANEW
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.recording_provider import RecordingProvider

SECRET: Final = "path-that-nobody-may-know"
ADDRESSES: Final = {name: f"https://hooks.example.com/{name}/{SECRET}" for name in ("operations", "orders")}
CONFIG: Final[dict[str, Any]] = {"ownersFile": "tests/samples/owners.yaml", "webhooks": ADDRESSES}


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> Iterator[EngineStack]:
    """A stack that notifies owners. No test may have an address printed, or kept in the clear."""
    stack = new_stack("webhooks")
    stack.configure(**CONFIG)
    stack.up()
    yield stack
    kept = {path: path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()}
    # The search would find it: what is no secret is there.
    assert any(b"orders@example.com" in content for content in kept.values())
    assert [str(path) for path, content in kept.items() if SECRET.encode() in content] == []
    assert SECRET not in "\n".join(stack.printed)


def read_addresses(provider: RecordingProvider) -> str:
    return str(provider.state_of("owners-webhooks-value")["secretString"])


def test_the_function_finds_them_in_the_secret(stack: EngineStack, provider: RecordingProvider) -> None:
    value = read_addresses(provider)
    assert all(address in value for address in ADDRESSES.values())


def test_another_address_changes_the_secrets_value_alone(
    stack: EngineStack, provider: RecordingProvider
) -> None:
    other = f"https://hooks.example.com/other/{SECRET}"
    stack.configure(**CONFIG | {"webhooks": ADDRESSES | {"orders": other}})
    assert {step.name for step in stack.preview().steps} <= MADE_ANEW
    stack.up()
    assert other in read_addresses(provider)


def test_a_wrong_one_is_refused_by_a_preview(stack: EngineStack) -> None:
    stack.configure(**CONFIG | {"webhooks": ADDRESSES | {"orders": f"http://hooks.example.com/{SECRET}"}})
    with pytest.raises(automation.CommandError) as refused:
        stack.preview()
    stack.configure(**CONFIG)
    assert "the value of orders is not an address" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_one_address_in_the_place_of_all_is_refused(stack: EngineStack) -> None:
    stack._stack.set_config("webhooks", automation.ConfigValue(ADDRESSES["orders"], secret=True))
    with pytest.raises(automation.CommandError) as refused:
        stack.preview()
    stack.configure(**CONFIG)
    assert "key 'webhooks' must be of type 'object'" in str(refused.value)
    assert SECRET not in str(refused.value)


def test_addresses_in_the_clear_are_refused(stack: EngineStack) -> None:
    stack.configure(ownersFile="")
    stack._stack.set_config("webhooks.orders", automation.ConfigValue("https://example.com/x"), path=True)
    with pytest.raises(automation.CommandError, match="file-sla:webhooks: the addresses are not encrypted"):
        stack.preview()
    stack.configure(**CONFIG)


def test_without_owners_all_of_it_goes(stack: EngineStack, provider: RecordingProvider) -> None:
    stack.configure()
    stack.up()
    assert [one.name for one in provider.account.values() if one.name.startswith("owners-")] == []
