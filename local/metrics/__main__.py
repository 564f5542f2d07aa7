"""The process: python -m local.metrics --endpoint URL --region REGION --access-log FILE --alarms FILE."""

import argparse
import json
import time
from itertools import chain
from pathlib import Path

from local.metrics.alarms import AlarmEvaluator
from local.metrics.samples import FunctionMetrics, GatewayMetrics, SourceMetrics, list_queue_samples, publish
from local.provider import Aws

POLL_SECONDS = 2
"""CloudWatch takes a minute or two; nobody wants to wait that long in a demo."""


def run(aws: Aws, access_log: Path, alarms: Path) -> None:
    """Publishes metrics and evaluates alarms until the process is ended."""
    cloudwatch, sqs = aws.client("cloudwatch"), aws.client("sqs")
    gateway, functions, sources = GatewayMetrics(aws, access_log), FunctionMetrics(aws), SourceMetrics(aws)
    evaluator = AlarmEvaluator(cloudwatch, json.loads(alarms.read_text()))
    while True:
        now = time.time()
        counted = chain(gateway.new_samples(), functions.new_samples())
        publish(cloudwatch, chain(counted, sources.new_samples(now), list_queue_samples(sqs, now)))
        evaluator.evaluate(time.time())
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m local.metrics", description=__doc__)
    for name in ("--endpoint", "--region", "--access-log", "--alarms"):
        parser.add_argument(name, required=True)
    given = parser.parse_args()
    run(Aws(given.endpoint, given.region), Path(given.access_log), Path(given.alarms))
