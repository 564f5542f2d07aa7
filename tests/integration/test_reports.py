"""Reports through the emulated gateway, authorizer, function and table."""

from typing import Any

import pytest

from contract.names import Group
from contract.routes import AUTH, FILE_SLA_ERROR
from store.records import Attribute, Index
from tests.events import a_report
from tests.running_stack import RunningStack


@pytest.fixture(scope="module")
def token(stack: RunningStack) -> str:
    return stack.token(stack.reporter)


def _records(stack: RunningStack, folder: str) -> list[dict[str, Any]]:
    """What an analyst finds of a folder."""
    items: list[dict[str, Any]] = stack.client_as(stack.token(stack.analyst), "dynamodb").query(
        TableName=stack.table_name,
        IndexName=Index.FOLDER,
        KeyConditionExpression="#folder = :folder",
        ExpressionAttributeNames={"#folder": Attribute.FOLDER},
        ExpressionAttributeValues={":folder": {"S": folder}},
    )["Items"]
    return items


def test_retry_with_the_same_key_stores_nothing_twice(stack: RunningStack, token: str) -> None:
    report = a_report("retried")
    answers = [stack.report(report, token, **{"Idempotency-Key": "run-42"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({str(answer.json()["error_ids"]) for answer in answers}) == 1
    assert len(_records(stack, "retried")) == 1


def test_same_key_of_another_caller_is_another_report(stack: RunningStack, token: str) -> None:
    other = stack.token(stack.new_user("second-reporter", Group.REPORTERS))
    for bearer in (token, other):
        assert stack.report(a_report("shared"), bearer, **{"Idempotency-Key": "run-1"}).status_code == 200
    assert {r[Attribute.REPORTED_BY]["S"] for r in _records(stack, "shared")} == {
        "reporter",
        "second-reporter",
    }


def test_folder_with_thousands_of_files_is_stored_whole(stack: RunningStack, token: str) -> None:
    answer = stack.report(a_report("crowded", files=6_000), token)
    assert (answer.status_code, answer.json()["files"]) == (200, 6_000)
    records = _records(stack, "crowded")
    assert len(records) == answer.json()["recorded"] > 1
    assert sum(len(record[Attribute.FILES]["L"]) for record in records) == 6_000


def test_heartbeat_is_taken_and_nothing_stored(stack: RunningStack, token: str) -> None:
    answer = stack.report({"sla_error": []}, token)
    assert (answer.status_code, answer.json()["recorded"]) == (200, 0)


@pytest.mark.parametrize("bearer", [None, "", "not-a-token", "a.b.c"])
def test_no_valid_token_no_report(stack: RunningStack, bearer: str | None) -> None:
    headers = {} if bearer is None else {"Authorization": bearer}
    answer = stack.http.post(FILE_SLA_ERROR.path, json=a_report("unsigned"), headers=headers)
    assert answer.status_code == 401
    assert answer.json()["message"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert _records(stack, "unsigned") == []


def test_analyst_may_not_report(stack: RunningStack) -> None:
    answer = stack.report(a_report("not-mine"), stack.token(stack.analyst))
    assert answer.status_code == 403
    assert Group.REPORTERS in answer.json()["message"]
    assert _records(stack, "not-mine") == []


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        # What is no JSON the gateway answers, with one text.
        (b"not json", "body", "double quotes"),
        (rb'{"sla_error": [{"folder": "C:\data"}]}', "body", "backslash twice"),
        ('{"sla_error": [], "x": "março"}'.encode("latin-1"), "body", "UTF8.GetBytes"),
        # All else reaches the function, which names the field.
        (b"", "body", "object"),
        (b"[]", "body", "object"),
        (b'"{}"', "body", "ConvertTo-Json twice"),
        (b"{}", "sla_error", "add it"),
        (b'{"sla_error": "System.Object[]"}', "sla_error", "-Depth"),
        (b'{"sla_error": [{"folder": "f", "sla": 0, "files": []}]}', "sla_error[0].sla", "1 to 525,600"),
    ],
)
def test_bad_body_is_told_by_field_and_remedy(
    stack: RunningStack, token: str, body: bytes, field: str, hint: str
) -> None:
    answer = stack.report(body, token)
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"] == field
    assert hint in error["hint"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_unknown_route_and_method_are_told_in_json(stack: RunningStack) -> None:
    for answer in (stack.http.post("nowhere", json={}), stack.http.get(AUTH.path)):
        assert answer.status_code in {403, 404, 405}
        assert answer.json()["message"]


def test_browser_may_ask_first(stack: RunningStack) -> None:
    answer = stack.http.options(FILE_SLA_ERROR.path, headers={"Origin": "https://ops.example.com"})
    assert answer.status_code == 204
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]
