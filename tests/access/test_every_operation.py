"""Every operation of every service that matters, as an analyst and as nobody: refused, but for the few.

The operations come from botocore's own models, so a new one is tried as soon as it is known.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from tests.access.principals import Principal, anonymous_client
from tests.access.test_matrix import REFUSED
from tests.stands.running_stack import RunningStack

READ_OPERATIONS = {"cloudwatch": {"DescribeAlarms", "GetMetricData", "ListMetrics"}}
"""What the analyst role allows without naming a resource; `Query` without an index is refused."""
NOT_HELD_BY_IAM = {
    # Authorized by what is in the request: a token, a code, or the client's id and secret (Cognito,
    # "user pool API authorization models"). Without those they do nothing.
    "cognito-idp": {
        "AssociateSoftwareToken", "ChangePassword", "CompleteWebAuthnRegistration", "ConfirmDevice",
        "ConfirmForgotPassword", "ConfirmSignUp", "DeleteUser", "DeleteUserAttributes",
        "DeleteWebAuthnCredential", "ForgetDevice", "ForgotPassword", "GetDevice",
        "GetTokensFromRefreshToken", "GetUser", "GetUserAttributeVerificationCode", "GetUserAuthFactors",
        "GlobalSignOut", "InitiateAuth", "ListDevices", "ListWebAuthnCredentials",
        "ResendConfirmationCode", "RespondToAuthChallenge", "RevokeToken", "SetUserMFAPreference",
        "SetUserSettings", "SignUp", "StartWebAuthnRegistration", "UpdateAuthEventFeedback",
        "UpdateDeviceStatus", "UpdateUserAttributes", "VerifySoftwareToken", "VerifyUserAttribute",
    },
    "sts": {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "GetCallerIdentity"},
}  # fmt: skip
SERVICES = ("dynamodb", "cloudwatch", "cognito-idp", "iam", "secretsmanager", "sns", "sts")
FEWEST_OPERATIONS = {"dynamodb": 50, "cloudwatch": 30, "cognito-idp": 80}


@pytest.mark.parametrize("name", ["analyst", "nobody"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_refused(
    stack: RunningStack, principals: dict[str, Principal], service: str, name: str
) -> None:
    client = anonymous_client(stack, service, principals[name].credentials)
    allowed = READ_OPERATIONS.get(service, set()) if name == "analyst" else set()
    operations = list_held_by_iam(service) - allowed
    assert len(operations) >= FEWEST_OPERATIONS.get(service, 5)
    got_through = {
        name: answer for name in sorted(operations) if (answer := _answer(client, name, stack)) not in REFUSED
    }
    assert got_through == {}


def list_held_by_iam(service: str) -> set[str]:
    """The operations of a service that IAM lets through or not."""
    known = get_session().get_service_model(service).operation_names
    return set(known) - NOT_HELD_BY_IAM.get(service, set())


def test_operations_held_by_tokens_do_nothing_without(stack: RunningStack) -> None:
    client = anonymous_client(stack, "cognito-idp", None)
    for operation in sorted(NOT_HELD_BY_IAM["cognito-idp"] - {"RevokeToken"}):
        assert _answer(client, operation, stack) != "", operation


def _answer(client: Any, operation: str, stack: RunningStack) -> str:
    """The error code of a call with the least that a service wants to see; empty for success."""
    model = client.meta.service_model.operation_model(operation).input_shape
    members = model.members if model else {}
    known = {
        "TableName": stack.table_name,
        "RequestItems": {stack.table_name: [] if operation == "BatchWriteItem" else {}},
        "UserPoolId": stack.outputs["user_pool_id"],
        "ResourceArn": f"arn:aws:dynamodb:us-east-1:000000000000:table/{stack.table_name}",
    }
    given = {name: known[name] for name in members if name in known}
    given |= {name: "x" for name in members if name not in known and members[name].type_name == "string"}
    try:
        client._make_api_call(operation, given)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""
