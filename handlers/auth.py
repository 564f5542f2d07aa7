"""AuthLambda: signs users in to the user pool, renews tokens and recovers accounts."""

import os
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

from contract.answers import Message
from contract.metrics import Dimension, Metric, Outcome, Reason
from contract.routes import AUTH
from contract.sign_in import PasswordSignIn, RecoveryEnd, RecoveryStart, TokenRefresh
from handlers.environment import AuthEnvironment
from handlers.sign_in.client_secret import ClientSecret
from handlers.sign_in.parsing import parse_sign_in
from handlers.sign_in.user_pool import UserPool
from handlers.web.endpoint import endpoint
from handlers.web.errors import ServiceError
from handlers.web.requests import Event, read_body
from handlers.web.telemetry import count_by

# Two calls that may stall, each tried twice: even when all of them do, an answer comes in time. Those that
# follow upon a refused secret follow upon an answer.
_CONFIG: Final = Config(
    connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)


@cache
def _user_pool() -> UserPool:
    environment = AuthEnvironment.read()
    # Without boto3, which would add a tenth to a cold start and nothing that is used here.
    session = Session()

    def client_secret() -> str:
        secrets: Any = session.create_client("secretsmanager", config=_CONFIG)
        return str(secrets.get_secret_value(SecretId=environment.client_secret_id)["SecretString"])

    client: Any = session.create_client("cognito-idp", config=_CONFIG)
    return UserPool(client, environment.user_pool_id, environment.client_id, ClientSecret(client_secret))


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Made while Lambda starts the environment, not while the first user waits.
    _user_pool()


def _count_outcome(outcome: Outcome | Reason) -> None:
    count_by(Metric.SIGN_INS, **{Dimension.OUTCOME: outcome})


def _count_refused(error: ServiceError) -> None:
    _count_outcome(error.reason)


@endpoint(AUTH, on_refusal=_count_refused)
def handler(event: Event, context: Any) -> Message:  # noqa: ARG001 - Lambda's signature
    """Answers `POST /auth`."""
    request = parse_sign_in(read_body(event, AUTH))
    match request:
        case PasswordSignIn():
            tokens = _user_pool().sign_in(request.username, request.password, request.new_password)
            _count_outcome(Outcome.SIGNED_IN)
            return tokens.body()
        case TokenRefresh():
            tokens = _user_pool().refresh(request.username, request.refresh_token)
            _count_outcome(Outcome.REFRESHED)
            return tokens.body()
        case RecoveryStart():
            _user_pool().start_recovery(request.username)
            _count_outcome(Outcome.RECOVERY_STARTED)
            return Message(message="If this user has a verified e-mail address, a code is on its way to it.")
        case RecoveryEnd():
            _user_pool().end_recovery(request.username, request.code, request.new_password)
            _count_outcome(Outcome.RECOVERED)
            return Message(message="The password has been changed. Sign in with it.")
