"""Makes the client that ingest needs, and the one call that stores a report."""

import json
import os
from functools import cache
from typing import Any

import boto3


@cache
def _client() -> Any:
    return boto3.client("dynamodb")


def handler(event: Any, context: Any) -> Any:  # noqa: ARG001 - Lambda's signature
    """Stores items that are ready to be stored: `{"items": [...]}` in the body."""
    items = json.loads(event["body"])["items"]
    return _client().batch_write_item(
        RequestItems={os.environ["TABLE_NAME"]: [{"PutRequest": {"Item": item}} for item in items]}
    )
