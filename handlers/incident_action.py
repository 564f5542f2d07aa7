"""IncidentActionLambda: performs the actions of people on incidents, senders and maintenance windows."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final, Self

from botocore.config import Config
from botocore.session import Session

from contract.action import ActOnIncident, ActOnSender, MakeMaintenance
from contract.answers import IncidentAnswer, MaintenanceAnswer, SenderAnswer
from contract.metrics import Dimension, Metric, Outcome, Reason
from contract.routes import IDEMPOTENCY_KEY, INCIDENT_ACTION
from handlers.actions.acting import Actor
from handlers.actions.incidents import IncidentActions
from handlers.actions.maintenance import MaintenanceActions
from handlers.actions.parsing import parse_action
from handlers.actions.senders import SenderActions
from handlers.runtime import Environment, count, count_by, logger, make_ahead
from handlers.web.endpoint import endpoint
from handlers.web.requests import Event, authorize, check_idempotency_key, read_body, read_header
from store.dynamodb import Reader
from store.maintenance import MaintenanceTable
from store.state import SenderStore

# Few calls, each quick: one of them may stall once, and still an answer comes in time.
CONFIG: Final = Config(
    connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True, kw_only=True)
class ActionEnvironment(Environment):
    """What IncidentActionLambda needs to know."""

    user_pool_client_id: str
    senders_table_name: str
    incidents_table_name: str
    notifications_table_name: str
    retention: timedelta | None


@dataclass(frozen=True)
class _Parts:
    client_id: str
    incidents: IncidentActions
    senders: SenderActions
    maintenance: MaintenanceActions

    @classmethod
    def connect(cls) -> Self:
        environment = ActionEnvironment.read()
        # Without boto3: it would add a tenth to a cold start, and nothing of it is used here.
        client: Any = Session().create_client("dynamodb", config=CONFIG)
        store = SenderStore(
            client, environment.senders_table_name, environment.incidents_table_name, environment.retention
        )
        return cls(
            client_id=environment.user_pool_client_id,
            incidents=IncidentActions(store),
            senders=SenderActions(store),
            maintenance=MaintenanceActions(
                table=MaintenanceTable(
                    Reader(client), environment.notifications_table_name, environment.retention
                ),
                clock=store.clock,
            ),
        )


@cache
def _parts() -> _Parts:
    return _Parts.connect()


make_ahead(_parts)


def _count_outcome(outcome: Outcome | Reason) -> None:
    count_by(Metric.ACTIONS, **{Dimension.OUTCOME: outcome})


@endpoint(INCIDENT_ACTION, on_refusal=lambda error: _count_outcome(error.reason))
def handler(
    event: Event,
    context: Any,  # noqa: ARG001 - Lambda's signature
) -> IncidentAnswer | SenderAnswer | MaintenanceAnswer:
    """Answers `POST /incident_action`."""
    caller = authorize(event, INCIDENT_ACTION, _parts().client_id)
    key = read_header(event, IDEMPOTENCY_KEY.name)
    check_idempotency_key(key)
    request = parse_action(read_body(event, INCIDENT_ACTION))
    actor = Actor(caller=caller, idempotency_key=key)
    answer: IncidentAnswer | SenderAnswer | MaintenanceAnswer
    if isinstance(request, ActOnIncident):
        answer, outcome = _parts().incidents.act(request, actor)
    elif isinstance(request, ActOnSender):
        answer, outcome = _parts().senders.act(request, actor)
    else:
        answer, outcome = _parts().maintenance.act(request, actor)
        if isinstance(request, MakeMaintenance) and outcome is Outcome.DONE:
            count(Metric.MAINTENANCE_MADE)
    _count_outcome(outcome)
    # Never a note: what people write belongs in the history alone.
    logger.info("acted", extra={"action": request.action, "outcome": outcome})
    return answer
