"""Signing in through the emulated gateway, function, secret and user pool."""

import pytest

from contract.names import Group
from contract.routes import AUTH
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


@pytest.mark.parametrize("username", ["reporter", "no-such-user"])
def test_refusal_does_not_tell_who_exists(stack: RunningStack, username: str) -> None:
    answer = stack.auth({"username": username, "password": generate_password()})
    assert (answer.status_code, answer.json()) == (401, {"message": "The user name or password is wrong."})


def test_first_password_is_changed_in_one_call(stack: RunningStack) -> None:
    user = stack.new_user("first-timer", Group.REPORTERS, temporary=True)
    answer = stack.auth(user)
    assert (answer.status_code, answer.json()["challenge"]) == (403, "NEW_PASSWORD_REQUIRED")

    own = generate_password()
    assert stack.auth({**user, "new_password": own}).status_code == 200
    assert stack.auth({"username": "first-timer", "password": own}).status_code == 200
    assert stack.auth(user).status_code == 401


def test_recovery_answers_the_same_for_everyone(stack: RunningStack) -> None:
    answers = [
        stack.auth({"username": username, "forgot_password": True})
        for username in ("reporter", "no-such-user")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_wrong_recovery_code_looks_the_same_for_everyone(stack: RunningStack) -> None:
    answers = [
        stack.auth({"username": username, "code": "000000", "new_password": generate_password()})
        for username in ("reporter", "no-such-user")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["errors"][0]["field"] == "code"


def test_gateway_and_function_both_name_the_field(stack: RunningStack) -> None:
    """The gateway names the body, since it is no JSON; the function every field that is wrong."""
    for body, fields in (
        (b"{", ["body"]),
        (rb'{"username": "FILES01\svc", "password": "p"}', ["body"]),
        (b"{}", ["username", "password"]),
        (b'{"username": "reporter"}', ["password"]),
        (b"[]", ["body"]),
    ):
        answer = stack.http.post(AUTH.path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        errors = answer.json()["errors"]
        assert [error["field"] for error in errors] == fields
        assert all(error["problem"] and error["hint"] for error in errors)
