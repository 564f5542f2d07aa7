"""Keys of Pulumi.yaml flipped and flipped back in earnest: the account is as it was before."""

import pytest

from local.provider import Aws
from ops.users import User
from tests.engine.account import account, differences
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.flips import DEFECTS_APPLIED, KEEPERS, REPLACES, SAMPLES
from tests.engine.people import move_in, report

TOGETHER = [key for key in SAMPLES if key not in DEFECTS_APPLIED and key not in REPLACES]


@pytest.fixture(scope="module")
def deployed(new_stack: NewStack) -> EngineStack:
    """The stack with every key as it is by default."""
    stack = new_stack("applied")
    stack.up()
    return stack


@pytest.fixture(scope="module")
def users(deployed: EngineStack, aws: Aws) -> dict[str, User]:
    """Those of the stack, which has a record as well."""
    return move_in(aws, deployed)


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param(TOGETHER, id="all others together"),
        *(
            pytest.param([key], id=key, marks=pytest.mark.xfail(raises=AssertionError, reason=reason))
            for key, reason in DEFECTS_APPLIED.items()
        ),
    ],
)
def test_there_and_back_leaves_the_account_as_it_was(
    deployed: EngineStack, aws: Aws, users: dict[str, User], keys: list[str]
) -> None:
    deployed.configure()
    deployed.up()
    before = account(aws)

    deployed.configure(**{key: SAMPLES[key] for key in keys})
    there = deployed.up()
    assert there.lost(KEEPERS) == []
    assert there.not_deployed() == []
    assert deployed.preview().steps == []

    deployed.configure()
    back = deployed.up()
    assert back.lost(KEEPERS) == []
    assert back.not_deployed() == []
    assert deployed.preview().steps == []
    after = account(aws)
    # A key that data was encrypted under has to stay after the data has another.
    kept = {key_id: key for key_id, key in after["keys"].items() if key_id in before["keys"]}
    assert list(differences(before, {**after, "keys": kept})) == []
    assert report(aws, deployed, users) == 200
