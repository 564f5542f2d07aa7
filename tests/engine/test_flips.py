"""Every key of Pulumi.yaml set and unset again in one stack, and its KMS key turned on once more."""

from dataclasses import dataclass
from typing import Any, Final

import pytest

from local.program import config_schema
from tests.engine.conftest import NewStack
from tests.engine.plan import Plan
from tests.engine.recording_provider import Account, RecordingProvider, find_changes
from tests.infra.flips import APART, FLIPS, INSTEAD, TOGETHER

REPLACING: Final = ["tableName"]
"""The keys that may replace what holds data, because their descriptions say so."""
ALL_SET: Final = {**TOGETHER, **{key: APART[key] for key in APART if key not in REPLACING}}
SWAPPED: Final = {**ALL_SET, **INSTEAD, **{FLIPS[key].instead: "" for key in INSTEAD}}
LEFT_BEHIND: Final = {
    "api-account", "api-log-role", "api-log-policy", "backup-vault", "data-key", "data-policy",
    "identity-client-secret/kmsKeyId",
}  # fmt: skip
"""What stays of keys that were set and unset: the vault, the KMS key, and the secret under it; the log role
of before, beside that of after."""
GO_ALONG: Final = ["incident-notifications-log"]
"""The log of a function that goes with its key; `ops check-preview` asks whether that is meant."""
TABLE: Final = "aws:dynamodb/table:Table"
KEY: Final = "aws:kms/key:Key"
ENCRYPTED: Final = {
    "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
    "aws:secretsmanager/secret:Secret": "kmsKeyId",
    "aws:sns/topic:Topic": "kmsMasterKeyId",
    "aws:sqs/queue:Queue": "kmsMasterKeyId",
}
"""The input that names the key, for what is encrypted beside tables."""


@dataclass(frozen=True)
class Done:
    """One update, and the account after it."""

    plan: Plan
    account: Account
    next: Plan
    """What a preview says then, where one was made."""


@dataclass(frozen=True)
class Updates:
    before: Account
    set: Done
    swapped: Done
    unset: Done
    key_again: Done


@pytest.fixture(scope="module")
def updates(new_stack: NewStack, provider: RecordingProvider) -> Updates:
    stack = new_stack("flips")

    def update(config: dict[str, Any], *, preview: bool = False) -> Done:
        stack.configure(**config)
        return Done(stack.up(), provider.account, stack.preview() if preview else Plan())

    return Updates(
        update({}).account,
        update(ALL_SET, preview=True),
        update(SWAPPED),
        update({}, preview=True),
        update({"customerManagedKey": True}),
    )


@pytest.mark.parametrize("key", REPLACING)
def test_a_key_that_replaces_says_so(key: str) -> None:
    assert "replaces" in config_schema()[key]["description"]


@pytest.mark.parametrize(
    ("update", "lost"), [("set", []), ("swapped", []), ("unset", GO_ALONG), ("key_again", [])]
)
def test_an_update_takes_nothing_away_and_is_done(updates: Updates, update: str, lost: list[str]) -> None:
    done: Done = getattr(updates, update)
    assert done.plan.lost == lost
    assert done.next.steps == []


def test_there_and_back_leaves_the_account_as_it_was(updates: Updates) -> None:
    there = find_changes(updates.before, updates.set.account)
    marks = {key: {FLIPS[key].resource, f"{FLIPS[key].resource}/{FLIPS[key].input}"} for key in ALL_SET}
    # That one has the engine forget a resource, and leave it where it is.
    assert [key for key, mark in marks.items() if not mark & there] == ["manageApiGatewayAccount"]
    assert find_changes(updates.before, updates.unset.account) == LEFT_BEHIND


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


def test_the_key_turned_off_stays_for_what_is_under_it_and_turned_on_again_there_is_a_second(
    updates: Updates,
) -> None:
    on, off, again = updates.swapped.account, updates.unset.account, updates.key_again.account
    [first] = [one for one in on.values() if one.type == KEY]
    in_use = _keys_in_use(off)
    assert {"errors-table", "identity-client-secret", "auth-log"} < in_use.keys()
    # What was encrypted stays readable: the key keeps its policy, and the secret the key.
    assert in_use.pop("identity-client-secret") == first.state["arn"]
    assert set(in_use.values()) == {None}
    parts = {one.id: one for one in on.values() if first.id in (one.id, one.state.get("keyId"))}
    assert {one.type for one in parts.values()} == {KEY, "aws:kms/keyPolicy:KeyPolicy"}
    assert parts.items() <= off.items()
    assert parts.items() <= again.items()
    [second] = [one for one in again.values() if one.type == KEY and one.id != first.id]
    assert set(_keys_in_use(again).values()) == {second.state["arn"]}
    [alias] = [one for one in again.values() if one.type == "aws:kms/alias:Alias"]
    assert alias.state["targetKeyId"] == second.id
