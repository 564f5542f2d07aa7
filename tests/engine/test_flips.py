"""Every key of Pulumi.yaml, flipped from its default: what the engine would do."""

import pytest

from local.stack_config import config_schema
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.flips import KEEPERS, NEEDS, REPLACES, SAMPLES


@pytest.fixture(scope="module")
def deployed(new_stack: NewStack) -> EngineStack:
    """The stack with every key as it is by default."""
    stack = new_stack("default")
    stack.up()
    return stack


def test_every_key_has_a_sample_that_is_not_its_default() -> None:
    schema = config_schema()
    assert SAMPLES.keys() == schema.keys()
    assert [key for key, value in SAMPLES.items() if value == schema[key]["default"]] == []


@pytest.mark.parametrize("key", REPLACES)
def test_a_key_that_replaces_says_so(key: str) -> None:
    assert "replaces" in config_schema()[key]["description"]


@pytest.mark.parametrize("key", config_schema())
def test_a_key_can_be_set_without_loss(deployed: EngineStack, key: str) -> None:
    deployed.configure(**{key: SAMPLES[key]})
    plan = deployed.preview()
    assert plan.steps or key in NEEDS, "the key does nothing"
    assert {step.name for step in plan.lost(KEEPERS)} == REPLACES.get(key, set())
