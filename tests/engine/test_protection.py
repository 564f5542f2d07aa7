"""What `deletionProtection` keeps, and that everything goes once it is off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from pulumi import automation

from local.provider import Aws
from ops.users import User
from tests.engine.account import Account, account, differences
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.people import move_in, record_is_there, report

REFUSED_LAST = "AWS alone protects the table and the user pool, and is asked when the rest is gone"


@dataclass(frozen=True)
class Refused:
    """A destroy that was refused."""

    stack: EngineStack
    users: dict[str, User]
    told: str
    before: Account
    after: Account


@contextmanager
def _refusal() -> Iterator[list[str]]:
    told: list[str] = []
    with pytest.raises(automation.CommandError) as refused:
        yield told
    told.append(str(refused.value))


@pytest.fixture(scope="module")
def untouched(aws: Aws) -> Account:
    """The account before anything was deployed to it."""
    return account(aws)


@pytest.fixture(scope="module")
def refused(untouched: Account, aws: Aws, new_stack: NewStack) -> Refused:
    """The stack with every key as it is by default, after someone tried to destroy it."""
    stack = new_stack("protected")
    stack.up()
    users = move_in(aws, stack)
    before = account(aws)
    with _refusal() as told:
        stack.destroy()
    return Refused(stack, users, told[0], before, account(aws))


@pytest.fixture(scope="module")
def restored(refused: Refused) -> EngineStack:
    """The stack after the next update."""
    refused.stack.up()
    return refused.stack


def test_refusal_says_that_something_is_protected(refused: Refused) -> None:
    assert "protect" in refused.told.lower()


def test_refused_destroy_keeps_records_and_users(refused: Refused) -> None:
    [table], [pool] = refused.after["tables"].values(), refused.after["user pools"].values()
    assert table["items"] == refused.before["tables"]["FileSlaErrors"]["items"] != []
    assert pool["users"] == [*refused.users]


@pytest.mark.xfail(raises=AssertionError, reason=REFUSED_LAST)
def test_refused_destroy_takes_nothing_at_all(refused: Refused) -> None:
    assert list(differences(refused.before, refused.after)) == []


def test_update_after_a_refused_destroy_completes_the_stack(
    refused: Refused, restored: EngineStack, aws: Aws
) -> None:
    assert restored.preview().steps == []
    assert record_is_there(aws, restored.outputs["table_name"])


@pytest.mark.xfail(raises=AssertionError, reason="the groups were gone, and with them who was in them")
def test_reporter_may_still_report_after_a_refused_destroy(
    refused: Refused, restored: EngineStack, aws: Aws
) -> None:
    assert report(aws, restored, refused.users) == 200


def test_destroy_without_protection_leaves_nothing(
    restored: EngineStack, aws: Aws, untouched: Account
) -> None:
    restored.configure(deletionProtection=False)
    restored.up()
    restored.destroy()
    assert [resource["urn"] for resource in restored.resources] == []
    assert list(differences(untouched, account(aws))) == []


@pytest.fixture(scope="module")
def renamed(new_stack: NewStack, aws: Aws) -> EngineStack:
    """A stack whose table someone tried to rename."""
    stack = new_stack("renamed")
    stack.configure(tableName="FirstName")
    stack.up()
    move_in(aws, stack)
    stack.configure(tableName="SecondName")
    with _refusal():
        stack.up()
    return stack


def test_refused_rename_keeps_the_records(renamed: EngineStack, aws: Aws) -> None:
    assert record_is_there(aws, "FirstName")


@pytest.mark.xfail(raises=AssertionError, reason=REFUSED_LAST)
def test_service_goes_on_with_its_table_after_a_refused_rename(renamed: EngineStack) -> None:
    assert renamed.outputs["table_name"] == "FirstName"
