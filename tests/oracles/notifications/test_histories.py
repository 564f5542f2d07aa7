"""The rules of messages in random histories, before an oracle."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.oracles.notifications.machine import Histories

PLAYED = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Making a history of hundreds of sweeps smaller takes far longer than finding it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def test_histories() -> None:
    run_state_machine_as_test(Histories, settings=PLAYED)


@pytest.mark.deep
def test_thousands_of_histories() -> None:
    run_state_machine_as_test(Histories, settings=settings(PLAYED, max_examples=3000))
