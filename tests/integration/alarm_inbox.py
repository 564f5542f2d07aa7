"""What alarms tell, in a queue that is subscribed to the stack's topic of alarms."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.stands.running_stack import RunningStack


@dataclass
class Inbox:
    """A queue subscribed to the alarm topic, and the notifications taken out of it."""

    sqs: Any
    url: str
    notifications: list[tuple[str, str]] = field(default_factory=list)
    """Alarm name and new state, in the order of their arrival."""

    def look(self) -> list[tuple[str, str]]:
        """All notifications until now."""
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                notification = json.loads(json.loads(message["Body"])["Message"])
                self.notifications.append((notification["AlarmName"], notification["NewStateValue"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return self.notifications

    def of(self, alarm: str) -> list[str]:
        """The states that an alarm has told of until now."""
        return [state for name, state in self.look() if name == alarm]


@contextmanager
def subscribed(stack: RunningStack) -> Iterator[Inbox]:
    """An inbox that is told from now on."""
    sqs, sns = stack.aws.client("sqs"), stack.aws.client("sns")
    arn = stack.aws.arn("sqs", "alarms-inbox")
    may_send = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may_send]})
    url = sqs.create_queue(QueueName="alarms-inbox", Attributes={"Policy": policy})["QueueUrl"]
    subscription = sns.subscribe(TopicArn=stack.outputs["alarm_topic_arn"], Protocol="sqs", Endpoint=arn)
    yield Inbox(sqs, url)
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)
