"""KMS keys and their aliases."""

from local.provider.resource import Aws, Created, Creator, Inputs


def _key(aws: Aws, _name: str, inputs: Inputs) -> Created:
    client = aws.client("kms")
    key = client.create_key(Description=inputs.get("description", ""))["KeyMetadata"]
    if inputs.get("enableKeyRotation"):
        client.enable_key_rotation(KeyId=key["KeyId"])
    return Created(key["KeyId"], {"keyId": key["KeyId"], "arn": key["Arn"]})


def _alias(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return Created(inputs["name"], {"arn": aws.arn("kms", inputs["name"])})


CREATORS: dict[str, Creator] = {"aws:kms/key:Key": _key, "aws:kms/alias:Alias": _alias}
