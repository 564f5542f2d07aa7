"""IAM is enforced: what no policy allows, the emulator refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from store.records import Attribute, Index
from tests.events import a_report
from tests.integration.without_permissions import without_permissions
from tests.running_stack import RunningStack

QUERY = {
    "KeyConditionExpression": "#folder = :folder",
    "ExpressionAttributeNames": {"#folder": Attribute.FOLDER},
    "ExpressionAttributeValues": {":folder": {"S": "x"}},
}


@pytest.fixture(scope="module")
def as_analyst(stack: RunningStack) -> Any:
    return stack.client_as(stack.token(stack.analyst), "dynamodb")


def test_analyst_queries_an_index(stack: RunningStack, as_analyst: Any) -> None:
    assert as_analyst.query(TableName=stack.table_name, IndexName=Index.FOLDER, **QUERY)["Items"] == []


@pytest.mark.parametrize(
    "call",
    [
        lambda table, name: table.scan(TableName=name),
        lambda table, name: table.scan(TableName=name, IndexName=Index.FOLDER),
        lambda table, name: table.get_item(TableName=name, Key={Attribute.ERROR_ID: {"S": "x"}}),
        lambda table, name: table.put_item(TableName=name, Item={Attribute.ERROR_ID: {"S": "x"}}),
        lambda table, name: table.delete_item(TableName=name, Key={Attribute.ERROR_ID: {"S": "x"}}),
        lambda table, name: table.delete_table(TableName=name),
    ],
    ids=["scan", "scan-index", "get", "put", "delete", "delete-table"],
)
def test_analyst_may_do_nothing_else(
    stack: RunningStack, as_analyst: Any, call: Callable[[Any, str], Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        call(as_analyst, stack.table_name)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_function_without_its_permission_stores_nothing_and_says_so(stack: RunningStack) -> None:
    with without_permissions(stack, "file-sla-dev-file-sla-error-us-east-1"):
        answer = stack.report(a_report("unstorable"), stack.token(stack.reporter))
        assert answer.status_code == 500
        assert "Idempotency-Key" in answer.json()["message"]
        assert answer.json()["request_id"]
        assert "AccessDenied" not in answer.text
    assert stack.report(a_report("storable"), stack.token(stack.reporter)).status_code == 200
