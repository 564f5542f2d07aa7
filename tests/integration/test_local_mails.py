"""Mails of the local stack: kept as their readers would get them, and sent by those who may send on AWS."""

import email
import json
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import mails_folder
from tests.stands.running_stack import RunningStack

_SENDER = "sla@mails.example.com"
_READER = "orders@example.com"
_RAW = {
    "Raw": {"Data": b"From: sla@mails.example.com\nSubject: raw\nReferences: <story@example.com>\n\nHello\n"}
}
_SIMPLE = {
    "Simple": {
        "Subject": {"Data": "simple"},
        "Body": {"Text": {"Data": "Hello"}, "Html": {"Data": "<p>Hello"}},
        "Headers": [{"Name": "References", "Value": "<story@example.com>"}],
    }
}


@pytest.fixture(scope="module")
def identity(stack: RunningStack) -> Iterator[str]:
    """ARN of the domain that is verified for the sender."""
    domain = _SENDER.partition("@")[2]
    client = stack.aws.client("sesv2")
    client.create_email_identity(EmailIdentity=domain)
    yield f"arn:aws:ses:{stack.outputs['region']}:000000000000:identity/{domain}"
    client.delete_email_identity(EmailIdentity=domain)


def _send(client: Any, content: dict[str, Any]) -> str:
    answer = client.send_email(
        FromEmailAddress=f"file-sla <{_SENDER}>", Destination={"ToAddresses": [_READER]}, Content=content
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


@pytest.mark.usefixtures("identity")
@pytest.mark.parametrize("content", [_RAW, _SIMPLE], ids=["raw", "simple"])
def test_a_mail_is_kept_with_its_headers(stack: RunningStack, content: dict[str, Any]) -> None:
    message_id = _send(stack.aws.client("sesv2"), content)
    kept = email.message_from_bytes(
        (mails_folder(stack.folder) / f"{message_id}.eml").read_bytes(), policy=policy.default
    )
    assert isinstance(kept, EmailMessage)
    assert kept["Delivered-To"] == _READER
    assert kept["References"] == "<story@example.com>"
    assert message_id in kept["Message-ID"]
    assert kept["Date"] is not None
    body = kept.get_body(("plain",))
    assert body is not None
    assert body.get_content() == "Hello\n"


def test_nobody_sends_from_what_is_not_verified(stack: RunningStack) -> None:
    kept = len(list(mails_folder(stack.folder).iterdir()))
    with pytest.raises(ClientError, match="not verified"):
        stack.aws.client("sesv2").send_email(
            FromEmailAddress="sla@example.org", Destination={"ToAddresses": [_READER]}, Content=_SIMPLE
        )
    assert len(list(mails_folder(stack.folder).iterdir())) == kept


def test_what_is_sent_is_checked_by_its_own_name_on_the_identity(stack: RunningStack, identity: str) -> None:
    for action, may, may_not in (("SendRawEmail", _RAW, _SIMPLE), ("SendEmail", _SIMPLE, _RAW)):
        client = _client_that_may(stack, f"mails-{action}", f"ses:{action}", Resource=identity)
        _send(client, may)
        with pytest.raises(ClientError, match=f"identity/{_SENDER.partition('@')[2]}"):
            _send(client, may_not)


def test_who_may_send_from_one_address_may_not_from_another(stack: RunningStack, identity: str) -> None:
    of_sender, of_another = (
        _client_that_may(
            stack, f"mails-from-{address.partition('@')[0]}", "ses:SendEmail", "ses:SendRawEmail",
            Resource=identity, Condition={"StringEquals": {"ses:FromAddress": address}},
        )
        for address in (_SENDER, f"other@{_SENDER.partition('@')[2]}")
    )  # fmt: skip
    for content in (_RAW, _SIMPLE):
        _send(of_sender, content)
        with pytest.raises(ClientError, match="not authorized"):
            _send(of_another, content)
