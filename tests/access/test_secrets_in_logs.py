"""No secret of the whole run is in any log: not the functions', the gateway's, nor a process's."""

import re
from collections.abc import Iterator

import pytest

from contract.names import Group
from contract.routes import ROUTES
from ops.user_pool import generate_password
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

pytestmark = pytest.mark.last

TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.")
"""Any token, whoever it was given to: a JSON object in base64, a dot, and more."""


@pytest.fixture(scope="module")
def logs(stack: RunningStack) -> dict[str, str]:
    """All that was logged, by log group or file, after every kind of request was made once more."""
    _make_every_kind_of_request(stack)
    logs = {name: "\n".join(_events(stack, name)) for name in _log_groups(stack)}
    logs |= {file.name: file.read_text(errors="replace") for file in stack.folder.glob("*.log")}
    return logs


def test_every_log_was_read(stack: RunningStack, logs: dict[str, str]) -> None:
    """The search below finds nothing; here is that it would find what is there."""
    for route in ROUTES:
        log = logs[f"/aws/lambda/file-sla-dev-{route.key}"]
        assert '"message":"answered"' in log
        assert '"message":"refused"' in log
    assert {"emulator.log", "dashboard.log"} <= set(logs)
    assert len(stack.secrets) >= 5


def test_neither_a_secret_nor_a_token_is_in_any_log(stack: RunningStack, logs: dict[str, str]) -> None:
    pool, client = stack.outputs["user_pool_id"], stack.outputs["user_pool_client_id"]
    app = stack.aws.client("cognito-idp").describe_user_pool_client(UserPoolId=pool, ClientId=client)
    secrets = stack.secrets | {user["password"] for user in stack.outputs["users"].values()}
    secrets.add(app["UserPoolClient"]["ClientSecret"])
    # Words that a test tried as a password, such as `p`, are in every text.
    secrets = {secret for secret in secrets if len(secret) >= 12}
    assert {name for name, log in logs.items() if any(secret in log for secret in secrets)} == set()
    assert {name for name, log in logs.items() if TOKEN.search(log)} == set()


def _make_every_kind_of_request(stack: RunningStack) -> None:
    user = stack.new_user("s-logged", Group.REPORTERS)
    tokens = stack.auth(user).json()
    wrong = {"username": user["username"], "password": generate_password()}
    stack.auth(wrong)
    stack.auth({**wrong, "new_password": generate_password()})
    stack.auth({"username": user["username"], "refresh_token": tokens["refresh_token"]})
    stack.auth({"username": user["username"], "refresh_token": generate_password() * 3})
    stack.auth({"username": user["username"], "forgot_password": True})
    stack.auth({"username": user["username"], "code": "000000", "new_password": generate_password()})
    stack.auth({"username": "", "password": generate_password()})
    for body in (a_report("logged"), {"sla_error": 1}, b"not JSON"):
        stack.report(body, tokens["token"], **{"Idempotency-Key": "logged-run-1"})
    stack.report(a_report("logged"), tokens["token"] + "x")
    analyst = stack.token(stack.analyst)
    for more in ({"note": generate_password()}, {"note": generate_password(), "version": "x"}):
        stack.act({"incident_id": "none", "action": "note", **more}, analyst)
    stack.client_as(tokens["token"], "dynamodb")


def _log_groups(stack: RunningStack) -> Iterator[str]:
    pages = stack.aws.client("logs").get_paginator("describe_log_groups").paginate()
    return (group["logGroupName"] for page in pages for group in page["logGroups"])


def _events(stack: RunningStack, group: str) -> Iterator[str]:
    pages = stack.aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return (event["message"] for page in pages for event in page["events"])
