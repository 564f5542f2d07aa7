"""How a stack is removed: not by mistake, on purpose, and what stays."""

import re
from dataclasses import dataclass

import pytest
from pulumi import automation

from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.recording_provider import Account, RecordingProvider

# The two options that leave something behind beside what every stack leaves.
KEEPING = {"customerManagedKey": True, "backupDays": 7}
LOG_ROLE = {"api-account", "api-log-role", "api-log-policy"}
"""What every stack leaves: the role with which API Gateway writes logs, and the region's setting of it."""


@dataclass(frozen=True)
class Refused:
    """What was refused, and the account before and after."""

    message: str
    before: Account
    after: Account


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> EngineStack:
    stack = new_stack("first")
    stack.configure(**KEEPING)
    stack.up()
    return stack


@pytest.fixture(scope="module")
def refused(stack: EngineStack, provider: RecordingProvider) -> Refused:
    before = provider.account
    with pytest.raises(automation.CommandError) as refusal:
        stack.destroy(preview_only=True)
    return Refused(str(refusal.value), before, provider.account)


def test_a_destroy_by_mistake_is_refused_and_takes_nothing_at_all(
    refused: Refused, stack: EngineStack
) -> None:
    # Of the table itself: the user pool is protected as well, and the message names both.
    for name in ("errors-table", "identity-users"):
        assert re.search(rf"::{name}\W+cannot be deleted\s+because it is protected", refused.message), name
    assert refused.after == refused.before
    assert stack.preview().steps == []


def test_another_name_for_a_protected_table_is_refused(refused: Refused, stack: EngineStack) -> None:
    stack.configure(**KEEPING, tableName="OtherErrors")
    with pytest.raises(automation.CommandError, match="marked for protection"):
        stack.preview()
    stack.configure(**KEEPING)


@pytest.fixture(scope="module")
def removed(refused: Refused, stack: EngineStack, provider: RecordingProvider) -> Account:
    """The account after the stack was removed on purpose, in the two steps of docs/operations.md."""
    stack.configure(**KEEPING, deletionProtection=False)
    stack.up()
    stack.destroy()
    return provider.account


def test_nothing_stays_but_what_is_kept_on_purpose(
    removed: Account, refused: Refused, stack: EngineStack
) -> None:
    assert stack.resources == []
    assert {one.name for one in removed.values()} == LOG_ROLE | {"backup-vault", "data-key", "data-policy"}
    # Key and policy as they were: what was encrypted is readable.
    assert removed.items() <= refused.before.items()
