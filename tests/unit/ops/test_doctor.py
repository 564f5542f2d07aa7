"""What the doctor says of a stack, check by check, and where it may not look."""

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from components.manifest import WATCHED
from contract.manifest import Declared, write_manifest
from contract.names import OF_DOMAIN, ROOT, RUNBOOK_LABEL, LocalOutput, Output, RunbookSection
from ops.doctor import command, people, service
from ops.doctor.command import CHECKS, FIRST, run_check
from ops.doctor.declared import KINDS, check_declared
from ops.doctor.service import Check, Finding, Level
from ops.rotate_secret import AppClient
from ops.stack import Stack
from tests.unit.ops.conftest import Ops

NOW, EIGHT_DAYS = datetime.now(UTC), timedelta(days=8)
OK, WARNING, PROBLEM, SKIPPED = Level.OK, Level.WARNING, Level.PROBLEM, Level.SKIPPED
OUTPUTS: Mapping[str, Any] = {
    **{output: f"the-{output}" for output in Output},
    Output.METRICS_NAMESPACE: "file-sla-prod",
    Output.MANIFEST: write_manifest([Declared("Function", {"Name": "file-sla-prod-incident-notifications"})]),
    Output.ALARM_TOPIC_ARN: "arn:aws:sns:eu-central-1:111122223333:file-sla-prod-alarms",
}
WITH_OWNERS = {**OUTPUTS, LocalOutput.OWNERS_FILE: str(ROOT / "tests" / "samples" / "owners.yaml")}
NO_DOMAIN = {str(output): "" for output in OF_DOMAIN}
Answers = Mapping[str, Any]


@dataclass(frozen=True)
class FakeStack(Stack):
    """A stack whose clients answer what a test says: an answer for a call, its one page, or an error."""

    answers: Answers = field(default_factory=dict)

    def client(self, service: str) -> Any:
        def find(call: str) -> Any:
            answer = self.answers[f"{service}.{call}"]
            if isinstance(answer, Exception):
                raise answer
            return answer

        def get_paginator(call: str) -> Any:
            return SimpleNamespace(paginate=lambda **_: iter([find(call)]))

        class Client:
            def __getattr__(self, call: str) -> Any:
                return get_paginator if call == "get_paginator" else lambda **_: find(call)

        return Client()


def declaring(*declared: Declared) -> dict[str, Any]:
    return {**OUTPUTS, Output.MANIFEST: write_manifest(declared)}


def look(check: Check, answers: Answers, outputs: Mapping[str, Any] = OUTPUTS) -> list[Finding]:
    return list(run_check(check, FakeStack(outputs, Path("outputs.json"), answers)))


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeThings")


@pytest.mark.parametrize(
    ("error", "level", "told"),
    [
        (refusal("AccessDeniedException"), SKIPPED, "You are not allowed DescribeThings."),
        (refusal("InvalidAction"), SKIPPED, "cannot be asked here"),
        (refusal("ResourceNotFoundException"), PROBLEM, "ResourceNotFoundException"),
        (EndpointConnectionError(endpoint_url="http://x"), PROBLEM, "cannot be asked"),
    ],
)
def test_a_check_that_cannot_look_says_so_and_keeps_what_it_found(
    error: Exception, level: Level, told: str
) -> None:
    def check_something_else(_: Stack) -> Iterator[Finding]:
        yield Finding(check="first", level=OK, what="Found before.")
        raise error

    first, last = look(check_something_else, {})
    assert (first.level, last.check, last.level) == (OK, "something else", level)
    assert told in last.what


