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
from ops.doctor import command
from ops.doctor.command import CHECKS, FIRST, run_check
from ops.doctor.declared import KINDS, check_declared
from ops.doctor.people import check_client_secret, check_messages, check_senders, check_users
from ops.doctor.service import (
    Check,
    Finding,
    Level,
    check_alarms,
    check_api,
    check_caller,
    check_dead_letters,
    check_functions,
    check_outputs,
    check_protection,
    check_stream,
    check_subscriptions,
)
from ops.rotate_secret import AppClient
from ops.stack import Stack
from tests.unit.ops.conftest import Ops

NOW = datetime.now(UTC)
OUTPUTS: Mapping[str, Any] = {
    **{output: f"the-{output}" for output in Output},
    Output.METRICS_NAMESPACE: "file-sla-prod",
    Output.MANIFEST: write_manifest([Declared("Function", {"Name": "file-sla-prod-incident-notifications"})]),
    Output.ALARM_TOPIC_ARN: "arn:aws:sns:eu-central-1:111122223333:file-sla-prod-alarms",
}


@dataclass(frozen=True)
class FakeStack(Stack):
    """A stack whose clients answer what a test says: an answer for a call, its one page, or an error."""

    answers: Mapping[str, Any] = field(default_factory=dict)

    def client(self, service: str, **_: Any) -> Any:
        def find(call: str) -> Any:
            answer = self.answers[f"{service}.{call}"]
            if isinstance(answer, Exception):
                raise answer
            return answer(self) if callable(answer) else answer

        def get_paginator(call: str) -> Any:
            return SimpleNamespace(paginate=lambda **_: iter([find(call)]))

        class Client:
            def __getattr__(self, call: str) -> Any:
                return get_paginator if call == "get_paginator" else lambda **_: find(call)

        return Client()


def declaring(*declared: Declared) -> dict[str, Any]:
    return {**OUTPUTS, Output.MANIFEST: write_manifest(declared)}


def look(
    check: Check, answers: Mapping[str, Any] | None = None, outputs: Mapping[str, Any] = OUTPUTS
) -> list[Finding]:
    return list(run_check(check, FakeStack(outputs, Path("outputs.json"), answers or {})))


def levels(found: list[Finding]) -> list[Level]:
    return [finding.level for finding in found]


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeThings")


def _failing(error: Exception) -> Check:
    def check_something_else(_: Stack) -> Iterator[Finding]:
        yield Finding(check="first", level=Level.OK, what="Found before.")
        raise error

    return check_something_else


@pytest.mark.parametrize(
    ("error", "level", "told"),
    [
        (refusal("AccessDeniedException"), Level.SKIPPED, "You are not allowed DescribeThings."),
        (refusal("AccessDenied"), Level.SKIPPED, "You are not allowed DescribeThings."),
        (refusal("InvalidAction"), Level.SKIPPED, "cannot be asked here"),
        (refusal("ResourceNotFoundException"), Level.PROBLEM, "ResourceNotFoundException"),
        (EndpointConnectionError(endpoint_url="http://x"), Level.PROBLEM, "cannot be asked"),
    ],
)
def test_a_check_that_cannot_look_says_so_and_keeps_what_it_found(
    error: Exception, level: Level, told: str
) -> None:
    first, last = look(_failing(error))
    assert first.level is Level.OK
    assert (last.check, last.level) == ("something else", level)
    assert told in last.what


@pytest.mark.parametrize(
    ("found", "code"),
    [([Level.OK, Level.SKIPPED, Level.WARNING], 0), ([Level.OK, Level.PROBLEM, Level.WARNING], 1)],
)
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
    assert document["findings"][0]["see"] == "docs/x.md#y"
    shown = ops("doctor", code=code)
    assert "[it]" in shown
    assert "→ Mend it." in shown
    assert "→ docs/x.md#y" in shown


def test_outputs_that_lack_one() -> None:
    assert levels(look(check_outputs)) == [Level.OK]
    without_domain = {output: value for output, value in OUTPUTS.items() if output not in OF_DOMAIN}
    assert len(without_domain) == len(OUTPUTS) - 2
    assert levels(look(check_outputs, outputs=without_domain)) == [Level.OK]
    [found] = look(check_outputs, outputs={Output.REGION: "x"})
    assert found.level is Level.PROBLEM
    assert "api_url" in found.what


def test_tables_without_protection() -> None:
    def tables(*protected: bool) -> list[Finding]:
        settings = ({"Name": f"t{n}", "DeletionProtectionEnabled": one} for n, one in enumerate(protected))
        return look(check_protection, outputs=declaring(*(Declared("Table", one) for one in settings)))

    assert levels(tables(True, True)) == [Level.OK]
    [found] = tables(True, False, False)
    assert (found.level, found.what) == (Level.WARNING, "Anyone with the permission can delete t1, t2.")


