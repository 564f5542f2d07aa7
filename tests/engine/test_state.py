"""The state of a stack: its secrets, and what somebody changed behind it."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from contract.names import MADE_ANEW
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.recording_provider import RecordingProvider

_LOG = "auth-log"
CLIENT = "identity-client"
VALUE = "identity-client-secret-value"
SECRET: Final = "path-that-nobody-may-know"
ADDRESSES: Final = {name: f"https://hooks.example.com/{name}/{SECRET}" for name in ("operations", "orders")}
OWNED: Final[dict[str, Any]] = {"ownersFile": "tests/samples/owners.yaml", "webhooks": ADDRESSES}


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> Iterator[EngineStack]:
    """A stack that notifies owners. No test may have an address printed, or kept in the clear."""
    stack = new_stack("state")
    stack.configure(**OWNED)
    stack.up()
    yield stack
    assert _find_in_the_clear(stack, SECRET) == []


def _find_in_the_clear(stack: EngineStack, secret: str) -> list[str]:
    """Which files have a secret, and which lines that were printed."""
    kept = {str(path): path.read_text(errors="replace") for path in stack.folder.rglob("*") if path.is_file()}
    # The search would find it: what is no secret is there.
    assert any("orders@example.com" in content for content in kept.values())
    return [where for where, content in kept.items() if secret in content] + [
        line for line in stack.printed if secret in line
    ]


def test_the_client_secret_is_nowhere_in_the_clear(stack: EngineStack, provider: RecordingProvider) -> None:
    secret = str(provider.state_of(VALUE)["secretString"])
    assert secret == provider.state_of(CLIENT)["clientSecret"]
    assert _find_in_the_clear(stack, secret) == []


def test_another_address_of_a_webhook_changes_the_secrets_value_alone(
    stack: EngineStack, provider: RecordingProvider
) -> None:
    other = f"https://hooks.example.com/other/{SECRET}"
    stack.configure(**OWNED | {"webhooks": ADDRESSES | {"orders": other}})
    assert {step.name for step in stack.up().steps} <= MADE_ANEW
    value = str(provider.state_of("owners-webhooks-value")["secretString"])
    assert json.loads(value) == ADDRESSES | {"orders": other}


def test_a_refresh_has_taken_back_what_someone_changed_by_hand_and_no_client_secret(
    stack: EngineStack, provider: RecordingProvider
) -> None:
    before = provider.state_of(_LOG)
    provider.change(_LOG, retentionInDays=1)
    # Whoever rotates the secret puts the new value there without the engine.
    provider.change(CLIENT, clientSecret="another0secret0of0the0client")
    stack.refresh()
    assert [(step.name, step.inputs) for step in stack.up().steps] == [(_LOG, ("retentionInDays",))]
    assert provider.state_of(_LOG) == before
    provider.change(CLIENT, clientSecret=None)
    stack.refresh()
    assert stack.preview().steps == []


def test_a_client_that_is_made_anew_has_its_own_secret_in_use(
    stack: EngineStack, provider: RecordingProvider
) -> None:
    before = provider.state_of(CLIENT)["clientSecret"]
    [client] = [one["urn"] for one in stack.resources if one["urn"].endswith(f"::{CLIENT}")]
    stack.up(replace=[client])
    assert provider.state_of(CLIENT)["clientSecret"] != before
    assert provider.state_of(VALUE)["secretString"] == provider.state_of(CLIENT)["clientSecret"]
