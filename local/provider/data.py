"""What holds data: tables, backups, keys and secrets."""

from collections.abc import Mapping
from typing import Any, Final

from local.provider.resource import Aws, Created, Creator, Inputs, given, pick, to_api


def _create_table(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("dynamodb")
    table_name = inputs.get("name", name)
    # DynamoDB takes no view of a stream that is off.
    stream = pick(inputs, "streamEnabled", "streamViewType") if inputs.get("streamEnabled") else {}
    described = client.create_table(
        TableName=table_name,
        BillingMode=inputs["billingMode"],
        KeySchema=_key_schema(inputs["hashKey"], inputs.get("rangeKey")),
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        **_indexes(inputs),
        **({"StreamSpecification": stream} if stream else {}),
        DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
        SSESpecification=_encryption(inputs["serverSideEncryption"]),
    )
    client.get_waiter("table_exists").wait(TableName=table_name)
    client.update_continuous_backups(
        TableName=table_name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"]
        },
    )
    # DynamoDB refuses to turn off what was never on.
    if inputs.get("ttl", {}).get("enabled"):
        client.update_time_to_live(TableName=table_name, TimeToLiveSpecification=to_api(inputs["ttl"]))
    table = described["TableDescription"]
    return Created(
        table_name,
        {"name": table_name, "arn": table["TableArn"], "streamArn": table.get("LatestStreamArn", "")},
    )


def _key_schema(partition_key: str, sort_key: str | None) -> list[dict[str, str]]:
    keys = {"HASH": partition_key, "RANGE": sort_key}
    return [{"AttributeName": key, "KeyType": kind} for kind, key in keys.items() if key]


def _indexes(inputs: Inputs) -> dict[str, Any]:
    """Both kinds of indexes; DynamoDB takes no empty list."""
    kinds = {
        "GlobalSecondaryIndexes": [
            _index(index, to_api(index["keySchemas"])) for index in inputs.get("globalSecondaryIndexes", ())
        ],
        "LocalSecondaryIndexes": [
            _index(index, _key_schema(inputs["hashKey"], index["rangeKey"]))
            for index in inputs.get("localSecondaryIndexes", ())
        ],
    }
    return {kind: indexes for kind, indexes in kinds.items() if indexes}


def _index(index: Inputs, key_schema: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": key_schema,
        "Projection": pick(index, "projectionType", "nonKeyAttributes"),
    }


def _encryption(inputs: Inputs) -> dict[str, Any]:
    key = inputs.get("kmsKeyArn")
    if inputs["enabled"] and key:
        return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    return {"Enabled": inputs["enabled"]}


def _create_vault(aws: Aws, name: str, inputs: Inputs) -> Created:
    vault_name = inputs.get("name", name)
    vault = aws.client("backup").create_backup_vault(
        BackupVaultName=vault_name, **given(inputs, EncryptionKeyArn="kmsKeyArn")
    )
    return Created(vault_name, {"name": vault_name, "arn": vault["BackupVaultArn"]})


def _create_plan(aws: Aws, name: str, inputs: Inputs) -> Created:
    """A plan by which the emulator makes no backup."""
    plan_name = inputs.get("name", name)
    rules = [
        {
            "RuleName": rule["ruleName"],
            "TargetBackupVaultName": rule["targetVaultName"],
            "ScheduleExpression": rule["schedule"],
            "Lifecycle": given(
                rule.get("lifecycle") or {},
                DeleteAfterDays="deleteAfter",
                MoveToColdStorageAfterDays="coldStorageAfter",
            ),
        }
        for rule in inputs["rules"]
    ]
    plan = aws.client("backup").create_backup_plan(BackupPlan={"BackupPlanName": plan_name, "Rules": rules})
    return Created(
        plan["BackupPlanId"], {"name": plan_name, "arn": plan["BackupPlanArn"], "version": plan["VersionId"]}
    )


def _create_selection(aws: Aws, name: str, inputs: Inputs) -> Created:
    selection = aws.client("backup").create_backup_selection(
        BackupPlanId=inputs["planId"],
        BackupSelection={
            "SelectionName": inputs.get("name", name),
            **pick(inputs, "iamRoleArn", "resources"),
        },
    )
    return Created(selection["SelectionId"])


def _create_key(aws: Aws, _name: str, inputs: Inputs) -> Created:
    client = aws.client("kms")
    key = client.create_key(Description=inputs.get("description", ""))["KeyMetadata"]
    if inputs.get("enableKeyRotation"):
        client.enable_key_rotation(KeyId=key["KeyId"])
    return Created(key["KeyId"], {"keyId": key["KeyId"], "arn": key["Arn"]})


def _put_key_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    # A key has one policy, of this name.
    aws.client("kms").put_key_policy(KeyId=inputs["keyId"], PolicyName="default", Policy=inputs["policy"])
    return Created(inputs["keyId"])


def _create_alias(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("kms").create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
    return Created(inputs["name"], {"arn": aws.arn("kms", inputs["name"])})


def _create_secret(aws: Aws, name: str, inputs: Inputs) -> Created:
    secret = aws.client("secretsmanager").create_secret(
        Name=inputs.get("name", name), Description=inputs.get("description", ""), **pick(inputs, "kmsKeyId")
    )
    return Created(secret["ARN"], {"name": secret["Name"], "arn": secret["ARN"]})


def _create_secret_version(aws: Aws, _name: str, inputs: Inputs) -> Created:
    version = aws.client("secretsmanager").put_secret_value(
        SecretId=inputs["secretId"], SecretString=inputs["secretString"]
    )
    return Created(f"{inputs['secretId']}|{version['VersionId']}", {"versionId": version["VersionId"]})


CREATORS: Final[Mapping[str, Creator]] = {
    "aws:backup/plan:Plan": _create_plan,
    "aws:backup/selection:Selection": _create_selection,
    "aws:backup/vault:Vault": _create_vault,
    "aws:dynamodb/table:Table": _create_table,
    "aws:kms/alias:Alias": _create_alias,
    "aws:kms/key:Key": _create_key,
    "aws:kms/keyPolicy:KeyPolicy": _put_key_policy,
    "aws:secretsmanager/secret:Secret": _create_secret,
    "aws:secretsmanager/secretVersion:SecretVersion": _create_secret_version,
}
