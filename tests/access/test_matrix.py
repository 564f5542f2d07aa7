"""Who may do what: each principal tries each operation, against the emulator with IAM enforced.

Three cells differ from AWS, and only there. A disabled or signed-out user's ID token works until it
expires, at most an hour, on AWS too: the gateway checks signatures, not the user pool. But AWS gives
such a user no new credentials (server-side token check), and gives none to users without the group
(the role mapping denies): the emulator knows neither. tests/infra asserts that both are declared.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.table import Attribute, Index
from tests.access.principals import Principal, anonymous_client
from tests.events import a_report
from tests.running_stack import RunningStack

PRINCIPALS = ("nobody", "reporter", "analyst", "both", "neither", "stranger", "disabled", "signed out")
MAY_SIGN_IN = {"reporter", "analyst", "both", "neither", "signed out"}
MAY_REFRESH = {"reporter", "analyst", "both", "neither"}
REPORT_STATUS = {
    "nobody": 401, "reporter": 200, "analyst": 403, "both": 200, "neither": 403, "stranger": 401,
    "disabled": 200, "signed out": 200,
}  # fmt: skip
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
    ("index", "key"),
    [
        (Index.FOLDER, Attribute.FOLDER),
        (Index.AFFECTED_DATE, Attribute.AFFECTED_DATE),
        (None, Attribute.ERROR_ID),
    ],
)
def test_querying(
    stack: RunningStack, principals: dict[str, Principal], name: str, index: str | None, key: str
) -> None:
    table = anonymous_client(stack, "dynamodb", principals[name].credentials)
    target = {"IndexName": index} if index else {}
    may = index is not None and name in HAVE_CREDENTIALS_IN_THE_EMULATOR
    assert _allowed(lambda: table.query(TableName=stack.table_name, **target, **_where(key, "x"))) == may


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