def _user(name: str, status: str = "CONFIRMED", age: timedelta = timedelta()) -> dict[str, Any]:
    return {
        "Username": name, "UserStatus": status, "Enabled": True,
        "UserCreateDate": NOW - age, "UserLastModifiedDate": NOW - age,
    }  # fmt: skip


def test_users() -> None:
    eight_days = timedelta(days=8)
    found = look(
        check_users,
        {
            "cognito-idp.list_users": {
                "Users": [
                    _user("in"),
                    _user("late", "FORCE_CHANGE_PASSWORD", eight_days),
                    _user("fresh", "FORCE_CHANGE_PASSWORD"),
                    _user("out", age=eight_days),
                ]
            },
            "cognito-idp.list_users_in_group": {"Users": [_user("in"), _user("late"), _user("fresh")]},
        },
    )
    assert levels(found[:2]) == [Level.OK, Level.OK]
    assert {(one.check, one.level) for one in found[2:]} == {
        ("user late", Level.WARNING),
        ("user out", Level.WARNING),
    }
    disabled = {"Users": [{**_user("in"), "Enabled": False}]}
    none_works = look(
        check_users, {"cognito-idp.list_users": disabled, "cognito-idp.list_users_in_group": disabled}
    )
    assert levels(none_works) == [Level.WARNING, Level.WARNING]
    nobody = {"Users": list[Any]()}
    empty = {"cognito-idp.list_users": nobody, "cognito-idp.list_users_in_group": nobody}
    nothing = look(check_users, empty)
    assert levels(nothing) == [Level.WARNING, Level.WARNING]


@pytest.mark.parametrize(
    ("words", "ids", "level"),
    [
        ("Incorrect username or password.", 1, Level.OK),
        ("Incorrect username or password.", 2, Level.WARNING),
        ("Unable to verify secret hash for client x", 1, Level.PROBLEM),
    ],
)
def test_the_client_secret(words: str, ids: int, level: Level, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppClient, "check_refuses_others", lambda _: None)
    [found] = look(
        check_client_secret,
        {
            "lambda.get_function_configuration": {
                "Environment": {"Variables": {"CLIENT_SECRET_ID": "secret"}}
            },
            "secretsmanager.get_secret_value": {"SecretString": "value-of-the-secret"},
            "cognito-idp.admin_initiate_auth": ClientError(
                {"Error": {"Code": "NotAuthorizedException", "Message": words}}, "AdminInitiateAuth"
            ),
            "cognito-idp.list_user_pool_client_secrets": {
                "ClientSecrets": [
                    {"ClientSecretId": str(number), "ClientSecretCreateDate": NOW} for number in range(ids)
                ]
            },
        },
    )
    assert found.level is level
    assert "value-of-the-secret" not in repr(found)


def _function(state: str) -> dict[str, Any]:
    said = {"State": state, "Runtime": "python3.13", "LastModified": "2026-11-23"}
    return {"lambda.get_function_configuration": said}


def _mappings(*mappings: dict[str, Any]) -> dict[str, Any]:
    found = [{"UUID": "u", **one} for one in mappings]
    return {"lambda.list_event_source_mappings": {"EventSourceMappings": found}}


def _dead_letters(hidden: str) -> dict[str, Any]:
    attributes = {"ApproximateNumberOfMessagesNotVisible": hidden}
    return {"sqs.get_queue_url": {"QueueUrl": "x"}, "sqs.get_queue_attributes": {"Attributes": attributes}}


def _subscriptions(*arns: str) -> dict[str, Any]:
    found = [{"SubscriptionArn": arn, "Endpoint": "ops@example.com"} for arn in arns]
    return {"sns.list_subscriptions_by_topic": {"Subscriptions": found}}


def _caller(account: str) -> dict[str, Any]:
    return {"sts.get_caller_identity": {"Account": account, "Arn": "arn:aws:iam::1:user/x"}}


FAILED = "PROBLEM: Function call failed"


