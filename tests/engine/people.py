"""Data and people in a stack, which no update may lose."""

from contextlib import closing
from http import HTTPStatus

import httpx

from contract.routes import AUTH, FILE_SLA_ERROR
from local.demo.data import REPORTER, create_people
from local.provider import Aws
from ops.user_pool import User
from store.records import Attribute, Index
from tests.engine.engine_stack import EngineStack
from tests.events import a_report
from tests.running_stack import RunningStack

_RECORD = {
    Attribute.ERROR_ID: {"S": "error-1"},
    Attribute.FOLDER: {"S": "inbound"},
    Attribute.AFFECTED_DATE: {"S": "2026-11-23T20:00:00Z"},
}


def move_in(aws: Aws, stack: EngineStack) -> dict[str, User]:
    """Stores a record, and creates a reporter and an analyst."""
    outputs = stack.outputs
    aws.client("dynamodb").put_item(TableName=outputs["table_name"], Item=_RECORD)
    return create_people(aws, outputs["user_pool_id"])


def record_is_there(aws: Aws, table_name: str) -> bool:
    """Whether the record is in this table."""
    key = {Attribute.ERROR_ID: _RECORD[Attribute.ERROR_ID]}
    found = aws.client("dynamodb").get_item(TableName=table_name, Key=key)
    return bool(found.get("Item") == _RECORD)


def assert_signs_in_at(host: str, aws: Aws, users: dict[str, User]) -> None:
    """Calls both routes at a domain name of the API, as a caller whose DNS leads it to the emulator."""
    with httpx.Client(
        base_url=aws.endpoint_url, headers={"Host": host}, timeout=60, trust_env=False
    ) as client:
        assert client.post(f"/{AUTH.path}", json=users[REPORTER]).raise_for_status().json()["token"]
        unauthorized = client.post(f"/{FILE_SLA_ERROR.path}", json=a_report("at a domain name"))
        assert unauthorized.status_code == HTTPStatus.UNAUTHORIZED


def assert_answers(aws: Aws, stack: EngineStack, users: dict[str, User], folder: str) -> None:
    """Sends a report on a folder of which nobody has heard, and reads it back as an analyst."""
    outputs = {**stack.outputs, "endpoint_url": aws.endpoint_url, "users": users}
    with closing(RunningStack(outputs, stack.folder)) as running:
        running.report(a_report(folder), running.token(running.reporter)).raise_for_status()
        found = running.client_as(running.token(running.analyst), "dynamodb").query(
            TableName=running.table_name,
            IndexName=Index.FOLDER,
            KeyConditionExpression="#folder = :folder",
            ExpressionAttributeNames={"#folder": Attribute.FOLDER},
            ExpressionAttributeValues={":folder": {"S": folder}},
        )
        assert len(found["Items"]) == 1
