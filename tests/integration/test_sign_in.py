"""Signing in through the emulated gateway, function, secret and user pool."""

from contract.names import Group
from ops.user_pool import generate_password
from tests.stands.running_stack import RunningStack


def test_token_opens_the_report_route(stack: RunningStack) -> None:
    answer = stack.auth(stack.reporter)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert stack.report({"sla_error": []}, body["token"]).status_code == 200


def test_refresh_token_brings_a_new_token_that_works(stack: RunningStack) -> None:
    first = stack.auth(stack.reporter).json()
    renewed = stack.auth({"username": "reporter", "refresh_token": first["refresh_token"]})
    assert renewed.status_code == 200, renewed.text
    assert stack.report({"sla_error": []}, renewed.json()["token"]).status_code == 200


def test_first_password_is_changed_in_one_call(stack: RunningStack) -> None:
    user = stack.new_user("first-timer", Group.REPORTERS, temporary=True)
    answer = stack.auth(user)
    assert (answer.status_code, answer.json()["challenge"]) == (403, "NEW_PASSWORD_REQUIRED")

    own = generate_password()
    assert stack.auth({**user, "new_password": own}).status_code == 200
    assert stack.auth({"username": "first-timer", "password": own}).status_code == 200
    assert stack.auth(user).status_code == 401
