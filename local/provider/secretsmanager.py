"""Secrets and their values."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, pick

_RECOVERY_DAYS = 30
"""What Secrets Manager waits before it deletes a secret, unless told otherwise."""


def _create_secret(aws: Aws, name: str, inputs: Inputs) -> Created:
    secret = aws.client("secretsmanager").create_secret(
        Name=inputs.get("name", name),
        Description=inputs.get("description", ""),
        **pick(inputs, "kmsKeyId"),
    )
    return Created(secret["ARN"], {"name": secret["Name"], "arn": secret["ARN"]})


def _update_secret(aws: Aws, secret: Existing, inputs: Inputs) -> None:
    aws.client("secretsmanager").update_secret(
        SecretId=secret.id, Description=inputs.get("description", ""), **pick(inputs, "kmsKeyId")
    )


def _delete_secret(aws: Aws, secret: Existing) -> None:
    days = secret.state.get("recoveryWindowInDays", _RECOVERY_DAYS)
    at_once = {"ForceDeleteWithoutRecovery": True} if days == 0 else {"RecoveryWindowInDays": days}
    aws.client("secretsmanager").delete_secret(SecretId=secret.id, **at_once)


def _create_version(aws: Aws, _name: str, inputs: Inputs) -> Created:
    version = aws.client("secretsmanager").put_secret_value(
        SecretId=inputs["secretId"], SecretString=inputs["secretString"]
    )
    return Created(f"{inputs['secretId']}|{version['VersionId']}", {"versionId": version["VersionId"]})


def _leave_version(_aws: Aws, _version: Existing) -> None:
    """The current version of a secret cannot be deleted; it goes with the secret."""


LIFECYCLES = {
    "aws:secretsmanager/secret:Secret": Lifecycle(
        _create_secret, _delete_secret, _update_secret, replace_on=frozenset({"name", "namePrefix"})
    ),
    "aws:secretsmanager/secretVersion:SecretVersion": Lifecycle(_create_version, _leave_version),
}
