"""Makes the clients that a sign-in needs, and its two calls."""

import base64
import hmac
import json
import os
from functools import cache
from typing import Any

import boto3


@cache
def _cognito() -> Any:
    return boto3.client("cognito-idp")


@cache
def _secret() -> str:
    answer = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["CLIENT_SECRET_ID"])
    return str(answer["SecretString"])


def handler(event: Any, context: Any) -> Any:  # noqa: ARG001 - Lambda's signature
    """Signs in the user of the body."""
    user = json.loads(event["body"])
    client_id = os.environ["USER_POOL_CLIENT_ID"]
    digest = hmac.digest(_secret().encode(), (user["username"] + client_id).encode(), "sha256")
    return _cognito().admin_initiate_auth(
        UserPoolId=os.environ["USER_POOL_ID"],
        ClientId=client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={
            "USERNAME": user["username"],
            "PASSWORD": user["password"],
            "SECRET_HASH": base64.b64encode(digest).decode(),
        },
    )
