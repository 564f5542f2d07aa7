"""AuthLambda: signs users in to the user pool, renews tokens and recovers accounts."""

from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

from contract.answers import LOST_LETTER, UTF8_HINT, FieldProblem, Message
from contract.limits import MAX_SIGN_IN_CHARACTERS
from contract.metrics import Dimension, Metric, Outcome, Reason
from contract.routes import AUTH
from contract.sign_in import AuthRequest, PasswordSignIn, RecoveryEnd, RecoveryStart, TokenRefresh
from handlers.runtime import Environment, count_by, make_ahead
from handlers.user_pool import ClientSecret, UserPool
from handlers.web.bodies import read_object
from handlers.web.endpoint import endpoint
from handlers.web.errors import InvalidBodyError
from handlers.web.requests import Event, read_body

# Two calls may stall, each tried twice: even if all of them do, an answer comes in time. Those after a
# refused secret come after an answer.
_CONFIG: Final = Config(
    connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)

# The first of these keys in a body decides its type; without any it is a sign-in with a password.
_BY_KEY: Final[dict[str, type[AuthRequest]]] = {
    "refresh_token": TokenRefresh,
    "code": RecoveryEnd,
    "forgot_password": RecoveryStart,
}


@dataclass(frozen=True, kw_only=True)
class AuthEnvironment(Environment):
    """What AuthLambda needs to know."""

    user_pool_id: str
    user_pool_client_id: str
    client_secret_id: str


@cache
def _user_pool() -> UserPool:
    environment = AuthEnvironment.read()
    # Without boto3: it would add a tenth to a cold start, and nothing of it is used here.
    session = Session()

    def client_secret() -> str:
        secrets: Any = session.create_client("secretsmanager", config=_CONFIG)
        return str(secrets.get_secret_value(SecretId=environment.client_secret_id)["SecretString"])

    client: Any = session.create_client("cognito-idp", config=_CONFIG)
    return UserPool(
        client, environment.user_pool_id, environment.user_pool_client_id, ClientSecret(client_secret)
    )


make_ahead(_user_pool)


def _count_outcome(outcome: Outcome | Reason) -> None:
    count_by(Metric.SIGN_INS, **{Dimension.OUTCOME: outcome})


@endpoint(AUTH, on_refusal=lambda error: _count_outcome(error.reason))
def handler(event: Event, context: Any) -> Message:  # noqa: ARG001 - Lambda's signature
    """Answers `POST /auth`."""
    request = parse_sign_in(read_body(event, AUTH))
    pool = _user_pool()
    match request:
        case PasswordSignIn():
            outcome = Outcome.SIGNED_IN
            answer: Message = pool.sign_in(request.username, request.password, request.new_password)
        case TokenRefresh():
            outcome = Outcome.REFRESHED
            answer = pool.refresh(request.username, request.refresh_token)
        case RecoveryStart():
            outcome = Outcome.RECOVERY_STARTED
            pool.start_recovery(request.username)
            answer = Message(
                message="If this user has a verified e-mail address, a code is on its way to it."
            )
        case RecoveryEnd():
            outcome = Outcome.RECOVERED
            pool.end_recovery(request.username, request.code, request.new_password)
            answer = Message(message="The password has been changed. Sign in with it.")
    _count_outcome(outcome)
    return answer


def parse_sign_in(body: bytes) -> AuthRequest:
    """Reads the request in a body of JSON encoded as UTF-8.

    Raises:
        InvalidBodyError: naming each field that is missing or wrong. Values are never quoted.
    """
    given = read_object(body)
    shape = next((shape for key, shape in _BY_KEY.items() if key in given), PasswordSignIn)
    expected = [field for field in fields(shape) if field.name in given or field.default is MISSING]
    problems = [problem for field in expected if (problem := _problem(given, field.name))]
    if problems:
        raise InvalidBodyError(problems)
    return shape(**{field.name: given[field.name] for field in expected})


def _problem(given: dict[str, Any], name: str) -> FieldProblem | None:
    if name not in given:
        return FieldProblem(name, "is missing", "add it; names are case-sensitive")
    value = given[name]
    if name == "forgot_password":
        return None if value is True else FieldProblem(name, "is not true", "send true, or leave it out")
    if not isinstance(value, str) or not value:
        return FieldProblem(name, "is not text, or empty", "send a string that is not empty")
    if len(value) > MAX_SIGN_IN_CHARACTERS:
        return FieldProblem(name, "is too long", f"send at most {MAX_SIGN_IN_CHARACTERS} characters")
    if LOST_LETTER in value:
        return FieldProblem(name, "lost letters on the way, because the body was not UTF-8", UTF8_HINT)
    try:
        value.encode()
    except UnicodeEncodeError:
        return FieldProblem(name, "holds half of a surrogate pair", "send well-formed Unicode text")
    return None
