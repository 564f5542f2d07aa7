"""Nothing in an answer tells whether a user exists: not its status, its body or its headers."""

from typing import Any

import httpx
import pytest

from contract.names import Group
from ops.user_pool import generate_password
from tests.running_stack import RunningStack

# They name the moment or the request, never the user.
OF_THE_REQUEST = {"date", "x-amzn-requestid", "x-amz-apigw-id", "x-amzn-trace-id", "x-request-id",
                  "x-amz-request-id", "x-amz-id-2"}  # fmt: skip

ATTEMPTS: dict[str, dict[str, Any]] = {
    "wrong password": {"password": "Wrong-password-1"},
    "wrong password and a new one": {"password": "Wrong-password-1", "new_password": "Another-one-23"},
    "wrong password and a weak new one": {"password": "Wrong-password-1", "new_password": "weak"},
    "false refresh token": {"refresh_token": "no-such-token"},
    "recovery": {"forgot_password": True},
    "false code": {"code": "000000", "new_password": "Another-one-23"},
    "false code, again and again": {"code": "000001", "new_password": "Another-one-23"},
}

STATES = ("with a password", "with a first password", "disabled", "reset")


@pytest.fixture(scope="module")
def usernames(stack: RunningStack) -> dict[str, str]:
    """One user of every state there is, and names that no one has."""
    cognito, pool = stack.aws.client("cognito-idp"), stack.outputs["user_pool_id"]
    users = (
        stack.new_user("e-confirmed", Group.REPORTERS),
        stack.new_user("e-new", temporary=True),
        stack.new_user("e-disabled", Group.ANALYSTS),
        stack.new_user("e-reset"),
    )
    cognito.admin_disable_user(UserPoolId=pool, Username="e-disabled")
    cognito.admin_reset_user_password(UserPoolId=pool, Username="e-reset")
    return {state: user["username"] for state, user in zip(STATES, users, strict=True)}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_every_user_looks_like_no_user(stack: RunningStack, usernames: dict[str, str], attempt: str) -> None:
    def seen(username: str) -> tuple[int, str, dict[str, str]]:
        answers = [stack.auth({"username": username, **ATTEMPTS[attempt]}) for _ in range(3)]
        return _visible(answers[-1])

    nobody = seen(f"e-{generate_password()[:8].strip('!-_.')}")
    assert {state: seen(username) for state, username in usernames.items()} == dict.fromkeys(
        usernames, nobody
    )


def _visible(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    headers = {key: value for key, value in answer.headers.items() if key.lower() not in OF_THE_REQUEST}
    return answer.status_code, answer.text, headers
