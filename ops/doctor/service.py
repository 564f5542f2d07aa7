"""Checks of the service: outputs, credentials, tables, functions, alarms; and what a check finds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from botocore.exceptions import ClientError

from contract.names import OF_DOMAIN, PROJECTION, RUNBOOK_FILE, RUNBOOK_LABEL, Output, RunbookSection
from contract.routes import AUTH, FILE_SLA_ERROR
from ops.stack import Stack
from store.dynamodb import error_code

UP: Final = "pulumi up --refresh, which asks AWS first: plain `pulumi up` does not see it"
"""Puts back what the program declares."""
_DENIED: Final = ("AccessDenied", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError")
"""How codes of AWS begin that say: you may not."""
_ANSWER_SECONDS: Final = 30
"""One more than the gateway waits for a function."""
_BAD_BODY: Final = b'{"username": "doctor"}'
"""Without a password: refused by the function itself, before it asks Cognito."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"
    """It could not be checked."""


@dataclass(frozen=True)
class Finding:
    """What a check found of one thing."""

    check: str
    what: str
    """Its state, and what that means."""
    remedy: str = ""
    """How to fix it, if there is anything to fix."""
    see: str = ""
    """Where to read more."""
    level: Level = field(kw_only=True)


Check = Callable[[Stack], Iterator[Finding]]
"""Checks one part of a stack, and only reads. It may raise what boto3 raises."""


ok = partial(Finding, level=Level.OK)
warning = partial(Finding, level=Level.WARNING)
problem = partial(Finding, level=Level.PROBLEM)


def denied(check: str, error: ClientError) -> Finding | None:
    """What to say of a check that these credentials may not make; None where it failed otherwise."""
    if not error_code(error).startswith(_DENIED):
        return None
    what, remedy = f"You are not allowed {error.operation_name}.", "docs/ops.md says what the command needs."
    return Finding(check, what, remedy, "docs/ops.md#doctor", level=Level.SKIPPED)


def runbook(section: RunbookSection) -> str:
    """Where a section of the runbook is, in this repository."""
    return f"docs/{RUNBOOK_FILE}#{section}"


def check_outputs(stack: Stack) -> Iterator[Finding]:
    """Checks that no output is missing."""
    missing = [output for output in Output if output not in OF_DOMAIN and not stack.outputs.get(output)]
    if missing:
        remedy = "pulumi up, then write the outputs again: pulumi stack output --json > outputs.json"
        yield problem("outputs", f"{stack.file} lacks {', '.join(missing)}.", remedy)
    else:
        yield ok("outputs", f"{stack.file} is complete.")


def check_caller(stack: Stack) -> Iterator[Finding]:
    """Checks that the credentials are of the stack's account."""
    caller = stack.client("sts").get_caller_identity()
    of_stack = stack[Output.ALARM_TOPIC_ARN].split(":")[4]
    who = f"{caller['Arn']}, account {caller['Account']}, region {stack[Output.REGION]}"
    if caller["Account"] == of_stack:
        yield ok("credentials", f"You are {who}.")
    else:
        remedy = "Sign in to the stack's account, such as with: export AWS_PROFILE=…"
        yield problem("credentials", f"You are {who}; the stack is in account {of_stack}.", remedy)


def check_protection(stack: Stack) -> Iterator[Finding]:
    """Finds tables that the program leaves without protection, as it does by choice."""
    tables = [one.settings for one in stack.declared if one.kind == "Table"]
    if bare := [one["Name"] for one in tables if not one["DeletionProtectionEnabled"]]:
        what = f"Anyone with the permission can delete {', '.join(bare)}."
        remedy = "Set deletionProtection to true, then pulumi up; off is meant for trying things out."
        yield warning("deletion protection", what, remedy, "docs/configuration.md")
    else:
        yield ok("deletion protection", f"Of {len(tables):,} tables.")


def check_functions(stack: Stack) -> Iterator[Finding]:
    """Checks that each function is ready; an alarm counts its errors, and another check finds it missing."""
    for name in (one.settings["Name"] for one in stack.declared if one.kind == "Function"):
        found = stack.client("lambda").get_function_configuration(FunctionName=name)
        state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
        what = f"{state}, {found.get('Runtime')}, changed {found.get('LastModified')}."
        if state == "Active" and update != "Failed":
            yield ok(f"function {name}", what)
        else:
            what = f"Its state is {state}, of its last update {update}."
            yield problem(f"function {name}", what, UP, runbook(RunbookSection.FUNCTION_ERRORS))


def check_stream(stack: Stack) -> Iterator[Finding]:
    """Checks how the last batch of runs went."""
    name, check = f"{stack[Output.METRICS_NAMESPACE]}-{PROJECTION}", "stream of runs"
    found = stack.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    for mapping in found:
        result = mapping.get("LastProcessingResult", "none yet")
        what = f"{mapping['State']}; its last batch: {result}."
        # Such as `PROBLEM: Function call failed`.
        if result.startswith("PROBLEM"):
            remedy = f"It is retried until it is too old. See its log: /aws/lambda/{name}"
            yield warning(check, what, remedy, runbook(RunbookSection.PROJECTION_BEHIND))
        else:
            yield ok(check, what)


