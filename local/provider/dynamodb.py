"""DynamoDB tables."""

from typing import Any

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, hold, pick, to_api


def _create_table(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("dynamodb")
    table_name = inputs.get("name", name)
    described = client.create_table(
        TableName=table_name,
        BillingMode=inputs["billingMode"],
        KeySchema=_keys(inputs["hashKey"], inputs.get("rangeKey")),
        AttributeDefinitions=_attributes(inputs),
        **_indexes(inputs),
        **_stream(inputs),
        DeletionProtectionEnabled=inputs["deletionProtectionEnabled"],
        SSESpecification=_encryption(inputs["serverSideEncryption"]),
    )
    client.get_waiter("table_exists").wait(TableName=table_name)
    _set_recovery(aws, table_name, inputs)
    # DynamoDB refuses to turn off what was never on.
    if inputs.get("ttl", {}).get("enabled"):
        _set_expiry(aws, table_name, inputs)
    table = described["TableDescription"]
    return Created(
        table_name,
        {"name": table_name, "arn": table["TableArn"], "streamArn": table.get("LatestStreamArn", "")},
    )


def _update_table(aws: Aws, table: Existing, inputs: Inputs) -> None:
    client = aws.client("dynamodb")
    hold(table, inputs, "streamEnabled", "streamViewType")
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
    old = {index["name"]: index for index in table.state.get("globalSecondaryIndexes", ())}
    new = {index["name"]: index for index in inputs.get("globalSecondaryIndexes", ())}
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


def _keys(partition_key: str, sort_key: str | None) -> list[dict[str, str]]:
    keys = {"HASH": partition_key, "RANGE": sort_key}
    return [{"AttributeName": key, "KeyType": kind} for kind, key in keys.items() if key]


def _indexes(inputs: Inputs) -> dict[str, Any]:
    """Both kinds of indexes; DynamoDB takes no empty list."""
    everywhere = [_index(index) for index in inputs.get("globalSecondaryIndexes", ())]
    local = [_local_index(inputs["hashKey"], index) for index in inputs.get("localSecondaryIndexes", ())]
    kinds = {"GlobalSecondaryIndexes": everywhere, "LocalSecondaryIndexes": local}
    return {kind: indexes for kind, indexes in kinds.items() if indexes}


def _index(index: Inputs) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": to_api(index["keySchemas"]),
        "Projection": _projection(index),
    }


def _local_index(partition_key: str, index: Inputs) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": _keys(partition_key, index["rangeKey"]),
        "Projection": _projection(index),
    }


def _projection(index: Inputs) -> dict[str, Any]:
    return pick(index, "projectionType", "nonKeyAttributes")


def _stream(inputs: Inputs) -> dict[str, Any]:
    """The stream; DynamoDB takes no view of one that is off."""
    on = pick(inputs, "streamEnabled", "streamViewType")
    return {"StreamSpecification": on} if inputs.get("streamEnabled") else {}


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
