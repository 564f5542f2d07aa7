"""Which metrics there are: those that AWS publishes by itself, and those that the functions publish."""

import re
from collections.abc import Mapping
from typing import Final

from contract.metrics import Dimension, Metric

API = {"ApiName"}
STAGE = API | {"Stage"}
METHOD = STAGE | {"Method", "Resource"}
FUNCTION = {"FunctionName"}
TABLE = {"TableName"}
INDEX = TABLE | {"GlobalSecondaryIndexName"}
OPERATION = TABLE | {"Operation"}

# Name and dimension sets as the services' documentation gives them: "API Gateway dimensions and
# metrics", "Types of metrics for Lambda functions", "DynamoDB metrics and dimensions",
# "Available CloudWatch metrics for Amazon SQS".
BY_AWS: Mapping[str, Mapping[str, tuple[set[str], ...]]] = {
    "AWS/ApiGateway": dict.fromkeys(
        ("Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"), (API, STAGE, METHOD)
    ),
    "AWS/Lambda": dict.fromkeys(
        ("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions", "IteratorAge"), (FUNCTION,)
    ),
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible": ({"QueueName"},)},
    "AWS/DynamoDB": {
        **dict.fromkeys(("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"), (TABLE, INDEX)),
        **dict.fromkeys(("ReadThrottleEvents", "WriteThrottleEvents"), (TABLE, INDEX)),
        **dict.fromkeys(("SystemErrors", "ThrottledRequests", "SuccessfulRequestLatency"), (OPERATION,)),
    },
}
BY_DIMENSIONS: Final[Mapping[str, set[str]]] = {
    Metric.REQUESTS: {Dimension.ROUTE, Dimension.STATUS_CODE},
    Metric.REJECTED_REPORTS: {Dimension.REASON},
    Metric.SIGN_INS: {Dimension.OUTCOME},
    Metric.ACTIONS: {Dimension.OUTCOME},
}
"""The metrics of the functions with dimensions; all others have none."""


def is_published(namespace: str, name: str, dimensions: Mapping[str, str] | frozenset[str]) -> bool:
    """Whether AWS publishes a metric with these dimensions, or a function of ours."""
    if namespace.startswith("AWS/"):
        return set(dimensions) in BY_AWS.get(namespace, {}).get(name, ())
    known = namespace == "file-sla-dev" and name in set(Metric)
    return known and set(dimensions) == BY_DIMENSIONS.get(name, set())


def schema_of_search(expression: str) -> tuple[str, str, frozenset[str]]:
    """Namespace, metric name and dimension names of a SEARCH expression."""
    found = re.fullmatch(r"SEARCH\('\{(.+?)\} MetricName=\"(\w+)\"', '\w+', \d+\)", expression)
    assert found, expression
    namespace, *dimensions = re.findall(r'"([^"]+)"', found[1])
    return namespace, found[2], frozenset(dimensions)