def check_dead_letters(stack: Stack) -> Iterator[Finding]:
    """Counts the runs that could not be applied."""
    wanted = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    found = read_queue(stack, f"{stack[Output.METRICS_NAMESPACE]}-dead-letters", *wanted)
    if count := sum(int(found.get(name, 0)) for name in wanted):
        what = f"{count:,} wait: runs that were stored and could not be applied."
        remedy = "Fix the cause, rebuild, and delete them."
        yield problem("dead letters", what, remedy, runbook(RunbookSection.DEAD_LETTERS))
    else:
        yield ok("dead letters", "None.")


def read_queue(stack: Stack, name: str, *attributes: str) -> Mapping[str, str]:
    """Attributes of a queue."""
    url = stack.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    found = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=attributes)
    attributes_found: Mapping[str, str] = found["Attributes"]
    return attributes_found


def check_alarms(stack: Stack) -> Iterator[Finding]:
    """Finds alarms that are on."""
    on = [alarm for alarm in stack.alarms.values() if alarm["StateValue"] == "ALARM"]
    for alarm in on:
        meaning, _, section = alarm.get("AlarmDescription", "").partition(RUNBOOK_LABEL)
        check = f"alarm {alarm['AlarmName']}"
        yield problem(check, f"On. {meaning.strip()}", "The runbook says what to do.", section)
    yield ok("alarms", f"{len(stack.alarms) - len(on):,} of {len(stack.alarms):,} are off.")


def check_subscriptions(stack: Stack) -> Iterator[Finding]:
    """Checks that somebody gets what is published: alarms, and what owners are sent through a topic."""
    alarms = stack[Output.ALARM_TOPIC_ARN]
    subscribed = {one.settings["Topic"] for one in stack.declared if one.kind == "TopicSubscription"}
    for topic in dict.fromkeys([alarms, *sorted(subscribed)]):
        name = "alarm topic" if topic == alarms else f"topic {topic.rpartition(':')[2]}"
        found = list_subscriptions(stack, topic)
        waiting = [one["Endpoint"] for one in found if not one["SubscriptionArn"].startswith("arn:")]
        if waiting:
            remedy = (
                "Open the link in the mail from Amazon SNS. To get a new mail: "
                f"aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint ADDRESS"
            )
            yield warning(name, f"Not confirmed, so not notified: {', '.join(waiting)}.", remedy)
        if confirmed := len(found) - len(waiting):
            yield ok(name, f"{confirmed:,} confirmed.")
        elif topic == alarms:
            remedy = "pulumi config set alarmEmail …, pulumi up, and the link in the mail"
            yield warning(name, "Nobody is notified of alarms.", remedy)
        else:
            yield warning(name, "Nobody is subscribed: its owner gets nothing.", UP)


def list_subscriptions(stack: Stack, topic: str) -> list[Mapping[str, str]]:
    """The subscriptions of a topic, confirmed or not; none of a topic that is not there."""
    try:
        pages = list(
            stack.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        )
    except ClientError as error:
        if error_code(error) != "NotFound":
            raise
        return []
    return [one for page in pages for one in page["Subscriptions"] if one["SubscriptionArn"] != "Deleted"]


def check_api(stack: Stack) -> Iterator[Finding]:
    """Calls the API as a client would: twice, and is refused as the contract says."""
    for route, body, expected, shows in (
        (FILE_SLA_ERROR, b"{}", HTTPStatus.UNAUTHORIZED, "the gateway asks for a token"),
        (AUTH, _BAD_BODY, HTTPStatus.UNPROCESSABLE_ENTITY, "its function answers"),
    ):
        url, check = f"{stack[Output.API_URL]}/{route.path}", f"API /{route.path}"
        request = Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - the stack's own
        try:
            with urlopen(request, timeout=_ANSWER_SECONDS) as answer:  # noqa: S310
                status = answer.status
        except HTTPError as error:
            status = error.code
            error.close()
        except (OSError, ValueError) as error:
            remedy = "Check proxy, DNS and firewall, then the stage (below)."
            yield problem(check, f"No answer from {url}: {getattr(error, 'reason', error)}", remedy)
            continue
        if status == expected:
            yield ok(check, f"Answers {status} to a request that it must refuse: {shows}.")
        elif status == HTTPStatus.FORBIDDEN:
            what = "Answers 403: the stage is gone, or allowedCidrs leaves this machine's address out."
            yield problem(check, what, UP, "docs/configuration.md")
        else:
            see = runbook(RunbookSection.SERVER_ERRORS)
            yield problem(check, f"Answers {status} where the contract has {expected.value}.", UP, see)
