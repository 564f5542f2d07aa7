"""The projection against the oracle, over whatever can happen to a sender."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.oracles.incidents.machine import Histories
from tests.oracles.incidents.stored import StoredHistories

PLAYED = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Explaining a history of thirty steps takes longer than finding it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)


def test_histories() -> None:
    run_state_machine_as_test(Histories, settings=PLAYED)


@pytest.mark.deep
def test_many_more_histories() -> None:
    run_state_machine_as_test(Histories, settings=settings(PLAYED, max_examples=1000))


def test_stored_histories() -> None:
    run_state_machine_as_test(StoredHistories, settings=PLAYED)


@pytest.mark.deep
def test_many_more_stored_histories() -> None:
    run_state_machine_as_test(StoredHistories, settings=settings(PLAYED, max_examples=500))
