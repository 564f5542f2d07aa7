"""`file-sla rotate-secret`."""

import secrets
import string
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from contract.names import Output, Variable
from contract.routes import AUTH
from contract.sign_in import compute_secret_hash, is_secret_refused
from ops.command import Call, CommandResult, OnProgress, add_command, show_progress
from ops.stack import OpsError, Stack
from ops.user_pool import generate_password

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from ops.command import Commands


_WAIT_SECONDS: Final = 60
_ACCEPTED_WITHIN: Final = timedelta(minutes=1)
"""For how long Cognito is asked whether it accepts a secret that was added."""
_BETWEEN_TRIES: Final = 2.0
_MOST: Final = 2
"""Secrets that an app client can have: Cognito's limit."""
_NO_SUCH_USER: Final = {"NotAuthorizedException", "UserNotFoundException"}


def add(commands: "Commands") -> None:
    """Declares it."""
    command = add_command(
        commands, "rotate-secret", rotate,
        help="replace the app client's secret, without one failed sign-in",
        interrupted="Sign-ins go on. Run the same command again to continue.",
    )  # fmt: skip
    command.add_argument(
        "--keep-old", action="store_true",
        help="keep the old secret working; the next run without this deletes it, and rotates nothing",
    )  # fmt: skip
    command.add_argument(
        "--wait", type=_seconds, default=_WAIT_SECONDS, metavar="SECONDS",
        help="for how long both work once the new one is in use, since a change may take moments to reach "
        "all of Cognito and Secrets Manager (default: %(default)s)",
    )  # fmt: skip


def rotate(call: Call) -> CommandResult:
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
        said = "The new secret is in use, and Cognito no longer accepts the old one."
    else:
        said = "The new secret is in use. The old one works too, until you run: file-sla rotate-secret"
    return CommandResult({"old_deleted": deleted}, said)


def find_secret_id(stack: Stack) -> str:
    """The secret that AuthLambda reads.

    Raises:
        RotationError: AuthLambda has no such variable.
    """
    function = f"{stack[Output.METRICS_NAMESPACE]}-{AUTH.key}"
    found = stack.client("lambda").get_function_configuration(FunctionName=function)
    variables: dict[str, str] = found.get("Environment", {}).get("Variables", {})
    if secret_id := variables.get(Variable.CLIENT_SECRET_ID):
        return secret_id
    raise RotationError(f"The function {function} does not name its secret: pulumi up --refresh")


def _seconds(text: str) -> int:
    seconds = int(text)
    if seconds < 0:
        raise ValueError
    return seconds


class IndifferentCognitoError(OpsError):
    """Cognito accepts a secret that cannot be the client's, so nothing can be tried."""


@dataclass(frozen=True)
class AppClient:
    """A confidential app client.

    Attributes:
        client: may list, add and delete its secrets, and use the pool's admin sign-in.
        pool_id: its user pool.
        client_id: the app client.
    """

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    def list_secrets(self) -> list[str]:
        """The ids of its secrets, the oldest first."""
        found = self.client.list_user_pool_client_secrets(UserPoolId=self.pool_id, ClientId=self.client_id)
        newest_last = sorted(
            found["ClientSecrets"], key=lambda one: (one["ClientSecretCreateDate"], one["ClientSecretId"])
        )
        return [one["ClientSecretId"] for one in newest_last]

    def add_secret(self, value: str) -> None:
        """Adds a second secret."""
        self.client.add_user_pool_client_secret(
            UserPoolId=self.pool_id, ClientId=self.client_id, ClientSecret=value
        )

    def delete_secret(self, secret_id: str) -> None:
        """Deletes a secret; Cognito no longer accepts it."""
        self.client.delete_user_pool_client_secret(
            UserPoolId=self.pool_id, ClientId=self.client_id, ClientSecretId=secret_id
        )

    def check_refuses_others(self) -> None:
        """Checks that `accepts` distinguishes secrets.

        Raises:
            IndifferentCognitoError: it does not.
        """
        if self.accepts(generate_password() * 2):
            raise IndifferentCognitoError(
                "Cognito accepts a wrong secret of the app client here. Nothing was changed."
            )

    def accepts(self, value: str) -> bool:
        """Whether a value is one of the client's secrets. Tried with a sign-in of a user who does not exist.

        Raises:
            botocore.exceptions.ClientError: Cognito refuses for another reason.
        """
        nobody = f"nobody-{secrets.token_hex(8)}"
        try:
            self.client.admin_initiate_auth(
                UserPoolId=self.pool_id,
                ClientId=self.client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={
                    "USERNAME": nobody,
                    "PASSWORD": generate_password(),
                    "SECRET_HASH": compute_secret_hash(nobody, self.client_id, value),
                },
            )
        except ClientError as error:
            if is_secret_refused(error.response):
                return False
            if error.response["Error"]["Code"] not in _NO_SUCH_USER:
                raise
        return True


CURRENT: Final = "AWSCURRENT"
PREVIOUS: Final = "AWSPREVIOUS"
PENDING: Final = "AWSPENDING"
"""Secrets Manager's own label for what a rotation has begun."""
OF_PROGRAM: Final = "FILESLAPROGRAM"
"""Keeps the version that the program made. Without a label Secrets Manager deletes it at some time: a refresh
would miss it, and the next `pulumi up` would create it again, and put it in use."""

