"""KMS keys, their policies and their aliases."""

import json

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle

_ONLY_POLICY = "default"
"""The one policy that a key has; KMS knows no other name."""
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


def _put_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("kms").put_key_policy(KeyId=inputs["keyId"], PolicyName=_ONLY_POLICY, Policy=inputs["policy"])
    return Created(inputs["keyId"])


def _reset_policy(aws: Aws, policy: Existing) -> None:
    """A key is never without a policy: it gets the one back that KMS gives to a new key."""
    account = f"arn:aws:iam::{aws.account_id}:root"
    everything = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "kms:*", "Resource": "*"}
    default = {"Version": "2012-10-17", "Id": "default", "Statement": [everything]}
    _put_policy(aws, "", {"keyId": policy.id, "policy": json.dumps(default)})


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
    "aws:kms/keyPolicy:KeyPolicy": Lifecycle.put(_put_policy, _reset_policy, "keyId"),
    "aws:kms/alias:Alias": Lifecycle(
        _create_alias, _delete_alias, _update_alias, replace_on=frozenset({"name", "namePrefix"})
    ),
}
