"""What the tests of the deployed parts share."""

import pytest

from tests.stands.running_stack import RunningStack
from tests.stands.servers import Server


@pytest.fixture
def server(stack: RunningStack) -> Server:
    """One that has not reported yet."""
    return Server.create(stack)
