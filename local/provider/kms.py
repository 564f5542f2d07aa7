"""KMS keys and their aliases."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle

_LONGEST_WAIT_DAYS = 30
"""What KMS waits before it deletes a key, unless told otherwise."""


def _create_key(aws: Aws, _name: str, inputs: Inputs) -> Created:
    client = aws.client("kms")
    key = client.create_key(Description=inputs.get("description", ""))["KeyMetadata"]
    if inputs.get("enableKeyRotation"):
        client.enable_key_rotation(KeyId=key["KeyId"])
    return Created(key["KeyId"], {"keyId": key["KeyId"], "arn": key["Arn"]})


def _update_key(aws: Aws, key: Existing, inputs: Inputs) -> None:
    client = aws.client("kms")
    client.update_key_description(KeyId=key.id, Description=inputs.get("description", ""))
    rotate = client.enable_key_rotation if inputs.get("enableKeyRotation") else client.disable_key_rotation
    rotate(KeyId=key.id)


def _delete_key(aws: Aws, key: Existing) -> None:
    wait = key.state.get("deletionWindowInDays", _LONGEST_WAIT_DAYS)
    aws.client("kms").schedule_key_deletion(KeyId=key.id, PendingWindowInDays=wait)


def _create_alias(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return Created(inputs["name"], {"arn": aws.arn("kms", inputs["name"])})


def _update_alias(aws: Aws, alias: Existing, inputs: Inputs) -> None:
    aws.client("kms").update_alias(AliasName=alias.id, TargetKeyId=inputs["targetKeyId"])


def _delete_alias(aws: Aws, alias: Existing) -> None:
    aws.client("kms").delete_alias(AliasName=alias.id)


LIFECYCLES = {
    "aws:kms/key:Key": Lifecycle(
        _create_key,
        _delete_key,
        _update_key,
        replace_on=frozenset({"customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"}),
        stays=frozenset({"policy"}),
    ),
    "aws:kms/alias:Alias": Lifecycle(
        _create_alias, _delete_alias, _update_alias, replace_on=frozenset({"name", "namePrefix"})
    ),
}
