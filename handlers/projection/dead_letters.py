"""The queue of runs that could not be applied."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.runs import RunAttribute

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class DeadLetters:
    """Takes the keys of runs.

    Attributes:
        client: an SQS client that may send to the queue.
        queue_url: the queue.
    """

    client: "SQSClient"
    queue_url: str

    def put(self, sender: str, run_key: str, error: Exception) -> None:
        """Queues the key of a run, with the kind of what went wrong; what the run tells stays in its table.

        Raises:
            botocore.exceptions.ClientError: SQS refused or failed.
        """
        body = {RunAttribute.SENDER: sender, RunAttribute.RUN_KEY: run_key, "Error": type(error).__name__}
        self.client.send_message(QueueUrl=self.queue_url, MessageBody=json.dumps(body))
