"""Mails of the local stack: kept as their readers would get them, and sent by those who may send on AWS."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import mails_folder
from tests.stands.running_stack import RunningStack

_SENDER = "sla@mails.example.com"
_READER = "orders@example.com"
_RAW = b"From: sla@mails.example.com\nSubject: raw\nReferences: <story@example.com>\n\nHello\n"


@pytest.fixture(scope="module")
def identity(stack: RunningStack) -> Iterator[str]:
    """ARN of the domain that is verified for the sender."""
    domain = _SENDER.partition("@")[2]
    client = stack.aws.client("sesv2")
    client.create_email_identity(EmailIdentity=domain)
    yield f"arn:aws:ses:{stack.outputs['region']}:000000000000:identity/{domain}"
    client.delete_email_identity(EmailIdentity=domain)


def _send(client: Any, sender: str = _SENDER) -> str:
    answer = client.send_email(
        FromEmailAddress=f"file-sla <{sender}>",
        Destination={"ToAddresses": [_READER]},
        Content={"Raw": {"Data": _RAW}},
    )
    return str(answer["MessageId"]).partition("@")[0]


def _client_that_may(stack: RunningStack, name: str, *actions: str, **allowed: Any) -> Any:
    iam = stack.aws.client("iam")
    trusted = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": actions, **allowed}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trusted]}))[
        "Role"
    ]
    iam.put_role_policy(
        RoleName=name, PolicyName="mails", PolicyDocument=json.dumps({"Statement": [allowed]})
    )
    given = stack.aws.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="mails")["Credentials"]
    make_client: Any = boto3.Session().client
    return make_client(
        "sesv2",
        endpoint_url=stack.outputs["endpoint_url"],
        region_name=stack.outputs["region"],
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def test_who_may_send_raw_mails_from_one_address_may_do_nothing_else(
    stack: RunningStack, identity: str
) -> None:
    for name, action, address, sends in (
        ("its-own", "SendRawEmail", _SENDER, True),
        ("plain", "SendEmail", _SENDER, False),
        ("another", "SendRawEmail", f"other@{_SENDER.partition('@')[2]}", False),
    ):
        only = {"StringEquals": {"ses:FromAddress": address}}
        client = _client_that_may(stack, f"mails-{name}", f"ses:{action}", Resource=identity, Condition=only)
        if sends:
            kept = (mails_folder(stack.folder) / f"{_send(client)}.eml").read_text()
            assert f"Delivered-To: {_READER}\n" in kept
            assert "References: <story@example.com>\n" in kept
        else:
            with pytest.raises(ClientError, match="not authorized"):
                _send(client)
