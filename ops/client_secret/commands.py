"""`python -m ops rotate-secret`."""

from typing import TYPE_CHECKING, Final

from contract.names import Output, Variable
from contract.routes import AUTH
from ops.client_secret.app_client import AppClient
from ops.client_secret.rotation import Rotation, RotationError
from ops.client_secret.secret_value import SecretValue
from ops.command import Answer, Call, add_command
from ops.progress import show_progress
from ops.stack import Stack

if TYPE_CHECKING:
    from ops.command import Commands

_WAIT_SECONDS: Final = 60


def add(commands: "Commands") -> None:
    """Declares it."""
    command = add_command(
        commands, "rotate-secret", rotate,
        help="give the app client another secret, without one failed sign-in",
        interrupted="Sign-ins go on. The same command again goes on from here.",
    )  # fmt: skip
    command.add_argument(
        "--keep-old", action="store_true",
        help="leave the old secret good; the next run without this deletes it, and rotates nothing",
    )  # fmt: skip
    command.add_argument(
        "--wait", type=_seconds, default=_WAIT_SECONDS, metavar="SECONDS",
        help="for how long both stay good once the new one is in use, since what Cognito and Secrets Manager "
        "were told may take moments to be everywhere (default: %(default)s)",
    )  # fmt: skip


def rotate(call: Call) -> Answer:
    """Rotates the secret, or finishes a rotation that was begun.

    Raises:
        RotationError: it cannot go on.
        OutputsError: an output is missing.
    """
    stack, given = call.stack, call.given
    cognito = stack.client("cognito-idp")
    with show_progress() as progress:
        rotation = Rotation(
            app=AppClient(cognito, stack[Output.USER_POOL_ID], stack[Output.USER_POOL_CLIENT_ID]),
            value=SecretValue(stack.client("secretsmanager"), find_secret_id(stack)),
            progress=progress,
        )
        deleted = rotation.run(given.wait, keep_old=given.keep_old)
    if deleted:
        said = "The new secret is in use, and Cognito takes the old one no more."
    else:
        said = "The new secret is in use. The old one is good too, until you run: python -m ops rotate-secret"
    return Answer({"old_deleted": deleted}, said)


def find_secret_id(stack: Stack) -> str:
    """The secret that AuthLambda reads.

    Raises:
        RotationError: AuthLambda does not tell.
    """
    function = f"{stack[Output.METRICS_NAMESPACE]}-{AUTH.key}"
    told = stack.client("lambda").get_function_configuration(FunctionName=function)
    variables: dict[str, str] = told.get("Environment", {}).get("Variables", {})
    if secret_id := variables.get(Variable.CLIENT_SECRET_ID):
        return secret_id
    raise RotationError(f"The function {function} does not tell which secret it reads: run pulumi up.")


def _seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 0:
        raise ValueError
    return seconds
