"""What the tests of the deployed parts share."""

from collections.abc import Iterator

import pytest

from tests.integration.alarm_inbox import Inbox, subscribed
from tests.stands.running_stack import RunningStack


@pytest.fixture
def inbox(stack: RunningStack) -> Iterator[Inbox]:
    """Told by the stack's alarms from now on."""
    with subscribed(stack) as inbox:
        yield inbox
