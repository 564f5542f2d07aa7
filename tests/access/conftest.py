"""The principals of the matrix, made once."""

import pytest

from tests.access.principals import Principal, all_principals
from tests.stands.running_stack import RunningStack


@pytest.fixture(scope="session")
def principals(stack: RunningStack) -> dict[str, Principal]:
    return all_principals(stack)
