"""Who may sign in, and whether anyone can."""

from collections.abc import Iterator
from datetime import UTC, datetime

from contract.names import Group, Output
from ops.accounts.pool import FIRST_PASSWORD_LASTS, UserPool
from ops.client_secret.app_client import AppClient
from ops.client_secret.commands import find_secret_id
from ops.client_secret.secret_value import SecretValue
from ops.doctor.finding import Finding, Level
from ops.stack import Stack


def check_users(stack: Stack) -> Iterator[Finding]:
    """Users who can do nothing, and first passwords that expired."""
    users = UserPool(stack.client("cognito-idp"), stack[Output.USER_POOL_ID]).list_users()
    for group, kind in ((Group.REPORTERS, "reporter"), (Group.ANALYSTS, "analyst")):
        count = sum(user.enabled and group in user.groups for user in users)
        yield Finding(
            check=f"users of {group}",
            level=Level.OK if count else Level.WARNING,
            what=f"{count:,}." if count else "None that is enabled.",
            remedy="" if count else f"python -m ops users create NAME --{kind}",
        )
    for user in users:
        if not user.groups & set(Group):
            yield Finding(
                check=f"user {user.name}", level=Level.WARNING, what="In no group: can do nothing.",
                remedy=f"python -m ops users groups {user.name} --add reporters (or analysts), or remove it",
            )  # fmt: skip
        if user.enabled and user.has_expired_invitation(datetime.now(UTC)):
            yield Finding(
                check=f"user {user.name}", level=Level.WARNING,
                what=f"Its first password was good for {FIRST_PASSWORD_LASTS.days} days, and nobody used it.",
                remedy=f"python -m ops users password {user.name}",
            )  # fmt: skip


def check_client_secret(stack: Stack) -> Iterator[Finding]:
    """Whether Cognito takes the secret that AuthLambda reads."""
    app = AppClient(
        stack.client("cognito-idp"), stack[Output.USER_POOL_ID], stack[Output.USER_POOL_CLIENT_ID]
    )
    value = SecretValue(stack.client("secretsmanager"), find_secret_id(stack))
    app.check_telling()
    if not app.takes(value.read()):
        yield Finding(
            check="client secret", level=Level.PROBLEM,
            what="Cognito does not take the secret that AuthLambda reads: nobody can sign in.",
            remedy="python -m ops rotate-secret", see="docs/ops.md#rotate-secret",
        )  # fmt: skip
    elif len(app.list_secrets()) > 1:
        yield Finding(
            check="client secret", level=Level.WARNING, what="Cognito takes two: a rotation is not finished.",
            remedy="python -m ops rotate-secret", see="docs/ops.md#rotate-secret",
        )  # fmt: skip
    else:
        yield Finding(check="client secret", level=Level.OK, what="Cognito takes it, and no other.")
