"""What a check finds."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum, unique
from typing import Any, Final

from contract.metrics import FunctionDimension, FunctionMetric, Namespace
from contract.names import (
    ALARM_SEPARATOR,
    OF_DOMAIN,
    PROJECTION,
    ROOT,
    RUNBOOK_FILE,
    RUNBOOK_LABEL,
    SERVICE,
    Output,
    RunbookSection,
)
from contract.routes import ROUTES
from ops.stack import Stack


@unique
class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"
    """It could not be looked at."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what was looked at.
        level: how bad it is.
        what: how it is, and what that means.
        remedy: how to mend it; empty where nothing is to be.
        see: where more is said of it.
    """

    check: str
    level: Level
    what: str
    remedy: str = ""
    see: str = ""


Check = Callable[[Stack], Iterator[Finding]]
"""Looks at one part of a stack. It may raise what boto3 raises."""


def runbook(section: RunbookSection) -> str:
    """Where a section of the runbook is, in this repository."""
    return f"docs/{RUNBOOK_FILE}#{section}"


_UP: Final = "pulumi up, which puts it back as the program has it"


def check_outputs(stack: Stack) -> Iterator[Finding]:
    """Whether the outputs are all there."""
    missing = [output for output in Output if output not in OF_DOMAIN and not stack.outputs.get(output)]
    if missing:
        yield Finding(
            check="outputs",
            level=Level.PROBLEM,
            what=f"{stack.file} lacks {', '.join(missing)}.",
            remedy="pulumi up, then write the outputs anew: pulumi stack output --json > outputs.json",
        )
    else:
        yield Finding(check="outputs", level=Level.OK, what=f"{stack.file} is complete.")


def check_caller(stack: Stack) -> Iterator[Finding]:
    """Who asks, and whether in the stack's account."""
    caller = stack.client("sts").get_caller_identity()
    of_stack = stack[Output.ALARM_TOPIC_ARN].split(":")[4]
    where = f"{caller['Arn']}, account {caller['Account']}, region {stack[Output.REGION]}"
    if caller["Account"] == of_stack:
        yield Finding(check="credentials", level=Level.OK, what=f"You are {where}.")
    else:
        yield Finding(
            check="credentials", level=Level.PROBLEM,
            what=f"You are {where}; the stack is in account {of_stack}.",
            remedy="Sign in to the stack's account, such as with: export AWS_PROFILE=…",
        )  # fmt: skip


def check_version(_: Stack) -> Iterator[Finding]:
    """Which version of the code looks."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    newest = next((line.removeprefix("## ") for line in changes if line.startswith("## ")), "none")
    yield Finding(
        check="version", level=Level.OK,
        what=f"{SERVICE} {version} looks at the stack; the newest section of its changelog: {newest}.",
    )  # fmt: skip


_TABLES: Final = (
    Output.TABLE_NAME,
    Output.RUNS_TABLE_NAME,
    Output.SENDERS_TABLE_NAME,
    Output.INCIDENTS_TABLE_NAME,
    Output.MESSAGES_TABLE_NAME,
)
_ALWAYS_EXPIRES: Final = Output.RUNS_TABLE_NAME


def check_tables(stack: Stack) -> Iterator[Finding]:
    """Each table's status, recovery, protection, expiry and encryption."""
    client = stack.client("dynamodb")
    for output in _TABLES:
        name = stack[output]
        check = f"table {name}"
        table = client.describe_table(TableName=name)["Table"]
        if table["TableStatus"] not in {"ACTIVE", "UPDATING"}:
            yield Finding(
                check=check, level=Level.PROBLEM, what=f"Its status is {table['TableStatus']}.",
                remedy="Wait where it is being made; else look at it in the console.",
            )  # fmt: skip
            continue
        backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
        if recovery != "ENABLED":
            yield Finding(
                check=check, level=Level.PROBLEM,
                what="Point-in-time recovery is off: what is deleted or overwritten is lost.", remedy=_UP,
            )  # fmt: skip
        if not table.get("DeletionProtectionEnabled"):
            yield Finding(
                check=check, level=Level.WARNING, what="Anyone who may can delete it: protection is off.",
                remedy="Set deletionProtection to true, then pulumi up; off is meant for trying things out.",
                see="docs/configuration.md",
            )  # fmt: skip
        if output is _ALWAYS_EXPIRES and expiry not in {"ENABLED", "ENABLING"}:
            yield Finding(
                check=check,
                level=Level.PROBLEM,
                what="Runs do not expire: it grows for ever.",
                remedy=_UP,
            )
        key = table.get("SSEDescription", {}).get("KMSMasterKeyArn")
        yield Finding(
            check=check, level=Level.OK,
            what=f"Active; expiry is {expiry.lower()}; encrypted under {key or 'a key of DynamoDB itself'}.",
        )  # fmt: skip


