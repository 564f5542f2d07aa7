"""DynamoDB tables."""

from typing import Any

from local.provider.resource import Aws, Created, Creator, Inputs, to_api


def _table(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("dynamodb")
    table_name = inputs.get("name", name)
    described = client.create_table(
        TableName=table_name,
        BillingMode=inputs["billingMode"],
        KeySchema=[{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index["name"],
                "KeySchema": to_api(index["keySchemas"]),
                "Projection": {"ProjectionType": index["projectionType"]},
            }
            for index in inputs["globalSecondaryIndexes"]
        ],
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
    if ttl := inputs.get("ttl"):
        client.update_time_to_live(TableName=table_name, TimeToLiveSpecification=to_api(ttl))
    return Created(table_name, {"name": table_name, "arn": described["TableDescription"]["TableArn"]})


def _encryption(inputs: Inputs) -> dict[str, Any]:
    if key := inputs.get("kmsKeyArn"):
        return {"Enabled": inputs["enabled"], "SSEType": "KMS", "KMSMasterKeyId": key}
    return {"Enabled": inputs["enabled"]}


CREATORS: dict[str, Creator] = {"aws:dynamodb/table:Table": _table}
