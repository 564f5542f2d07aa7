"""Stacks beside each other, and how one is removed: not by mistake, on purpose, and what stays."""

from dataclasses import dataclass

import pytest
from pulumi import automation

from local.provider import Aws
from ops.user_pool import User
from tests.engine.account import Account, account, changes
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack, name_tables
from tests.engine.people import assert_answers, move_in

OTHER_REGION = "eu-central-1"
# The two options that leave something behind beside what every stack leaves.
KEEPING = {"customerManagedKey": True, "backupDays": 7}
LOG_ROLE = {"/api account", "/roles/api-log-role-*"}
"""What every stack leaves: the role with which API Gateway writes logs, and the region's setting of it."""


@dataclass(frozen=True)
class Refused:
    """What was refused, and the account before and after."""

    told: str
    before: Account
    after: Account


@pytest.fixture(scope="module")
def untouched(aws: Aws) -> Account:
    """The account before anything was deployed to it."""
    return account(aws)


@pytest.fixture(scope="module")
def stack(untouched: Account, new_stack: NewStack) -> EngineStack:
    """The stack that is to be removed."""
    stack = new_stack("first")
    stack.configure(**KEEPING)
    stack.up()
    return stack


@pytest.fixture(scope="module")
def users(stack: EngineStack, aws: Aws) -> dict[str, User]:
    """Those of the stack, which has a record as well."""
    return move_in(aws, stack)


@pytest.fixture(scope="module")
def elsewhere(aws: Aws) -> Aws:
    """The same account in another region."""
    return Aws(aws.endpoint_url, OTHER_REGION)


@pytest.mark.parametrize(
    ("name", "config", "left"),
    [
        ("second", name_tables("Second"), LOG_ROLE),
        # Roles are one space of names for all regions; the setting is that other region's.
        ("first", {"aws:region": OTHER_REGION}, {"/roles/api-log-role-*"}),
    ],
    ids=["other tables", "another region"],
)
def test_a_second_stack_comes_and_goes_beside_the_first(
    name: str,
    config: dict[str, str],
    left: set[str],
    stack: EngineStack,
    users: dict[str, User],
    aws: Aws,
    new_stack: NewStack,
) -> None:
    before = account(aws)
    there = Aws(aws.endpoint_url, config.get("aws:region", aws.region))
    second = new_stack(name)
    second.configure(**config, deletionProtection=False)
    second.up()
    assert second.preview().steps == []
    assert_answers(there, second, move_in(there, second), "of the second")
    second.destroy()
    assert changes(before, account(aws)) == left
    assert_answers(aws, stack, users, f"beside {' '.join(config)}")


@pytest.fixture(scope="module")
def refused(stack: EngineStack, users: dict[str, User], aws: Aws) -> Refused:
    """A destroy by mistake."""
    before = account(aws)
    with pytest.raises(automation.CommandError) as refusal:
        stack.destroy(skip_preview=False)
    return Refused(str(refusal.value), before, account(aws))


def test_a_destroy_by_mistake_is_refused(refused: Refused) -> None:
    assert "protected" in refused.told
    assert "errors-table" in refused.told


def test_a_destroy_by_mistake_takes_nothing_at_all(refused: Refused) -> None:
    assert changes(refused.before, refused.after) == set()


def test_after_a_destroy_by_mistake_the_service_works(
    refused: Refused, stack: EngineStack, users: dict[str, User], aws: Aws
) -> None:
    assert stack.preview().steps == []
    assert_answers(aws, stack, users, "after a destroy by mistake")


def test_another_name_for_a_protected_table_is_refused(refused: Refused, stack: EngineStack) -> None:
    stack.configure(**KEEPING, tableName="OtherErrors")
    with pytest.raises(automation.CommandError, match="marked for protection"):
        stack.preview()
    stack.configure(**KEEPING)


@pytest.fixture(scope="module")
def removed(refused: Refused, stack: EngineStack, aws: Aws) -> Account:
    """The account after the stack was removed on purpose, in the two steps of docs/operations.md."""
    stack.configure(**KEEPING, deletionProtection=False)
    stack.up()
    stack.destroy()
    return account(aws)


def test_the_removed_stack_has_no_resources(removed: Account, stack: EngineStack) -> None:
    assert stack.resources == []


def test_nothing_stays_but_what_is_kept_on_purpose(removed: Account, untouched: Account) -> None:
    assert changes(untouched, removed) == LOG_ROLE | {"/backup vaults/backup-vault-*", "/keys/*"}


def test_the_key_stays_usable_by_its_policy(removed: Account, refused: Refused) -> None:
    [before], [after] = refused.before["keys"].values(), removed["keys"].values()
    assert {**before, "aliases": []} == after
    assert after["KeyState"] == "Enabled"


def test_the_log_role_stays_usable(removed: Account) -> None:
    [role] = [role for role in removed["roles"].values() if role["Arn"] == removed["api account"]]
    assert [policy["PolicyName"] for policy in role["attached"]] == ["AmazonAPIGatewayPushToCloudWatchLogs"]