@pytest.mark.parametrize(
    ("check", "answers", "expected", "said"),
    [
        (check_caller, _caller("111122223333"), [Level.OK], "arn:aws:iam::1:user/x"),
        (check_caller, _caller("999999999999"), [Level.PROBLEM], "arn:aws:iam::1:user/x"),
        (check_functions, _function("Active"), [Level.OK], "Active, python3.13"),
        (check_functions, _function("Failed"), [Level.PROBLEM], "Failed"),
        (check_stream, _mappings({"State": "Enabled"}), [Level.OK], "none yet"),
        (
            check_stream, _mappings({"State": "Enabled", "LastProcessingResult": FAILED}),
            [Level.WARNING], FAILED,
        ),
        (check_dead_letters, _dead_letters("0"), [Level.OK], "None."),
        (check_dead_letters, _dead_letters("3"), [Level.PROBLEM], "3 wait"),
        (check_subscriptions, _subscriptions(), [Level.WARNING], "Nobody is notified"),
        (
            check_subscriptions, _subscriptions("PendingConfirmation"),
            [Level.WARNING, Level.WARNING], "ops@example.com",
        ),
        (check_subscriptions, _subscriptions("arn:aws:sns:x"), [Level.OK], "1 confirmed"),
        (
            check_subscriptions, _subscriptions("arn:aws:sns:x", "PendingConfirmation"),
            [Level.WARNING, Level.OK], "ops@example.com",
        ),
    ],
)  # fmt: skip
def test_what_a_check_of_one_answer_finds(
    check: Check, answers: Mapping[str, Any], expected: list[Level], said: str
) -> None:
    found = look(check, answers)
    assert levels(found) == expected
    assert said in found[0].what
    assert all(bool(one.remedy) is (one.level is not Level.OK) for one in found)


MESSAGES_SENT: dict[str, Any] = {
    "dynamodb.batch_get_item": {"Responses": {}},
}
WITH_OWNERS = {**OUTPUTS, LocalOutput.OWNERS_FILE: str(ROOT / "tests" / "samples" / "owners.yaml")}


def test_messages_to_owners() -> None:
    *never_used, channels = look(check_messages, MESSAGES_SENT, WITH_OWNERS)
    assert {one.what for one in never_used} == {"Never used: nothing was due there yet."}
    assert channels.what == f"0 of {len(never_used)} have delivered and work."


def test_channels_of_owners_that_get_nothing() -> None:
    def item(key: str, **since: str) -> dict[str, Any]:
        told = {"Subject": f"recipient#{key}", "Problem": "no such webhook", **since}
        return {name: {"S": value} for name, value in told.items()}

    table = OUTPUTS[Output.NOTIFICATIONS_TABLE_NAME]
    items = [
        item("orders/slack:orders", DisabledSince="2026-11-26T12:00:00Z"),
        item("orders/mail:orders@example.com", FailingSince="2026-11-26T12:00:00Z"),
    ]
    found = look(
        check_messages,
        {**MESSAGES_SENT, "dynamodb.batch_get_item": {"Responses": {table: items}}},
        WITH_OWNERS,
    )
    by_check = {one.check: one for one in found}
    disabled = by_check["channel orders: Slack orders"]
    assert disabled.level is Level.PROBLEM
    assert disabled.what == "Disabled since 2026-11-26 12:00 UTC: no such webhook"
    assert disabled.remedy.endswith("file-sla owners enable 'orders/slack:orders'")
    assert by_check["channel orders: Mail to orders@example.com"].level is Level.WARNING


def test_messages_of_a_stack_without_owners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [found] = look(check_messages, outputs=declaring())
    assert (found.level, "no ownersFile" in found.what) == (Level.OK, True)
    monkeypatch.chdir(tmp_path)
    # Its file is not on this machine.
    *_, channels = look(check_messages, MESSAGES_SENT)
    assert (channels.level, "--file" in channels.remedy) == (Level.SKIPPED, True)


def _alarm(name: str, state: str = "OK", **more: Any) -> dict[str, Any]:
    description = f"Requests are slow. {RUNBOOK_LABEL}https://x/runbook.md#{RunbookSection.LATENCY}"
    return {
        "AlarmName": name,
        "StateValue": state,
        "AlarmDescription": description,
        "AlarmActions": ["topic"],
        **more,
    }


def test_alarms() -> None:
    told = {
        "MetricAlarms": [
            _alarm("on", "ALARM"),
            _alarm("off"),
        ],
        "CompositeAlarms": [_alarm("unhealthy", "ALARM")],
    }
    found = look(check_alarms, {"cloudwatch.describe_alarms": told})
    assert levels(found) == [Level.PROBLEM, Level.PROBLEM, Level.OK]
    assert (found[0].what, found[0].see) == ("On. Requests are slow.", "https://x/runbook.md#latency")


