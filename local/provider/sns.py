"""SNS topics and their subscriptions."""

from local.provider.resource import Aws, Created, Creator, Inputs


def _topic(aws: Aws, name: str, inputs: Inputs) -> Created:
    arn = aws.client("sns").create_topic(Name=inputs.get("name", name))["TopicArn"]
    return Created(arn, {"name": arn.rsplit(":", 1)[-1], "arn": arn})


def _subscription(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arn = aws.client("sns").subscribe(
        TopicArn=inputs["topic"],
        Protocol=inputs["protocol"],
        Endpoint=inputs["endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Created(arn, {"arn": arn})


CREATORS: dict[str, Creator] = {
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
}
