"""The functions, and what invokes them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contract.metrics import FunctionDimension, FunctionMetric, Namespace
from contract.names import PROJECTION, Output, RunbookSection
from contract.routes import ROUTES
from ops.doctor.finding import Finding, Level, runbook
from ops.stack import Stack

_LATELY: Final = timedelta(hours=1)
_FAILED: Final = "PROBLEM"
"""With it begins what Lambda tells of a batch that failed, such as `PROBLEM: Function call failed`."""
_UP: Final = "pulumi up, which puts it back as the program has it"


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
