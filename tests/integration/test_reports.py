"""Reports through the emulated gateway, authorizer, function and table."""

import pytest

from contract.routes import FILE_SLA_ERROR
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack
from tests.stands.servers import without_permissions


@pytest.fixture(scope="module")
def token(stack: RunningStack) -> str:
    return stack.token(stack.reporter)


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        # What is no JSON the gateway answers, with one text.
        (b"not json", "body", "double quotes"),
        (rb'{"sla_error": [{"folder": "C:\data"}]}', "body", "backslash twice"),
        ('{"sla_error": [], "x": "março\x81"}'.encode("latin-1"), "body", "UTF8.GetBytes"),
        # All else reaches the function, which names the field.
        (b"", "body", "object"),
        (b"{}", "sla_error", "add it"),
    ],
)
def test_bad_body_is_refused_by_field_with_the_remedy(
    stack: RunningStack, token: str, body: bytes, field: str, hint: str
) -> None:
    answer = stack.report(body, token)
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"] == field
    assert hint in error["hint"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_browser_may_ask_first(stack: RunningStack) -> None:
    answer = stack.http.options(FILE_SLA_ERROR.path, headers={"Origin": "https://ops.example.com"})
    assert answer.status_code == 204
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]


def test_function_without_its_permission_stores_nothing_and_says_so(stack: RunningStack) -> None:
    with without_permissions(stack, "file-sla-dev-file-sla-error-us-east-1"):
        answer = stack.report(a_report("unstorable"), stack.token(stack.reporter))
        assert answer.status_code == 500
        assert "Idempotency-Key" in answer.json()["message"]
        assert answer.json()["request_id"]
        assert "AccessDenied" not in answer.text
    assert stack.report(a_report("storable"), stack.token(stack.reporter)).status_code == 200
