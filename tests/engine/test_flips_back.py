"""Every key of Pulumi.yaml, flipped back to its default: what the engine would do."""

import pytest

from local.stack_config import config_schema
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.flips import DEFECTS_BACK, KEEPERS, REPLACES, SAMPLES


@pytest.fixture(scope="module")
def flipped(new_stack: NewStack) -> EngineStack:
    """The stack with no key as it is by default."""
    stack = new_stack("flipped")
    stack.configure(**SAMPLES)
    stack.up()
    return stack


def test_a_second_update_would_change_nothing(flipped: EngineStack) -> None:
    flipped.configure(**SAMPLES)
    assert flipped.preview().steps == []


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(key, marks=pytest.mark.xfail(raises=AssertionError, reason=DEFECTS_BACK[key]))
        if key in DEFECTS_BACK
        else key
        for key in config_schema()
    ],
)
def test_a_key_can_be_unset_without_loss(flipped: EngineStack, key: str) -> None:
    flipped.configure(**{other: value for other, value in SAMPLES.items() if other != key})
    plan = flipped.preview()
    assert plan.steps, "the key does nothing"
    assert {step.name for step in plan.lost(KEEPERS)} == REPLACES.get(key, set())
