"""The alarms, and who hears of them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from contract.names import ALARM_SEPARATOR, RUNBOOK_LABEL, Output
from ops.doctor.finding import Finding, Level
from ops.stack import Stack

_SUBSCRIBE: Final = "pulumi config set alarmEmail …, pulumi up, and the link in the mail"


def check_alarms(stack: Stack) -> Iterator[Finding]:
    """Alarms that are on, and those that nobody would hear of."""
    prefix = f"{stack[Output.METRICS_NAMESPACE]}{ALARM_SEPARATOR}"
    pages = stack.client("cloudwatch").get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )  # fmt: skip
    alarms: list[Mapping[str, Any]] = [
        alarm
        for page in pages
        for kind in ("MetricAlarms", "CompositeAlarms")
        for alarm in page.get(kind, [])
    ]
    if not alarms:
        yield Finding(
            check="alarms", level=Level.PROBLEM, what=f"None is called {prefix}…", remedy="pulumi up"
        )
        return
    on = [alarm for alarm in alarms if alarm["StateValue"] == "ALARM"]
    for alarm in on:
        meaning, _, section = alarm.get("AlarmDescription", "").partition(RUNBOOK_LABEL)
        yield Finding(
            check=f"alarm {alarm['AlarmName']}", level=Level.PROBLEM, what=f"On. {meaning.strip()}",
            remedy="The runbook says what to do.", see=section,
        )  # fmt: skip
    mute = [
        alarm["AlarmName"]
        for alarm in alarms
        if not alarm.get("ActionsEnabled", True) or not alarm.get("AlarmActions")
    ]
    if mute:
        yield Finding(
            check="alarms", level=Level.WARNING, what=f"Nobody would hear of {', '.join(mute)}: no action.",
            remedy="pulumi up, which puts the actions back",
        )  # fmt: skip
    yield Finding(
        check="alarms", level=Level.OK, what=f"{len(alarms) - len(on):,} of {len(alarms):,} are off."
    )


def check_subscriptions(stack: Stack) -> Iterator[Finding]:
    """Whether anyone hears of an alarm."""
    pages = stack.client("sns").get_paginator("list_subscriptions_by_topic").paginate(
        TopicArn=stack[Output.ALARM_TOPIC_ARN]
    )  # fmt: skip
    found = [one for page in pages for one in page["Subscriptions"]]
    waiting = [one["Endpoint"] for one in found if not one["SubscriptionArn"].startswith("arn:")]
    if waiting:
        yield Finding(
            check="alarm topic", level=Level.WARNING,
            what=f"Not confirmed, and so not told: {', '.join(waiting)}.",
            remedy="The link in Amazon SNS's mail; another is sent when you subscribe again.",
        )  # fmt: skip
    confirmed = len(found) - len(waiting)
    if not confirmed:
        yield Finding(
            check="alarm topic", level=Level.WARNING, what="Nobody is told of alarms.", remedy=_SUBSCRIBE
        )
    else:
        yield Finding(check="alarm topic", level=Level.OK, what=f"{confirmed:,} confirmed.")
