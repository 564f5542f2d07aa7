"""The rules of messages in random histories, before an oracle."""

import os
from hypothesis import HealthCheck, Phase, settings

from tests.messages.machine import Histories

TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=int(os.environ.get("N", 60)), stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,), report_multiple_bugs=False,
)
