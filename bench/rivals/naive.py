"""The ingest handler as it is commonly written.

It checks the token itself, writes one item per file with `PutItem`, and calls `PutMetricData`
for each request. Its key set is fetched once and kept, and its clients too: a good example of its kind.
"""

import json
import os
import uuid
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.request import urlopen

import boto3
from joserfc import jwt
from joserfc.jwk import KeySet


@cache
def _keys() -> KeySet:
    with urlopen(os.environ["JWKS_URL"], timeout=5) as answer:  # noqa: S310 - configured, not given
        return KeySet.import_key_set(json.load(answer))


@cache
def _table() -> Any:
    return boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@cache
def _cloudwatch() -> Any:
    return boto3.client("cloudwatch")


def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answers a report."""
    headers = {name.lower(): value for name, value in event["headers"].items()}
    token = headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, _keys(), algorithms=["RS256"]).claims
    if claims["aud"] != os.environ["CLIENT_ID"] or claims["token_use"] != "id":
        return {"statusCode": 401, "body": json.dumps({"message": "bad token"})}

    now = datetime.now(UTC).isoformat()
    files = 0
    for breach in json.loads(event["body"])["sla_error"]:
        for file in breach["files"]:
            _table().put_item(
                Item={
                    "ErrorId": str(uuid.uuid4()),
                    "Folder": breach["folder"],
                    "AffectedDate": now,
                    "SLA": breach["sla"],
                    "Files": [{"Filename": file["filename"], "CreationDate": file["creationDate"]}],
                }
            )
            files += 1
    _cloudwatch().put_metric_data(
        Namespace="naive", MetricData=[{"MetricName": "StuckFiles", "Value": files, "Unit": "Count"}]
    )
    return {"statusCode": 200, "body": json.dumps({"message": "recorded", "files": files})}
