"""The routes' functions over a table in memory, a user pool that knows nobody, and no incidents."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from contract.names import Variable
from handlers import auth, file_sla_error, incident_action
from tests.stands.events import LambdaContext
from tests.stands.table_on_the_wire import TableOnTheWire, answering, http_response
from tests.unit.conftest import _environment  # noqa: F401 - a fixture for every test here


@dataclass
class Functions:
    """Sends events to the real handlers, and holds every answer to the contract."""

    table: TableOnTheWire
    sent: int = 0
    statuses: dict[int, int] = field(default_factory=dict)

    def report(self, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Sends an event to the report function; a 200 must have stored what it says."""
        self.table.items.clear()
        self.table.runs.clear()
        status, body = self._checked(file_sla_error.handler(event, LambdaContext()))
        if status == 200:
            assert sorted(self.table.items) == sorted(body["error_ids"])
            assert len(self.table.items) == body["recorded"]
        else:
            assert self.table.items == {}
        # Whoever may report leaves a trace, taken or not: a run, or what was wrong with it.
        assert bool(self.table.runs) == (status in (200, 413, 422))
        return status, body

    def auth(self, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self._checked(auth.handler(event, LambdaContext()))

    def act(self, event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Sends an event to the function that acts; of nothing that there is can it be."""
        status, body = self._checked(incident_action.handler(event, LambdaContext()))
        assert status in (404, 413, 422)
        return status, body

    def _checked(self, answer: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        status = answer["statusCode"]
        body = json.loads(answer["body"].encode())
        self.sent += 1
        self.statuses[status] = self.statuses.get(status, 0) + 1
        assert status < 500, body
        assert body["message"]
        if status == 422:
            assert body["errors"]
            assert all(all(error[part] for part in ("field", "problem", "hint")) for error in body["errors"])
        return status, body


@pytest.fixture
def functions(_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:  # noqa: F811
    for name in (Variable.USER_POOL_ID, Variable.CLIENT_SECRET_ID):
        monkeypatch.setenv(name, "us-east-1_fuzz")
    # One account sends all of it.
    monkeypatch.setenv(Variable.ACCOUNT_REPORT_LIMIT, "1000000")
    table = TableOnTheWire()
    with answering(
        {
            "dynamodb.BatchWriteItem": table.answer,
            "dynamodb.PutItem": table.answer_put,
            "dynamodb.Query": _finds_nothing,
            "dynamodb.GetItem": _finds_nothing,
            "cognito-identity-provider": _knows_nobody,
            "secrets-manager": _secret,
        }
    ):
        yield Functions(table)


def _knows_nobody(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    return http_response(request, 400, {"__type": "UserNotFoundException", "message": "no such user"})


def _finds_nothing(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    # What GetItem leaves out of it, it makes nothing of.
    return http_response(request, 200, {"Items": [], "Count": 0})


def _secret(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    return http_response(request, 200, {"SecretString": "client-secret"})
