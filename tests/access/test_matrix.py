"""Who may do what: each principal tries each operation, against the emulator with IAM enforced.

Three cells differ from AWS, and only there. A disabled or signed-out user's ID token works until it
expires, at most an hour, on AWS too: the gateway checks signatures, not the user pool. But AWS gives
such a user no new credentials (server-side token check), and gives none to users without the group
(the role mapping denies): the emulator knows neither. tests/infra asserts that both are declared.
"""

from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from contract.names import NOTIFICATIONS, PROJECTION, Group, Output
from contract.routes import ROUTES
from ops.user_pool import generate_password
from store.incidents import IncidentAttribute, IncidentIndex
from store.notifications import NotificationAttribute
from store.records import Attribute, Index
from store.runs import RunAttribute
from store.senders import SenderAttribute, SenderIndex
from tests.access.principals import Principal, anonymous_client
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

PRINCIPALS = ("nobody", "reporter", "analyst", "both", "neither", "stranger", "disabled", "signed out")
MAY_SIGN_IN = {"reporter", "analyst", "both", "neither", "signed out"}
MAY_REFRESH = {"reporter", "analyst", "both", "neither"}
REPORT_STATUS = {
    "nobody": 401, "reporter": 200, "analyst": 403, "both": 200, "neither": 403, "stranger": 401,
    "disabled": 200, "signed out": 200,
}  # fmt: skip
ACTION_STATUS = {
    # Whoever may act is told that there is no such incident.
    "nobody": 401, "reporter": 403, "analyst": 404, "both": 404, "neither": 403, "stranger": 401,
    "disabled": 404, "signed out": 404,
}  # fmt: skip
TABLES = (
    Output.TABLE_NAME,
    Output.RUNS_TABLE_NAME,
    Output.SENDERS_TABLE_NAME,
    Output.INCIDENTS_TABLE_NAME,
    Output.NOTIFICATIONS_TABLE_NAME,
)
QUERIES = [
    (Output.TABLE_NAME, Index.FOLDER, Attribute.FOLDER, True),
    (Output.TABLE_NAME, Index.AFFECTED_DATE, Attribute.AFFECTED_DATE, True),
    (Output.TABLE_NAME, None, Attribute.ERROR_ID, False),
    (Output.RUNS_TABLE_NAME, None, RunAttribute.SENDER, False),
    (Output.SENDERS_TABLE_NAME, None, SenderAttribute.SENDER, True),
    (Output.SENDERS_TABLE_NAME, SenderIndex.STATE, SenderAttribute.STATE, True),
    (Output.SENDERS_TABLE_NAME, SenderIndex.NEXT_CHECK, SenderAttribute.NEXT_CHECK_SHARD, False),
    (Output.INCIDENTS_TABLE_NAME, None, IncidentAttribute.SENDER, True),
    (Output.INCIDENTS_TABLE_NAME, IncidentIndex.LATEST, IncidentAttribute.SENDER, False),
    (Output.INCIDENTS_TABLE_NAME, IncidentIndex.LIVE, IncidentAttribute.LIVE_SHARD, True),
    (Output.INCIDENTS_TABLE_NAME, IncidentIndex.ENDED, IncidentAttribute.ENDED_ON, True),
    (Output.INCIDENTS_TABLE_NAME, IncidentIndex.ID, IncidentAttribute.INCIDENT_ID, True),
    (Output.NOTIFICATIONS_TABLE_NAME, None, NotificationAttribute.SUBJECT, True),
]
"""Every table and index, its partition key, and whether analysts may query it."""
HAVE_CREDENTIALS_IN_THE_EMULATOR = {"reporter", "analyst", "both", "neither", "disabled", "signed out"}
REFUSED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnrecognizedClientException",
           "InvalidClientTokenId", "InvalidClientTokenIdException", "NotAuthorizedException"}  # fmt: skip


@pytest.mark.parametrize("name", PRINCIPALS)
def test_signing_in(stack: RunningStack, principals: dict[str, Principal], name: str) -> None:
    user = principals[name].user or {"username": "m-nobody", "password": "Guess-work-123"}
    assert stack.auth(user).status_code == (200 if name in MAY_SIGN_IN else 401)


@pytest.mark.parametrize("name", PRINCIPALS)
def test_staying_signed_in(stack: RunningStack, principals: dict[str, Principal], name: str) -> None:
    principal = principals[name]
    username = principal.user["username"] if principal.user else "m-nobody"
    body = {"username": username, "refresh_token": principal.refresh_token or "none"}
    assert stack.auth(body).status_code == (200 if name in MAY_REFRESH else 401)


