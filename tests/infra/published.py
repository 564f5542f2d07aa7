"""Which metrics there are: those that AWS publishes by itself, and those that the functions publish."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pytest

from contract.action import ActOnIncident, IncidentAction, MaintenanceAction, MakeMaintenance
from contract.answers import Message, SignedIn
from contract.metrics import Metric, Outcome
from contract.names import Variable
from handlers import auth, file_sla_error, incident_action, runtime
from handlers.actions.acting import Actor, NotFoundError
from handlers.web.errors import SignInFailedError
from local.metrics.samples import Series, parse_embedded_samples
from tests.infra.conftest import Program
from tests.stands.events import LambdaContext, a_report, action_event, auth_event, report_event

API = {"ApiName"}
STAGE = API | {"Stage"}
METHOD = STAGE | {"Method", "Resource"}
FUNCTION = {"FunctionName"}
TABLE = {"TableName"}
INDEX = TABLE | {"GlobalSecondaryIndexName"}
OPERATION = TABLE | {"Operation"}

# Name and dimension sets as the services' documentation gives them: "API Gateway dimensions and
# metrics", "Types of metrics for Lambda functions", "DynamoDB metrics and dimensions",
# "Available CloudWatch metrics for Amazon SQS".
BY_AWS: Mapping[str, Mapping[str, tuple[set[str], ...]]] = {
    "AWS/ApiGateway": dict.fromkeys(
        ("Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"), (API, STAGE, METHOD)
    ),
    "AWS/Lambda": dict.fromkeys(
        ("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions", "IteratorAge"), (FUNCTION,)
    ),
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible": ({"QueueName"},)},
    "AWS/DynamoDB": {
        **dict.fromkeys(("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"), (TABLE, INDEX)),
        **dict.fromkeys(("ReadThrottleEvents", "WriteThrottleEvents"), (TABLE, INDEX)),
        **dict.fromkeys(("SystemErrors", "ThrottledRequests", "SuccessfulRequestLatency"), (OPERATION,)),
    },
}


# What the two functions without a route publish, without dimensions; their own tests hold them to that.
OF_THE_PROJECTION = (
    Metric.RUNS_APPLIED, Metric.RUNS_NOT_APPLIED, Metric.SENDERS_REPLAYED, Metric.SENDERS_REFUSED,
    Metric.ACCOUNTS_OVER_LIMIT, Metric.SENDERS_SET_ASIDE, Metric.SENDERS_SILENT, Metric.FOLDERS_UNREADABLE,
    Metric.INCIDENTS_OPEN, Metric.INCIDENTS_UNKNOWN,
)  # fmt: skip
OF_THE_MESSAGES = (
    Metric.RECIPIENTS_CHECKED, Metric.NOTIFICATIONS_DELIVERED, Metric.NOTIFICATIONS_FAILED,
    Metric.NOTIFICATIONS_GIVEN_UP, Metric.NOTIFICATION_DELAY, Metric.CHANNELS_DISABLED,
)  # fmt: skip


class _Users:
    """A user pool with one user, whose password is `right`."""

    def sign_in(self, _username: str, password: str, _new_password: str | None) -> SignedIn:
        if password != "right":
            raise SignInFailedError
        return SignedIn(message="", token="t", token_type="Bearer", expires_in=1, refresh_token="r")


@dataclass(frozen=True)
class _Parts:
    """Of the function that acts: everything is done, but for what is open and to be closed."""

    client_id: str

    @property
    def incidents(self) -> Self:
        return self

    @property
    def maintenance(self) -> Self:
        return self

    def act(self, request: ActOnIncident | MakeMaintenance, _doer: Actor) -> tuple[Message, Outcome]:
        if request.action is IncidentAction.CLOSE:
            raise NotFoundError
        return Message(message="Done."), Outcome.DONE


class _Store:
    def put_all(self, *_: Any, **__: Any) -> int:
        return 0

    def keep(self, *_: Any, **__: Any) -> None:
        pass


def by_the_functions(
    program: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> set[Series]:
    """What the functions put out when they run as the program declares them, in all that can befall them."""
    environment: dict[str, str] = {}
    for function in program.all("Function"):
        environment |= function.inputs["environment"]["variables"]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(runtime.metrics.provider, "namespace", environment[Variable.METRICS_NAMESPACE])
    monkeypatch.setattr(auth, "_user_pool", _Users)
    monkeypatch.setattr(file_sla_error, "_store", _Store)
    monkeypatch.setattr(file_sla_error, "_refused", _Store)
    monkeypatch.setattr(incident_action, "_parts", lambda: _Parts(environment[Variable.USER_POOL_CLIENT_ID]))
    file_sla_error._environment.cache_clear()
    capsys.readouterr()
    for password in ("right", "wrong"):
        auth.handler(auth_event({"username": "ana", "password": password}), LambdaContext())
    client = environment[Variable.USER_POOL_CLIENT_ID]
    for event in (
        report_event({"sla_error": []}, audience=client),
        report_event(a_report("folder"), audience=client),
        report_event({"sla_error": "cut"}, audience=client),
        report_event(a_report("folder"), audience=client, groups=None),
    ):
        file_sla_error.handler(event, LambdaContext())
    window = {"sender": "a", "to": "2999-01-01T00:00:00Z", "reason": "r"}
    for body in (
        {"incident_id": "i", "action": "acknowledge", "note": "n"},
        {"incident_id": "i", "action": "close", "note": "n"},
        {"action": MaintenanceAction.SCHEDULE, "window": window},
    ):
        incident_action.handler(action_event(body, audience=client), LambdaContext())
    file_sla_error._environment.cache_clear()
    namespace = environment[Variable.METRICS_NAMESPACE]
    functions = {resource.name for resource in program.all("Function")}
    notified = OF_THE_MESSAGES if "incident-notifications-function" in functions else ()
    return {Series.of(namespace, name, {}) for name in (*OF_THE_PROJECTION, *notified)} | {
        sample.series
        for line in capsys.readouterr().out.splitlines()
        for sample in parse_embedded_samples(line)
    }


def is_published_by_aws(namespace: str, name: str, dimensions: Mapping[str, str]) -> bool:
    return set(dimensions) in BY_AWS.get(namespace, {}).get(name, ())


def schema_of_search(expression: str) -> tuple[str, frozenset[str], str]:
    """Namespace, dimension names and metric name of a SEARCH expression."""
    found = re.fullmatch(r"SEARCH\('\{(.+?)\} MetricName=\"(\w+)\"', '\w+', \d+\)", expression)
    assert found, expression
    namespace, *dimensions = re.findall(r'"([^"]+)"', found[1])
    return namespace, frozenset(dimensions), found[2]
