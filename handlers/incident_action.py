"""IncidentActionLambda: does what people ask for of incidents and senders."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

from botocore.config import Config
from botocore.session import Session

from contract.action import ActionRequest, ActOnIncident
from contract.answers import IncidentAnswer, SenderAnswer
from contract.metrics import Dimension, Metric, Outcome, Reason
from contract.routes import IDEMPOTENCY_KEY, INCIDENT_ACTION
from handlers.actions.doer import Doer
from handlers.actions.incident_table import IncidentTable
from handlers.actions.incidents import IncidentActions
from handlers.actions.parsing import parse_action
from handlers.actions.senders import SenderActions
from handlers.environment import ActionEnvironment
from handlers.projection.store_state import SenderStore
from handlers.web.caller import authorize
from handlers.web.endpoint import endpoint
from handlers.web.errors import ServiceError
from handlers.web.idempotency import check_idempotency_key
from handlers.web.requests import Event, read_body, read_header
from handlers.web.telemetry import count_by, logger

# Few calls, each quick: one that stalls, once, still leaves time for an answer.
CONFIG: Final = Config(
    connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True)
class _Parts:
    client_id: str
    incidents: IncidentActions
    senders: SenderActions

    @classmethod
    def connect(cls) -> Self:
        environment = ActionEnvironment.read()
        # Without boto3, which would add a tenth to a cold start and nothing that is used here.
        client: Any = Session().create_client("dynamodb", config=CONFIG)
        incidents = environment.incidents_table_name
        store = SenderStore(client, environment.senders_table_name, incidents, environment.retention)
        return cls(
            client_id=environment.client_id,
            incidents=IncidentActions(IncidentTable(client, incidents), store),
            senders=SenderActions(store),
        )


@cache
def _parts() -> _Parts:
    return _Parts.connect()


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Made while Lambda starts the environment, not while the first analyst waits.
    _parts()


def _count_outcome(outcome: Outcome | Reason) -> None:
    count_by(Metric.ACTIONS, **{Dimension.OUTCOME: outcome})


def _count_refused(error: ServiceError) -> None:
    _count_outcome(error.reason)


@endpoint(INCIDENT_ACTION, on_refusal=_count_refused)
def handler(event: Event, context: Any) -> IncidentAnswer | SenderAnswer:  # noqa: ARG001 - Lambda's signature
    """Answers `POST /incident_action`."""
    caller = authorize(event, INCIDENT_ACTION, _parts().client_id)
    key = read_header(event, IDEMPOTENCY_KEY.name)
    check_idempotency_key(key)
    request = parse_action(read_body(event, INCIDENT_ACTION))
    answer, outcome = _act(request, Doer(caller=caller, idempotency_key=key))
    _count_outcome(outcome)
    # Never a note: what people write is theirs, and is in the history.
    logger.info("acted", extra={"action": request.action, "outcome": outcome})
    return answer


def _act(request: ActionRequest, doer: Doer) -> tuple[IncidentAnswer | SenderAnswer, Outcome]:
    if isinstance(request, ActOnIncident):
        return _parts().incidents.act(request, doer)
    return _parts().senders.act(request, doer)
