"""The commands of owners over a running stack: users who then report, exports, and what the doctor finds."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from ops.__main__ import main
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

Ops = Callable[..., tuple[int, Any]]


@pytest.fixture
def ops(stack: RunningStack, capsys: pytest.CaptureFixture[str]) -> Ops:
    """Runs a command, and returns its exit code and its document."""

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["--outputs", str(stack.folder / "outputs.json"), "--json", *arguments])
        document = json.loads(capsys.readouterr().out)
        if isinstance(document, dict) and "password" in document:
            stack.secrets.add(document["password"])
        return code, document

    return run


def test_a_reporter_signs_in_and_reports_until_it_is_disabled(stack: RunningStack, ops: Ops) -> None:
    code, made = ops("users", "create", "ops-server", "--reporter")
    assert code == 0
    assert made["auth_url"] == f"{stack.api_url}/auth"
    assert made["report_url"] == f"{stack.api_url}/file_sla_error"
    user = {"username": made["user"], "password": made["password"]}
    token = stack.auth(user).raise_for_status().json()["token"]
    assert stack.report(a_report("ops"), token).status_code == HTTPStatus.OK

    _, renewed = ops("users", "password", "OPS-SERVER")
    assert stack.auth(user).status_code == HTTPStatus.UNAUTHORIZED
    user["password"] = renewed["password"]
    signed_in = stack.auth(user).raise_for_status().json()

    assert ops("users", "disable", "ops-server")[0] == 0
    assert stack.auth(user).status_code == HTTPStatus.UNAUTHORIZED
    refresh = {"username": made["user"], "refresh_token": signed_in["refresh_token"]}
    assert stack.auth(refresh).status_code == HTTPStatus.UNAUTHORIZED
    assert ops("users", "enable", "ops-server")[0] == 0
    assert stack.auth(user).status_code == HTTPStatus.OK
    assert ops("users", "remove", "ops-server")[0] == 0
    assert stack.auth(user).status_code == HTTPStatus.UNAUTHORIZED


def test_an_analyst_chooses_a_password_at_the_first_sign_in(stack: RunningStack, ops: Ops) -> None:
    code, made = ops("users", "create", "ops-analyst", "--analyst", "--no-mail")
    assert code == 0
    user = {"username": "ops-analyst", "password": made["password"]}
    asked = stack.auth(user)
    assert (asked.status_code, asked.json()["challenge"]) == (HTTPStatus.FORBIDDEN, "NEW_PASSWORD_REQUIRED")
    own = {**user, "new_password": f"{made['password']}-own"}
    stack.secrets.add(own["new_password"])
    assert stack.auth(own).status_code == HTTPStatus.OK
    ops("users", "remove", "ops-analyst")


def test_the_local_stack_has_no_problem_but_alarms(stack: RunningStack, ops: Ops) -> None:
    """Alarms are other tests' business: they turn them on."""
    findings = ops("doctor")[1]["findings"]
    assert [
        finding
        for finding in findings
        if finding["level"] in {"problem", "skipped"} and not finding["check"].startswith("alarm ")
    ] == []