@pytest.mark.parametrize(("found", "code"), [([OK, SKIPPED, WARNING], 0), ([OK, PROBLEM, WARNING], 1)])
def test_only_a_problem_makes_it_fail(
    ops: Ops, found: list[Level], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(_: Stack) -> Iterator[Finding]:
        for level in found:
            yield Finding(check="it", level=level, what="So [it] is.", remedy="Mend it.", see="docs/x.md#y")

    monkeypatch.setattr(command, "FIRST", (check,))
    monkeypatch.setattr(command, "CHECKS", ())
    document = ops.json("doctor", code=code)
    assert [one["level"] for one in document["findings"]] == found
    assert document["counts"] == {level: found.count(level) for level in Level}
    shown = ops("doctor", code=code)
    assert all(part in shown for part in ("[it]", "→ Mend it.", "→ docs/x.md#y"))


def _users(*users: dict[str, Any]) -> dict[str, Any]:
    """A pool, all of whose users but the one called out are in every group."""
    of_group = [one for one in users if one["Username"] != "out"]
    return {
        "cognito-idp.list_users": {"Users": users}, "cognito-idp.list_users_in_group": {"Users": of_group}
    }  # fmt: skip


def _user(name: str, status: str = "CONFIRMED", *, enabled: bool = True) -> dict[str, Any]:
    changed = NOW - (EIGHT_DAYS if name != "fresh" else timedelta())
    return {
        "Username": name, "UserStatus": status, "Enabled": enabled,
        "UserCreateDate": changed, "UserLastModifiedDate": changed,
    }  # fmt: skip


def _secret(words: str, ids: int) -> dict[str, Any]:
    secrets = [{"ClientSecretId": str(number), "ClientSecretCreateDate": NOW} for number in range(ids)]
    variables = {"Variables": {"CLIENT_SECRET_ID": "secret"}}
    return {
        "lambda.get_function_configuration": {"Environment": variables},
        "secretsmanager.get_secret_value": {"SecretString": "value-of-the-secret"},
        "cognito-idp.admin_initiate_auth": refusal("NotAuthorizedException", words),
        "cognito-idp.list_user_pool_client_secrets": {"ClientSecrets": secrets},
    }


def _tables(*protected: bool) -> dict[str, Any]:
    settings = ({"Name": f"t{n}", "DeletionProtectionEnabled": one} for n, one in enumerate(protected))
    return declaring(*(Declared("Table", one) for one in settings))


def _function(state: str) -> dict[str, Any]:
    said = {"State": state, "Runtime": "python3.13", "LastModified": "2026-11-23"}
    return {"lambda.get_function_configuration": said}


def _mapping(**more: str) -> dict[str, Any]:
    return {
        "lambda.list_event_source_mappings": {"EventSourceMappings": [{"State": "Enabled", **more}]}
    }  # fmt: skip


def _dead_letters(hidden: str) -> dict[str, Any]:
    attributes = {"ApproximateNumberOfMessagesNotVisible": hidden}
    return {"sqs.get_queue_url": {"QueueUrl": "x"}, "sqs.get_queue_attributes": {"Attributes": attributes}}


def _subscriptions(*arns: str) -> dict[str, Any]:
    found = [{"SubscriptionArn": arn, "Endpoint": "ops@example.com"} for arn in arns]
    return {"sns.list_subscriptions_by_topic": {"Subscriptions": found}}


def _caller(account: str) -> dict[str, Any]:
    return {"sts.get_caller_identity": {"Account": account, "Arn": "arn:aws:iam::1:user/x"}}


def _alarm(name: str, state: str) -> dict[str, Any]:
    description = f"Requests are slow. {RUNBOOK_LABEL}https://x/runbook.md#{RunbookSection.LATENCY}"
    return {"AlarmName": name, "StateValue": state, "AlarmDescription": description}


def _texts(**texts: str) -> dict[str, Any]:
    return {name: {"S": text} for name, text in texts.items()}


SENDER = {
    **_texts(
        Sender="key", SenderName="files-01", State="silent", StateSince="2026-11-23T21:00:00Z",
        LastRunAt="2026-11-23T20:00:00.5Z", LastArrivalAt="2026-11-23T20:00:01Z", IntervalFrom="learnt",
        Kind="regular",
    ),
    "IntervalMinutes": {"N": "30"}, "Open": {"N": "0"}, "Unknown": {"N": "0"},
}  # fmt: skip
PENDING, CONFIRMED, MISTAKEN = "PendingConfirmation", "arn:aws:sns:x", "Incorrect username or password."
TOPIC = "arn:aws:sns:eu-central-1:111122223333:file-sla-prod-orders-mail"
SUBSCRIBED = {"Topic": TOPIC, "Protocol": "email", "Endpoint": "a@example.com"}
ALARMS = {
    "MetricAlarms": [_alarm("on", "ALARM"), _alarm("off", "OK")],
    "CompositeAlarms": [_alarm("unhealthy", "ALARM")],
}
GONE = {"sns.list_subscriptions_by_topic": refusal("NotFound")}
FAILED = "PROBLEM: Function call failed"
NOT_LISTENED = (WARNING, "Not confirmed, so not notified: ops@example.com.")


@pytest.mark.parametrize(
    ("check", "answers", "outputs", "expected"),
    [
        (service.check_outputs, {}, {**OUTPUTS, **NO_DOMAIN}, [(OK, "is complete")]),
        (service.check_outputs, {}, {Output.REGION: "x"}, [(PROBLEM, "api_url")]),
        (service.check_protection, {}, _tables(True, True), [(OK, "Of 2 tables.")]),
        (service.check_protection, {}, _tables(True, False, False), [(WARNING, "delete t1, t2.")]),
        (
            people.check_users,
            _users(
                _user("in"), _user("late", "FORCE_CHANGE_PASSWORD"), _user("fresh", "FORCE_CHANGE_PASSWORD"),
                _user("out"),
            ),
            OUTPUTS, [(OK, "3."), (OK, "3."), (WARNING, "nobody used it"), (WARNING, "In no group")],
        ),
        (people.check_users, _users(_user("in", enabled=False)), OUTPUTS, [(WARNING, "None that is")] * 2),
        (people.check_client_secret, _secret(MISTAKEN, 1), OUTPUTS, [(OK, "accepts it, and no other")]),
        (people.check_client_secret, _secret(MISTAKEN, 2), OUTPUTS, [(WARNING, "not finished")]),
        (
            people.check_client_secret, _secret("Unable to verify secret hash for client x", 1), OUTPUTS,
            [(PROBLEM, "nobody can sign in")],
        ),
        (service.check_caller, _caller("111122223333"), OUTPUTS, [(OK, "arn:aws:iam::1:user/x")]),
        (service.check_caller, _caller("999999999999"), OUTPUTS, [(PROBLEM, "is in account 111122223333")]),
        (service.check_functions, _function("Active"), OUTPUTS, [(OK, "Active, python3.13")]),
        (service.check_functions, _function("Failed"), OUTPUTS, [(PROBLEM, "Failed")]),
        (service.check_stream, _mapping(), OUTPUTS, [(OK, "none yet")]),
        (service.check_stream, _mapping(LastProcessingResult=FAILED), OUTPUTS, [(WARNING, FAILED)]),
        (service.check_dead_letters, _dead_letters("0"), OUTPUTS, [(OK, "None.")]),
        (service.check_dead_letters, _dead_letters("3"), OUTPUTS, [(PROBLEM, "3 wait")]),
        (
            service.check_alarms, {"cloudwatch.describe_alarms": ALARMS}, OUTPUTS,
            [(PROBLEM, "On. Requests are slow."), (PROBLEM, "On."), (OK, "1 of 3 are off.")],
        ),
        (service.check_subscriptions, _subscriptions(), OUTPUTS, [(WARNING, "Nobody is notified")]),
        (
            service.check_subscriptions, _subscriptions(CONFIRMED, PENDING), OUTPUTS,
            [NOT_LISTENED, (OK, "1 confirmed")],
        ),
        (
            service.check_subscriptions, _subscriptions(PENDING),
            declaring(Declared("TopicSubscription", SUBSCRIBED)),
            [
                NOT_LISTENED, (WARNING, "Nobody is notified"), NOT_LISTENED,
                (WARNING, "Nobody is subscribed"),
            ],
        ),
        (
            service.check_subscriptions, GONE, declaring(Declared("TopicSubscription", SUBSCRIBED)),
            [(WARNING, "Nobody is notified"), (WARNING, "Nobody is subscribed")],
        ),
        # This stack gives the same answer whatever is asked: the sender is silent, and set aside.
        (
            people.check_senders, {"dynamodb.query": {"Items": [SENDER]}}, OUTPUTS,
            [(PROBLEM, "Set aside"), (WARNING, "silent; its last run was at 2026-11-23T20:00:00Z.")],
        ),
        (people.check_senders, {"dynamodb.query": {"Items": []}}, OUTPUTS, [(OK, "None has reported")]),
        (people.check_messages, {}, declaring(), [(OK, "no ownersFile")]),
    ],
)  # fmt: skip
def test_what_a_check_finds(
    check: Check,
    answers: Answers,
    outputs: Mapping[str, Any],
    expected: list[tuple[Level, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(AppClient, "check_refuses_others", lambda _: None)
    found = look(check, answers, outputs)
    assert [one.level for one in found] == [level for level, _ in expected]
    assert all(said in one.what for one, (_, said) in zip(found, expected, strict=True))
    assert all(bool(one.remedy) is (one.level is not OK) for one in found)
    assert "value-of-the-secret" not in repr(found)


def test_channels_of_owners_that_get_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, since = OUTPUTS[Output.NOTIFICATIONS_TABLE_NAME], "2026-11-26T12:00:00Z"
    slack = _texts(Subject="recipient#orders/slack:orders", Problem="no such webhook", DisabledSince=since)
    mail = _texts(Subject="recipient#orders/mail:orders@example.com", Problem="full", FailingSince=since)
    answers = {"dynamodb.batch_get_item": {"Responses": {table: [slack, mail]}}}
    *found, last = look(people.check_messages, answers, WITH_OWNERS)
    by_check = {one.check: one for one in found}
    disabled, failing = (
        by_check["channel orders: Slack orders"],
        by_check["channel orders: Mail to orders@example.com"],
    )
    assert (disabled.level, failing.level) == (PROBLEM, WARNING)
    assert disabled.what == "Disabled since 2026-11-26 12:00 UTC: no such webhook"
    assert disabled.remedy.endswith("file-sla owners enable 'orders/slack:orders'")
    assert {one.what for one in found if one.level is OK} == {"Never used: nothing was due there yet."}
    assert last.what == f"0 of {len(found)} have delivered and work."
    monkeypatch.chdir(tmp_path)
    # Its file is not on this machine.
    [skipped] = look(people.check_messages, {})
    assert (skipped.level, "--file" in skipped.remedy) == (SKIPPED, True)


METRIC = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Period": 300}
DECLARED_ALARM = {
    "Name": "one", "Threshold": 5, "OkActions": ["topic"], "MetricQueries": None, "Statistic": "Sum",
    "Dimensions": {"FunctionName": "f"}, **METRIC,
}  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({}, None),
        ({"Threshold": 7.0}, "Threshold is 7.0, declared 5"),
        ({"Statistic": "Average"}, "Reads lacks 1 and has 1 that the program does not declare"),
        ({"Dimensions": []}, "Reads lacks 1 and has 1 that the program does not declare"),
        ({"ActionsEnabled": False}, "OkActions lacks 1 and has 0 that the program does not declare"),
    ],
)
def test_what_an_alarm_reads_and_does_is_compared_with_what_is_declared(
    shown: dict[str, Any], expected: str | None
) -> None:
    found = {
        "AlarmName": "one", "Threshold": 5.0, "OKActions": ["topic"], "Statistic": "Sum",
        "Dimensions": [{"Name": "FunctionName", "Value": "f"}], **METRIC, **shown,
    }  # fmt: skip
    answers = {"cloudwatch.describe_alarms": {"MetricAlarms": [found]}}
    said = look(check_declared, answers, declaring(Declared("MetricAlarm", DECLARED_ALARM)))
    problems = [one.what for one in said if one.level is PROBLEM]
    assert problems == ([f"Changed by hand: {expected}."] if expected else [])


def test_what_may_not_be_read_is_skipped_once_and_the_rest_is_compared() -> None:
    groups = [Declared("LogGroup", {"Name": name, "RetentionInDays": 7}) for name in ("a", "b")]
    declared = [*groups, Declared("Queue", {"Name": "q", "MessageRetentionSeconds": 60})]
    answers = {
        "logs.describe_log_groups": refusal("AccessDeniedException"),
        "sqs.get_queue_url": refusal("AWS.SimpleQueueService.NonExistentQueue"),
    }
    found = look(check_declared, answers, declaring(*declared))
    assert [(one.check, one.level) for one in found] == [
        ("log group", SKIPPED), ("queue q", PROBLEM), ("declared", OK)
    ]  # fmt: skip


def test_without_a_way_to_aws_it_ends_at_once_and_says_so(ops: Ops, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    addresses = {LocalOutput.ENDPOINT_URL: closed, Output.API_URL: closed}
    ops.know(**addresses, **{Output.ALARM_TOPIC_ARN: "arn:aws:sns:x:1:y"})
    monkeypatch.setattr(command, "CHECKS", (lambda _: pytest.fail("is not asked"),))
    by_check = {one["check"]: one for one in ops.json("doctor", code=1)["findings"]}
    assert by_check["caller"]["what"].startswith("AWS cannot be asked: Could not connect")
    assert by_check["API /auth"]["what"].startswith("No answer from")


def test_every_kind_that_is_watched_can_be_read_and_every_check_is_run() -> None:
    assert {kind.rpartition(":")[2] for kind in WATCHED} - {"RolePolicy", "RolePolicyAttachment"} == set(
        KINDS
    )
    checks = {
        one for part in (service, people) for name, one in vars(part).items() if name.startswith("check_")
    }
    assert checks | {check_declared} == {*FIRST, *CHECKS}
