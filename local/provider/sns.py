"""SNS topics and their subscriptions."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, pick


def _create_topic(aws: Aws, name: str, inputs: Inputs) -> Created:
    key = {name: str(value) for name, value in pick(inputs, "kmsMasterKeyId").items()}
    arn = aws.client("sns").create_topic(Name=inputs.get("name", name), Attributes=key)["TopicArn"]
    return Created(arn, {"name": arn.rsplit(":", 1)[-1], "arn": arn})


def _update_topic(aws: Aws, topic: Existing, inputs: Inputs) -> None:
    aws.client("sns").set_topic_attributes(
        TopicArn=topic.id, AttributeName="KmsMasterKeyId", AttributeValue=inputs.get("kmsMasterKeyId", "")
    )


def _delete_topic(aws: Aws, topic: Existing) -> None:
    aws.client("sns").delete_topic(TopicArn=topic.id)


def _subscribe(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arn = aws.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(arn, {"arn": arn})


def _unsubscribe(aws: Aws, subscription: Existing) -> None:
    aws.client("sns").unsubscribe(SubscriptionArn=subscription.id)


LIFECYCLES = {
    "aws:sns/topic:Topic": Lifecycle(
        _create_topic,
        _delete_topic,
        _update_topic,
        replace_on=frozenset({"name", "namePrefix", "fifoTopic"}),
    ),
    "aws:sns/topicSubscription:TopicSubscription": Lifecycle(_subscribe, _unsubscribe),
}