_LATELY: Final = timedelta(hours=1)
_FAILED: Final = "PROBLEM"
"""With it begins what Lambda tells of a batch that failed, such as `PROBLEM: Function call failed`."""


def check_functions(stack: Stack) -> Iterator[Finding]:
    """Whether each function is there, and how it fared lately."""
    prefix = stack[Output.METRICS_NAMESPACE]
    for name in (*(f"{prefix}-{route.key}" for route in ROUTES), f"{prefix}-{PROJECTION}"):
        yield from look_at_function(stack, name)


def look_at_function(stack: Stack, name: str) -> Iterator[Finding]:
    """Whether a function is there, and how it fared lately."""
    told = stack.client("lambda").get_function_configuration(FunctionName=name)
    check = f"function {name}"
    if told.get("State", "Active") != "Active" or told.get("LastUpdateStatus", "Successful") == "Failed":
        yield Finding(
            check=check, level=Level.PROBLEM,
            what=f"Its state is {told.get('State')}, of its last update {told.get('LastUpdateStatus')}.",
            remedy=_UP, see=runbook(RunbookSection.FUNCTION_ERRORS),
        )  # fmt: skip
        return
    errors = _count_errors(stack.client("cloudwatch"), name)
    yield Finding(
        check=check,
        level=Level.WARNING if errors else Level.OK,
        what=f"{told.get('Runtime')}, changed {told.get('LastModified')}; {errors:,} errors in an hour.",
        remedy=f"Its log tells: /aws/lambda/{name}" if errors else "",
        see=runbook(RunbookSection.FUNCTION_ERRORS) if errors else "",
    )


def check_stream(stack: Stack) -> Iterator[Finding]:
    """Whether runs reach the projection."""
    name = f"{stack[Output.METRICS_NAMESPACE]}-{PROJECTION}"
    mappings = stack.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    check = "stream of runs"
    if not mappings:
        yield Finding(
            check=check, level=Level.PROBLEM, what="Nothing hands runs to the projection.",
            remedy=_UP, see=runbook(RunbookSection.PROJECTION_BEHIND),
        )  # fmt: skip
    for mapping in mappings:
        result = mapping.get("LastProcessingResult", "none told")
        level, remedy = Level.OK, ""
        if mapping["State"] != "Enabled":
            level = Level.PROBLEM
            remedy = f"{_UP}; or aws lambda update-event-source-mapping --enabled --uuid {mapping['UUID']}"
        elif result.startswith(_FAILED):
            level = Level.WARNING
            remedy = f"It is tried again until it is too old. Its log tells: /aws/lambda/{name}"
        yield Finding(
            check=check,
            level=level,
            what=f"{mapping['State']}; its last batch: {result}.",
            remedy=remedy,
            see="" if level is Level.OK else runbook(RunbookSection.PROJECTION_BEHIND),
        )


def check_sweep(stack: Stack) -> Iterator[Finding]:
    """Whether what time alone changes is moved on."""
    name = f"{stack[Output.METRICS_NAMESPACE]}-sweep"
    yield from look_at_sweep(stack, name, "sweep", RunbookSection.PROJECTION_BEHIND)


def look_at_sweep(stack: Stack, name: str, check: str, section: RunbookSection) -> Iterator[Finding]:
    """Whether a schedule is on; its group is called as it is."""
    schedule = stack.client("scheduler").get_schedule(GroupName=name, Name=name)
    on = schedule["State"] == "ENABLED"
    yield Finding(
        check=check,
        level=Level.OK if on else Level.PROBLEM,
        what=f"{schedule['ScheduleExpression']}, {schedule['State'].lower()}.",
        remedy="" if on else _UP,
        see="" if on else runbook(section),
    )


def check_dead_letters(stack: Stack) -> Iterator[Finding]:
    """Whether runs wait that could not be applied."""
    sqs = stack.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{stack[Output.METRICS_NAMESPACE]}-dead-letters")["QueueUrl"]
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]
    count = sum(int(told.get(name, 0)) for name in wanted)
    yield Finding(
        check="dead letters",
        level=Level.PROBLEM if count else Level.OK,
        what=f"{count:,} wait: runs that were stored and could not be applied." if count else "None.",
        remedy="Mend the cause, rebuild, and take them away." if count else "",
        see=runbook(RunbookSection.DEAD_LETTERS) if count else "",
    )


def _count_errors(metrics: Any, function: str) -> int:
    now = datetime.now(UTC)
    told = metrics.get_metric_statistics(
        Namespace=Namespace.LAMBDA,
        MetricName=FunctionMetric.ERRORS,
        Dimensions=[{"Name": FunctionDimension.FUNCTION, "Value": function}],
        StartTime=now - _LATELY,
        EndTime=now,
        Period=int(_LATELY.total_seconds()),
        Statistics=["Sum"],
    )
    return int(sum(point["Sum"] for point in told["Datapoints"]))


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