@pytest.mark.parametrize("name", PRINCIPALS)
def test_reporting(stack: RunningStack, principals: dict[str, Principal], name: str) -> None:
    folder = f"matrix {name}"
    assert stack.report(a_report(folder), principals[name].token).status_code == REPORT_STATUS[name]
    table = stack.aws.client("dynamodb")
    stored = table.query(
        TableName=stack.table_name, IndexName=Index.FOLDER, **_where(Attribute.FOLDER, folder)
    )
    assert len(stored["Items"]) == (1 if REPORT_STATUS[name] == 200 else 0)


@pytest.mark.parametrize("name", PRINCIPALS)
@pytest.mark.parametrize(
    "body", [{"incident_id": "none", "action": "unsnooze"}, {"sender": "none", "action": "retire"}]
)
def test_acting(
    stack: RunningStack, principals: dict[str, Principal], name: str, body: dict[str, str]
) -> None:
    assert stack.act(body, principals[name].token).status_code == ACTION_STATUS[name]


@pytest.mark.parametrize("name", PRINCIPALS)
@pytest.mark.parametrize(("table", "index", "key", "may"), QUERIES)
def test_querying(
    stack: RunningStack,
    principals: dict[str, Principal],
    name: str,
    table: Output,
    index: str | None,
    key: str,
    may: bool,
) -> None:
    client = anonymous_client(stack, "dynamodb", principals[name].credentials)
    target = {"TableName": stack.outputs[table]} | ({"IndexName": index} if index else {})
    expected = may and name in HAVE_CREDENTIALS_IN_THE_EMULATOR
    assert _allowed(lambda: client.query(**target, **_where(key, "x"))) == expected


@pytest.mark.parametrize("name", PRINCIPALS)
@pytest.mark.parametrize("table", TABLES)
def test_writing(stack: RunningStack, principals: dict[str, Principal], name: str, table: Output) -> None:
    client = anonymous_client(stack, "dynamodb", principals[name].credentials)
    keys = stack.aws.client("dynamodb").describe_table(TableName=stack.outputs[table])["Table"]["KeySchema"]
    item = {key["AttributeName"]: {"S": "x"} for key in keys}
    assert not _allowed(lambda: client.put_item(TableName=stack.outputs[table], Item=item))
    assert not _allowed(lambda: client.update_item(TableName=stack.outputs[table], Key=item))
    assert not _allowed(lambda: client.delete_item(TableName=stack.outputs[table], Key=item))


@pytest.mark.parametrize("name", PRINCIPALS)
@pytest.mark.parametrize("function", [*(route.key for route in ROUTES), PROJECTION, NOTIFICATIONS])
def test_invoking_a_function(
    stack: RunningStack, principals: dict[str, Principal], name: str, function: str
) -> None:
    client = anonymous_client(stack, "lambda", principals[name].credentials)
    assert not _allowed(lambda: client.invoke(FunctionName=f"file-sla-dev-{function}", Payload=b"{}"))


@pytest.mark.parametrize("name", PRINCIPALS)
def test_reading_the_dead_letters(stack: RunningStack, principals: dict[str, Principal], name: str) -> None:
    url = stack.aws.client("sqs").get_queue_url(QueueName="file-sla-dev-dead-letters")["QueueUrl"]
    client = anonymous_client(stack, "sqs", principals[name].credentials)
    assert not _allowed(lambda: client.receive_message(QueueUrl=url))


def test_credentials_are_given_to_no_one_else(stack: RunningStack, principals: dict[str, Principal]) -> None:
    assert {name for name, principal in principals.items() if principal.credentials} == (
        HAVE_CREDENTIALS_IN_THE_EMULATOR
    )


def _where(key: str, value: str) -> dict[str, Any]:
    return {
        "KeyConditionExpression": "#key = :value",
        "ExpressionAttributeNames": {"#key": key},
        "ExpressionAttributeValues": {":value": {"S": value}},
    }


def _allowed(call: Any) -> bool:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] in REFUSED:
            return False
        raise
    return True


# Nothing in an answer tells whether a user exists: not its status, its body or its headers.

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

STATUS = {"wrong password": 401, "recovery": 200, "false code": 422}
"""What some of them are answered."""

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
    assert nobody[0] == STATUS.get(attempt, nobody[0])
    assert {state: seen(username) for state, username in usernames.items()} == dict.fromkeys(
        usernames, nobody
    )


def _visible(answer: httpx.Response) -> tuple[int, str, dict[str, str]]:
    headers = {key: value for key, value in answer.headers.items() if key.lower() not in OF_THE_REQUEST}
    return answer.status_code, answer.text, headers
