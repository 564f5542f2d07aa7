"""Secrets and their values."""

from local.provider.resource import Aws, Created, Creator, Inputs, pick


def _secret(aws: Aws, name: str, inputs: Inputs) -> Created:
    secret = aws.client("secretsmanager").create_secret(
        Name=inputs.get("name", name),
        Description=inputs.get("description", ""),
        **pick(inputs, "kmsKeyId"),
    )
    return Created(secret["ARN"], {"name": secret["Name"], "arn": secret["ARN"]})


def _secret_version(aws: Aws, _name: str, inputs: Inputs) -> Created:
    version = aws.client("secretsmanager").put_secret_value(
        SecretId=inputs["secretId"], SecretString=inputs["secretString"]
    )
    return Created(f"{inputs['secretId']}|{version['VersionId']}", {"versionId": version["VersionId"]})


CREATORS: dict[str, Creator] = {
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
}
