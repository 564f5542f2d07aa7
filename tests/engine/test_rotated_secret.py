"""After a rotation of the client secret no update puts the first one back, whatever a refresh finds."""

import pytest

from local.provider import Aws
from ops.rotate_secret import AppClient, Rotation, SecretValue
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.people import assert_answers, move_in
from tests.engine.watched_provider import WatchedProvider

CLIENT = "::identity-client"


@pytest.fixture(scope="module")
def rotated(new_stack: NewStack, aws: Aws) -> EngineStack:
    """A stack whose secret was rotated."""
    stack = new_stack("rotated")
    stack.up()
    app, value = _parts(aws, stack)
    rotation = Rotation(app=app, value=value, progress=lambda *_: None, sleep=lambda _: None)
    assert rotation.run(0, keep_old=False)
    assert_answers(aws, stack, move_in(aws, stack), "rotated")
    return stack


def _parts(aws: Aws, stack: EngineStack) -> tuple[AppClient, SecretValue]:
    outputs = stack.outputs
    [secret] = [one["id"] for one in stack.resources if one["type"] == "aws:secretsmanager/secret:Secret"]
    return (
        AppClient(aws.client("cognito-idp"), outputs["user_pool_id"], outputs["user_pool_client_id"]),
        SecretValue(aws.client("secretsmanager"), secret),
    )


def test_an_update_leaves_the_rotated_secret(rotated: EngineStack, aws: Aws) -> None:
    app, value = _parts(aws, rotated)
    assert rotated.preview().steps == []
    rotated.up()
    assert app.takes(value.read())


@pytest.mark.parametrize("told", ["another0secret0of0the0client", None, ""])
def test_a_refresh_and_an_update_leave_it(
    rotated: EngineStack,
    aws: Aws,
    provider: WatchedProvider,
    told: str | None,
) -> None:
    app, value = _parts(aws, rotated)
    before = value.find_versions()
    provider.found = {CLIENT: {"clientSecret": told}}
    rotated.refresh()
    assert rotated.preview().steps == []
    rotated.up()
    assert value.find_versions() == before
    assert app.takes(value.read())


def test_a_client_that_is_made_anew_has_its_own_secret_in_use(rotated: EngineStack, aws: Aws) -> None:
    [client] = [one["urn"] for one in rotated.resources if one["urn"].endswith(CLIENT)]
    before, _ = _parts(aws, rotated)
    rotated.up(replace=[client])
    app, value = _parts(aws, rotated)
    assert app.client_id != before.client_id
    assert app.takes(value.read())
