"""Every key of Pulumi.yaml, set and unset again: previewed, then done."""

from dataclasses import dataclass
from typing import Any

import pytest

from local.program import config_schema
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.flips import APART, FLIPS, INSTEAD, KEEPERS, TOGETHER
from tests.engine.plan import Plan
from tests.engine.recording_provider import Account, RecordingProvider, find_changes

REPLACING = ("tableName", "runsTableName", "sendersTableName", "incidentsTableName", "notificationsTableName")
"""The keys that may replace what holds data, because their descriptions say so."""
LEFT_BEHIND = {
    "api-account",
    "api-log-role",
    "api-log-policy",
    "backup-vault",
    "data-key",
    "data-policy",
    "identity-client-secret/kmsKeyId",
}
"""What stays of keys that were set and unset: the vault, the KMS key, and the secret under it; the log role
of before, beside that of after."""
GO_ALONG = {"incident-notifications-log"}
"""The log of a function that goes with its key; `ops check-preview` asks whether that is meant."""


@dataclass(frozen=True)
class Previews:
    """What the engine would do about the two sets of keys."""

    together: Plan
    apart: Plan
    instead: Plan

    def of(self, key: str) -> Plan:
        if FLIPS[key].instead:
            return self.instead
        return self.apart if FLIPS[key].apart else self.together


@dataclass(frozen=True)
class Done:
    plan: Plan
    next: Plan


@pytest.fixture(scope="module")
def deployed(new_stack: NewStack) -> EngineStack:
    """The stack with every key as it is by default."""
    stack = new_stack("flips")
    stack.up()
    return stack


@pytest.fixture(scope="module")
def before(deployed: EngineStack, provider: RecordingProvider) -> Account:
    return provider.account


@pytest.fixture(scope="module")
def all_set() -> dict[str, Any]:
    """Every key set, but for those that would replace a table and those that take another's place."""
    return {**TOGETHER, **{key: APART[key] for key in APART if key not in REPLACING}}


@pytest.fixture(scope="module")
def swapped(all_set: dict[str, Any]) -> dict[str, Any]:
    """Likewise, with those that take another's place."""
    return {**all_set, **INSTEAD, **{FLIPS[key].instead: "" for key in INSTEAD}}


@pytest.fixture(scope="module")
def setting(deployed: EngineStack, before: Account) -> Previews:
    """What setting the keys would do; those that take another's place are set once all others are."""
    deployed.configure(**TOGETHER)
    together = deployed.preview()
    # Tables that are protected are not replaced.
    alone = {key: value for key, value in APART.items() if not FLIPS[key].needs}
    deployed.configure(**alone, deletionProtection=False)
    return Previews(together, deployed.preview(), Plan())


@pytest.fixture(scope="module")
def there(deployed: EngineStack, setting: Previews, all_set: dict[str, Any]) -> Done:
    """Every key set, but for those that would replace a table."""
    deployed.configure(**all_set)
    return Done(deployed.up(), deployed.preview())


@pytest.fixture(scope="module")
def swap(deployed: EngineStack, there: Done, swapped: dict[str, Any]) -> Plan:
    """Keys set in others' places."""
    deployed.configure(**swapped)
    return deployed.up()


@pytest.fixture(scope="module")
def swap_back(deployed: EngineStack, swap: Plan, all_set: dict[str, Any]) -> Plan:
    deployed.configure(**all_set)
    return deployed.up()


@pytest.fixture(scope="module")
def unsetting(deployed: EngineStack, swap_back: Plan) -> Previews:
    still = {key: APART[key] for key in APART if key not in REPLACING and not FLIPS[key].needs}
    deployed.configure(**still)
    alone = deployed.preview()
    deployed.configure(**TOGETHER)
    return Previews(alone, deployed.preview(), swap_back)


@pytest.fixture(scope="module")
def back(deployed: EngineStack, unsetting: Previews) -> Done:
    deployed.configure()
    return Done(deployed.up(), deployed.preview())


def test_every_key_is_flipped_to_another_value_than_its_default() -> None:
    schema = config_schema()
    assert FLIPS.keys() == schema.keys()
    assert [key for key, flip in FLIPS.items() if flip.value == schema[key]["default"]] == []


def test_the_effect_of_every_key_differs_from_that_of_the_others() -> None:
    for keys in (TOGETHER, APART):
        marks = [(FLIPS[key].resource, FLIPS[key].input) for key in keys]
        assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("key", REPLACING)
def test_a_key_that_replaces_says_so(key: str) -> None:
    assert "replaces" in config_schema()[key]["description"]


@pytest.mark.parametrize("key", [key for key, flip in FLIPS.items() if not flip.needs and not flip.instead])
def test_a_key_that_is_set_has_its_effect(setting: Previews, key: str) -> None:
    assert setting.of(key).shows(FLIPS[key])


def test_setting_the_keys_takes_nothing_away(setting: Previews) -> None:
    assert setting.together.lost(KEEPERS) == []
    lost = {step.name for step in setting.apart.lost(KEEPERS)}
    assert lost == {FLIPS[key].resource for key in REPLACING}


def test_the_keys_can_be_set(there: Done) -> None:
    assert there.plan.lost(KEEPERS) == []
    assert there.plan.not_deployed() == []
    assert there.next.steps == []


@pytest.mark.parametrize("key", INSTEAD)
def test_a_key_that_takes_anothers_place_has_its_effect(swap: Plan, swap_back: Plan, key: str) -> None:
    for plan in (swap, swap_back):
        assert plan.shows(FLIPS[key])
        assert plan.shows(FLIPS[FLIPS[key].instead])
        assert plan.lost(KEEPERS) == []
        assert plan.not_deployed() == []


@pytest.mark.parametrize("key", [key for key in config_schema() if key not in REPLACING])
def test_a_key_that_is_unset_has_its_effect(unsetting: Previews, key: str) -> None:
    assert unsetting.of(key).shows(FLIPS[key])


def test_unsetting_the_keys_takes_nothing_away_but_logs(unsetting: Previews) -> None:
    assert {step.name for step in unsetting.together.lost(KEEPERS)} == GO_ALONG
    assert unsetting.apart.lost(KEEPERS) == []


def test_the_keys_can_be_unset(back: Done) -> None:
    assert {step.name for step in back.plan.lost(KEEPERS)} == GO_ALONG
    assert back.plan.not_deployed() == []
    assert back.next.steps == []


def test_there_and_back_leaves_the_account_as_it_was(
    back: Done, before: Account, provider: RecordingProvider
) -> None:
    assert find_changes(before, provider.account) == LEFT_BEHIND