_LENGTH: Final = 52
"""As those that Cognito makes; 64 is its limit."""
_ALPHABET: Final = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class SecretValue:
    """A secret of Secrets Manager.

    Attributes:
        client: may read and write its versions.
        secret_id: its ARN or name.
    """

    client: "SecretsManagerClient"
    secret_id: str

    def read(self, label: str = CURRENT) -> str:
        """The value under a label."""
        return self.client.get_secret_value(SecretId=self.secret_id, VersionStage=label)["SecretString"]

    def find_versions(self) -> dict[str, str]:
        """The version under each label."""
        found = self.client.describe_secret(SecretId=self.secret_id)["VersionIdsToStages"]
        return {label: version for version, labels in found.items() for label in labels}

    def make_next(self) -> None:
        """Puts a new value beside the one in use."""
        value = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        self.client.put_secret_value(SecretId=self.secret_id, SecretString=value, VersionStages=[PENDING])

    def keep_version_of_program(self) -> None:
        """Labels the version that is in use before the first rotation."""
        versions = self.find_versions()
        if OF_PROGRAM not in versions:
            self.client.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage=OF_PROGRAM, MoveToVersionId=versions[CURRENT]
            )

    def use_next(self) -> None:
        """Puts the next value in use. The one of before stays readable, as the previous one."""
        versions = self.find_versions()
        self._move(CURRENT, versions[CURRENT], versions[PENDING])
        self.drop_pending_label()

    def use_previous(self) -> None:
        """Puts the previous value back in use."""
        versions = self.find_versions()
        self._move(CURRENT, versions[CURRENT], versions[PREVIOUS])

    def drop_pending_label(self) -> None:
        """Takes the label of the next value off the one that is in use."""
        versions = self.find_versions()
        if PENDING in versions and versions[PENDING] == versions[CURRENT]:
            self.client.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage=PENDING, RemoveFromVersionId=versions[PENDING]
            )

    def _move(self, label: str, before: str, after: str) -> None:
        if before != after:
            self.client.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage=label, RemoveFromVersionId=before, MoveToVersionId=after
            )


class RotationError(OpsError):
    """A rotation cannot go on. Sign-ins go on as before, unless it says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """Rotates the secret of an app client.

    Attributes:
        app: the client at Cognito.
        value: the secret that AuthLambda reads.
        progress: called with how far it is.
        sleep: waits the given seconds; tests pass their own.
    """

    app: AppClient
    value: SecretValue
    progress: OnProgress
    sleep: Callable[[float], None] = time.sleep

    def run(self, wait_seconds: int, *, keep_old: bool) -> bool:
        """Rotates, or finishes what was begun; returns whether the old secret is deleted.

        Args:
            wait_seconds: for how long both secrets stay good after the new one is in use.
            keep_old: leaves the old one to the next run.

        Raises:
            RotationError: it cannot go on.
            IndifferentCognitoError: Cognito accepts any secret.
        """
        with self._step("Looking"):
            self.app.check_refuses_others()
            self.value.drop_pending_label()
            begun = self._only_deleting_is_left()
        if not begun:
            with self._step("Adding the new secret"):
                self._add()
            with self._step("Putting it in use"):
                self.value.use_next()
        if keep_old:
            return False
        for second in range(wait_seconds):
            self.progress("Both secrets work", second, wait_seconds)
            self.sleep(1)
        self.progress("Both secrets work", wait_seconds, wait_seconds)
        with self._step("Deleting the old secret"):
            self._delete_old()
        return True

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.progress(name, 0, 1)
        yield
        self.progress(name, 1, 1)

    def _only_deleting_is_left(self) -> bool:
        """Whether the secret in use is a new one, and the old one still good."""
        versions = self.value.find_versions()
        if PENDING in versions or len(self.app.list_secrets()) < _MOST:
            return False
        if PREVIOUS in versions and all(
            self.app.accepts(self.value.read(one)) for one in (CURRENT, PREVIOUS)
        ):
            return True
        raise RotationError(
            "The app client has two secrets already, and one of them is not this command's. Find out who "
            "uses it, delete it, and run this again: aws cognito-idp list-user-pool-client-secrets, "
            "delete-user-pool-client-secret"
        )

    def _add(self) -> None:
        self.value.keep_version_of_program()
        if PENDING not in self.value.find_versions():
            self.value.make_next()
        new = self.value.read(PENDING)
        if not self.app.accepts(new):
            self.app.add_secret(new)
        tries = int(_ACCEPTED_WITHIN.total_seconds() / _BETWEEN_TRIES)
        for _ in range(tries):
            if self.app.accepts(new):
                return
            self.sleep(_BETWEEN_TRIES)
        raise RotationError("Cognito has the new secret and does not accept it yet. Run this again soon.")

    def _delete_old(self) -> None:
        for secret_id in self.app.list_secrets()[:-1]:
            self.app.delete_secret(secret_id)
        if not self.app.accepts(self.value.read()):
            # The secret in use was not the newest: someone else has just changed them.
            self.value.use_previous()
            raise RotationError(
                "Cognito no longer accepts the secret that was in use: someone else has just changed the "
                "client's secrets. The previous one is in use again. Run this again."
            )
        if PREVIOUS in self.value.find_versions() and self.app.accepts(self.value.read(PREVIOUS)):
            raise RotationError(
                "Sign-ins work, with the new secret. But Cognito still accepts the old one, and lists no id "
                "to delete it by. Look with: aws cognito-idp list-user-pool-client-secrets"
            )
