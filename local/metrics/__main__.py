"""The process: python -m local.metrics --endpoint URL --region REGION --access-log FILE --alarms FILE."""

import argparse
import json
import time
from itertools import chain
from pathlib import Path

from local.metrics.alarms import AlarmEvaluator
from local.metrics.samples import FunctionMetrics, GatewayMetrics, QueueMetrics, SourceMetrics, publish
from local.provider import Aws

POLL_SECONDS = 2
"""CloudWatch takes a minute or two; whoever watches a demo does not want to."""


def run(aws: Aws, access_log: Path, alarms: Path) -> None:
    """Publishes and evaluates until it is ended."""
    cloudwatch = aws.client("cloudwatch")
    gateway, functions = GatewayMetrics(aws, access_log), FunctionMetrics(aws)
    sources, queues = SourceMetrics(aws), QueueMetrics(aws)
    evaluator = AlarmEvaluator(cloudwatch, json.loads(alarms.read_text()))
    while True:
        now = time.time()
        counted = chain(gateway.new_samples(), functions.new_samples())
        publish(cloudwatch, chain(counted, sources.new_samples(now), queues.new_samples(now)))
        evaluator.evaluate(time.time())
        time.sleep(POLL_SECONDS)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.metrics", description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--access-log", required=True, type=Path)
    parser.add_argument("--alarms", required=True, type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    run(Aws(given.endpoint, given.region), given.access_log, given.alarms)
