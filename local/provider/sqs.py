"""SQS queues."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle


def _attributes(inputs: Inputs) -> dict[str, str]:
    """What the provider sets of a queue: one of the two encryptions, never both."""
    key = inputs.get("kmsMasterKeyId", "")
    managed = bool(inputs.get("sqsManagedSseEnabled")) and not key
    return {
        "KmsMasterKeyId": key,
        "MessageRetentionPeriod": str(inputs["messageRetentionSeconds"]),
        "SqsManagedSseEnabled": str(managed).lower(),
    }


def _create_queue(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("sqs")
    queue_name = inputs.get("name", name)
    url = client.create_queue(QueueName=queue_name, Attributes=_attributes(inputs))["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Created(url, {"name": queue_name, "arn": arn, "url": url})


def _update_queue(aws: Aws, queue: Existing, inputs: Inputs) -> None:
    aws.client("sqs").set_queue_attributes(QueueUrl=queue.id, Attributes=_attributes(inputs))


def _delete_queue(aws: Aws, queue: Existing) -> None:
    aws.client("sqs").delete_queue(QueueUrl=queue.id)


LIFECYCLES = {
    "aws:sqs/queue:Queue": Lifecycle(
        _create_queue,
        _delete_queue,
        _update_queue,
        replace_on=frozenset({"fifoQueue", "name", "namePrefix"}),
        stays=frozenset({"sqsManagedSseEnabled"}),
    )
}
