"""DynamoDB tables."""

from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, to_api


def _create_table(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("dynamodb")
    table_name = inputs.get("name", name)
    described = client.create_table(
        TableName=table_name,
        BillingMode=inputs["billingMode"],
        KeySchema=[{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}],
        AttributeDefinitions=_attributes(inputs),
        GlobalSecondaryIndexes=[_index(index) for index in inputs["globalSecondaryIndexes"]],
        DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
        SSESpecification=_encryption(inputs["serverSideEncryption"]),
    )
    client.get_waiter("table_exists").wait(TableName=table_name)
    _set_recovery(aws, table_name, inputs)
    # DynamoDB refuses to turn off what was never on.
    if inputs.get("ttl", {}).get("enabled"):
        _set_expiry(aws, table_name, inputs)
    return Created(table_name, {"name": table_name, "arn": described["TableDescription"]["TableArn"]})


def _update_table(aws: Aws, table: Existing, inputs: Inputs) -> None:
    client = aws.client("dynamodb")
    changed = {name for name in inputs if inputs[name] != table.state.get(name)}
    if changed & {"attributes", "globalSecondaryIndexes"}:
        _update_indexes(aws, table, inputs)
    if "deletionProtectionEnabled" in changed:
        client.update_table(TableName=table.id, DeletionProtectionEnabled=inputs["deletionProtectionEnabled"])
    if "serverSideEncryption" in changed:
        # DynamoDB takes a change of encryption alone, not together with others.
        client.update_table(TableName=table.id, SSESpecification=_encryption(inputs["serverSideEncryption"]))
    if "pointInTimeRecovery" in changed:
        _set_recovery(aws, table.id, inputs)
    if "ttl" in changed:
        _set_expiry(aws, table.id, inputs)


def _update_indexes(aws: Aws, table: Existing, inputs: Inputs) -> None:
    """One index at a time: DynamoDB takes no more in a call."""
    old = {index["name"]: index for index in table.state["globalSecondaryIndexes"]}
    new = {index["name"]: index for index in inputs["globalSecondaryIndexes"]}
    gone = [{"Delete": {"IndexName": name}} for name in old if old[name] != new.get(name)]
    come = [{"Create": _index(new[name])} for name in new if new[name] != old.get(name)]
    for change in [*gone, *come]:
        aws.client("dynamodb").update_table(
            TableName=table.id,
            AttributeDefinitions=_attributes(inputs),
            GlobalSecondaryIndexUpdates=[change],
        )


def _delete_table(aws: Aws, table: Existing) -> None:
    client = aws.client("dynamodb")
    client.delete_table(TableName=table.id)
    client.get_waiter("table_not_exists").wait(TableName=table.id)


def _attributes(inputs: Inputs) -> list[dict[str, str]]:
    return [
        {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
        for attribute in inputs["attributes"]
    ]


def _index(index: Inputs) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": to_api(index["keySchemas"]),
        "Projection": {"ProjectionType": index["projectionType"]},
    }


def _set_recovery(aws: Aws, table_name: str, inputs: Inputs) -> None:
    aws.client("dynamodb").update_continuous_backups(
        TableName=table_name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"]
        },
    )


def _set_expiry(aws: Aws, table_name: str, inputs: Inputs) -> None:
    aws.client("dynamodb").update_time_to_live(
        TableName=table_name, TimeToLiveSpecification=to_api(inputs["ttl"])
    )


def _encryption(inputs: Inputs) -> dict[str, Any]:
    key = inputs.get("kmsKeyArn")
    if inputs["enabled"] and key:
        return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    return {"Enabled": inputs["enabled"]}


LIFECYCLES = {
    "aws:dynamodb/table:Table": Lifecycle(
        _create_table,
        _delete_table,
        _update_table,
        replace_on=frozenset(
            {
                "name",
                "hashKey",
                "rangeKey",
                "localSecondaryIndexes",
                "restoreSourceName",
                "restoreToLatestTime",
                "restoreDateTime",
            }
        ),
        stays=frozenset(
            {
                "attributes",
                "hashKey",
                "pointInTimeRecovery",
                "serverSideEncryption",
                "serverSideEncryption.kmsKeyArn",
                "ttl",
            }
        ),
    )
}
