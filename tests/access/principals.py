"""Everyone who might knock: what each has in hand."""

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from contract.names import Group
from ops.user_pool import User, generate_password
from tests.stands.running_stack import RunningStack

# One for all: each reads the descriptions of AWS's services anew.
_SESSION = boto3.Session()
SIGN_IN_FLOWS = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@dataclass(frozen=True)
class Principal:
    """Someone, with whatever the user pool and the identity pool gave."""

    user: User | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    credentials: dict[str, str] | None = field(default=None, repr=False)


def all_principals(stack: RunningStack) -> dict[str, Principal]:
    principals = {
        "nobody": Principal(),
        "reporter": _signed_in(stack, stack.new_user("m-reporter", Group.REPORTERS)),
        "analyst": _signed_in(stack, stack.new_user("m-analyst", Group.ANALYSTS)),
        "both": _signed_in(stack, stack.new_user("m-both", Group.REPORTERS, Group.ANALYSTS)),
        "neither": _signed_in(stack, stack.new_user("m-neither")),
        "stranger": _stranger(stack),
    }
    cognito, pool = stack.aws.client("cognito-idp"), stack.outputs["user_pool_id"]
    for name, end in {
        "disabled": cognito.admin_disable_user,
        "signed out": cognito.admin_user_global_sign_out,
    }.items():
        user = stack.new_user(f"m-{name.replace(' ', '-')}", Group.REPORTERS, Group.ANALYSTS)
        principals[name] = _signed_in(stack, user)
        end(UserPoolId=pool, Username=user["username"])
    return principals


def anonymous_client(stack: RunningStack, service: str, credentials: dict[str, str] | None) -> Any:
    """A client that sends what it is told, unchecked; with `None`, under an access key no one has."""
    made_up = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "made-up"}
    make_client: Any = _SESSION.client
    return make_client(
        service,
        endpoint_url=stack.outputs["endpoint_url"],
        region_name=stack.outputs["region"],
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        **(credentials or made_up),
    )


def _signed_in(stack: RunningStack, user: User) -> Principal:
    tokens = stack.auth(user).raise_for_status().json()
    return Principal(user, tokens["token"], tokens["refresh_token"], stack.credentials(tokens["token"]))


def _stranger(stack: RunningStack) -> Principal:
    """A user of another pool of the same account, in a group of the right name."""
    cognito = stack.aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="strangers")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="strangers", ExplicitAuthFlows=SIGN_IN_FLOWS
    )["UserPoolClient"]["ClientId"]
    user = User(username="m-stranger", password=generate_password())
    cognito.admin_create_user(UserPoolId=pool, Username=user["username"], MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=user["username"], Password=user["password"], Permanent=True
    )
    for group in (Group.REPORTERS, Group.ANALYSTS):
        cognito.create_group(UserPoolId=pool, GroupName=group)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=user["username"], GroupName=group)
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user["username"], "PASSWORD": user["password"]},
    )["AuthenticationResult"]
    try:
        credentials = stack.credentials(tokens["IdToken"])
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "NotAuthorizedException"  # noqa: PT017
        credentials = None
    return Principal(user, tokens["IdToken"], tokens["RefreshToken"], credentials)