METRIC = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Period": 300}
DECLARED_ALARM = {
    "Name": "one", "Threshold": 5, "OkActions": ["topic"], "MetricQueries": None, "Statistic": "Sum",
    "Dimensions": {"FunctionName": "f"}, **METRIC,
}  # fmt: skip


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({}, []),
        ({"Threshold": 7.0}, ["Changed by hand: Threshold is 7.0, declared 5."]),
        (
            {"Statistic": "Average"},
            ["Changed by hand: Reads lacks 1 and has 1 that the program does not declare."],
        ),
        ({"Dimensions": []}, ["Changed by hand: Reads lacks 1 and has 1 that the program does not declare."]),
        (
            {"ActionsEnabled": False},
            ["Changed by hand: OkActions lacks 1 and has 0 that the program does not declare."],
        ),
    ],
)
def test_what_an_alarm_reads_and_does_is_compared_with_what_is_declared(
    shown: dict[str, Any], expected: list[str]
) -> None:
    found = {
        "AlarmName": "one", "Threshold": 5.0, "OKActions": ["topic"], "Statistic": "Sum",
        "Dimensions": [{"Name": "FunctionName", "Value": "f"}], **METRIC, **shown,
    }  # fmt: skip
    outputs = declaring(Declared("MetricAlarm", DECLARED_ALARM))
    said = look(check_declared, {"cloudwatch.describe_alarms": {"MetricAlarms": [found]}}, outputs)
    assert [one.what for one in said if one.level is Level.PROBLEM] == expected


def test_what_may_not_be_read_is_skipped_once_and_the_rest_is_compared() -> None:
    groups = [Declared("LogGroup", {"Name": name, "RetentionInDays": 7}) for name in ("a", "b")]
    declared = [*groups, Declared("Queue", {"Name": "q", "MessageRetentionSeconds": 60})]
    found = look(
        check_declared,
        {
            "logs.describe_log_groups": refusal("AccessDeniedException"),
            "sqs.get_queue_url": refusal("AWS.SimpleQueueService.NonExistentQueue"),
        },
        declaring(*declared),
    )
    assert [(one.check, one.level) for one in found] == [
        ("log group", Level.SKIPPED), ("queue q", Level.PROBLEM), ("declared", Level.OK)
    ]  # fmt: skip


def test_an_owner_whom_nobody_listens_to_is_named() -> None:
    topic = "arn:aws:sns:eu-central-1:111122223333:file-sla-prod-orders-mail"
    declared = [
        Declared("TopicSubscription", {"Topic": topic, "Protocol": "email", "Endpoint": "a@example.com"})
    ]
    outputs = declaring(*declared)
    found = look(check_subscriptions, _subscriptions("PendingConfirmation"), outputs)
    assert [(one.check, one.level) for one in found[2:]] == [
        ("topic file-sla-prod-orders-mail", Level.WARNING)
    ] * 2  # fmt: skip
    assert found[2].what == "Not confirmed, so not notified: ops@example.com."
    gone = look(check_subscriptions, {"sns.list_subscriptions_by_topic": refusal("NotFound")}, outputs)
    assert [one.what for one in gone] == [
        "Nobody is notified of alarms.",
        "Nobody gets what its owner is sent.",
    ]


def test_without_a_way_to_aws_it_ends_at_once_and_says_so(ops: Ops, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    ops.know(
        **{
            LocalOutput.ENDPOINT_URL: closed,
            Output.API_URL: closed,
            Output.ALARM_TOPIC_ARN: "arn:aws:sns:x:1:y",
        }
    )
    monkeypatch.setattr(command, "CHECKS", (lambda _: pytest.fail("is not asked"),))
    by_check = {one["check"]: one for one in ops.json("doctor", code=1)["findings"]}
    assert by_check["caller"]["what"].startswith("AWS cannot be asked: Could not connect")
    assert by_check["API /auth"]["what"].startswith("No answer from")
    assert by_check["outputs"]["level"] == "problem"


def test_every_watched_kind_can_be_read() -> None:
    assert {kind.rpartition(":")[2] for kind in WATCHED} - {"RolePolicy", "RolePolicyAttachment"} == set(
        KINDS
    )


def test_senders() -> None:
    texts = {
        "Sender": "key", "SenderName": "files-01", "State": "silent", "StateSince": "2026-11-23T21:00:00Z",
        "Kind": "regular", "LastRunAt": "2026-11-23T20:00:00.5Z", "LastArrivalAt": "2026-11-23T20:00:01Z",
        "IntervalFrom": "learnt",
    }  # fmt: skip
    numbers = {"IntervalMinutes": "30", "Open": "0", "Unknown": "0"}
    item = {
        **{name: {"S": text} for name, text in texts.items()},
        **{name: {"N": number} for name, number in numbers.items()},
    }
    aside, found = look(check_senders, {"dynamodb.query": {"Items": [item]}})
    # This stack gives the same answer whatever is asked: the sender is silent, and set aside.
    assert (aside.check, aside.level) == ("sender files-01", Level.PROBLEM)
    assert "senders release" in aside.remedy
    assert (found.check, found.level) == ("sender files-01", Level.WARNING)
    assert found.what == "silent; its last run was at 2026-11-23T20:00:00Z."
    assert levels(look(check_senders, {"dynamodb.query": {"Items": []}})) == [Level.OK]


def test_every_check_of_the_parts_is_run() -> None:
    here = {one for name, one in globals().items() if name.startswith("check_")}
    assert here | {check_api} == {*FIRST, *CHECKS}
