"""`file-sla rotate-secret`."""

import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from contract.names import Output, Variable
from contract.routes import AUTH
from contract.sign_in import compute_secret_hash, is_secret_refused
from ops.command import Call, CommandResult, Commands, OnProgress, add_command, show_progress
from ops.stack import OpsError, Stack
from ops.user_pool import generate_password
from store.dynamodb import error_code

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

_WAIT_SECONDS: Final = 60
_TRIES: Final = 30
_BETWEEN_TRIES: Final = 2.0
"""How often, and every how many seconds, Cognito is asked whether it accepts a secret that was added."""
_MOST: Final = 2
"""Secrets that an app client can have: Cognito's limit."""
_NO_SUCH_USER: Final = {"NotAuthorizedException", "UserNotFoundException"}

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


def add(commands: Commands) -> None:
    """Declares it."""
    command = add_command(
        commands, "rotate-secret", rotate, "replace the app client's secret, without one failed sign-in",
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


def _seconds(text: str) -> int:
    if (seconds := int(text)) < 0:
        raise ValueError
    return seconds


def rotate(call: Call) -> CommandResult:
    """Rotates the secret, or finishes a rotation that was begun."""
    stack, given = call.stack, call.given
    with show_progress() as progress:
        app, value = AppClient.of(stack), SecretValue.of(stack)
        deleted = Rotation(app, value, progress).run(given.wait, keep_old=given.keep_old)
    if deleted:
        said = "The new secret is in use, and Cognito no longer accepts the old one."
    else:
        said = "The new secret is in use. The old one works too, until you run: file-sla rotate-secret"
    return CommandResult({"old_deleted": deleted}, said)


@dataclass(frozen=True)
class AppClient:
    """A confidential app client, at Cognito."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str

    @classmethod
    def of(cls, stack: Stack) -> "AppClient":
        """That of a stack."""
        return cls(stack.client("cognito-idp"), stack[Output.USER_POOL_ID], stack[Output.USER_POOL_CLIENT_ID])

    @property
    def ids(self) -> Any:
        """What each call about it names."""
        return {"UserPoolId": self.pool_id, "ClientId": self.client_id}

    def list_secrets(self) -> list[str]:
        """The ids of its secrets, the oldest first."""
        found = self.client.list_user_pool_client_secrets(**self.ids)["ClientSecrets"]
        found.sort(key=lambda one: (one["ClientSecretCreateDate"], one["ClientSecretId"]))
        return [one["ClientSecretId"] for one in found]

    def check_refuses_others(self) -> None:
        """Checks that `accepts` distinguishes secrets."""
        if self.accepts(generate_password() * 2):
            raise OpsError("Cognito accepts a wrong secret of the app client here. Nothing was changed.")

    def accepts(self, value: str) -> bool:
        """Whether a value is one of the client's secrets, tried with a sign-in of a user who is none."""
        nobody = f"nobody-{secrets.token_hex(8)}"
        parameters = {
            "USERNAME": nobody,
            "PASSWORD": generate_password(),
            "SECRET_HASH": compute_secret_hash(nobody, self.client_id, value),
        }
        try:
            self.client.admin_initiate_auth(
                **self.ids, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=parameters
            )
        except ClientError as error:
            if is_secret_refused(error.response):
                return False
            if error_code(error) not in _NO_SUCH_USER:
                raise
        return True


@dataclass(frozen=True)
class SecretValue:
    """A secret of Secrets Manager."""

    client: "SecretsManagerClient"
    secret_id: str
    """Its ARN or name."""

    @classmethod
    def of(cls, stack: Stack) -> "SecretValue":
        """The secret that AuthLambda reads."""
        function = f"{stack[Output.METRICS_NAMESPACE]}-{AUTH.key}"
        found = stack.client("lambda").get_function_configuration(FunctionName=function)
        if secret_id := found.get("Environment", {}).get("Variables", {}).get(Variable.CLIENT_SECRET_ID):
            return cls(stack.client("secretsmanager"), secret_id)
        raise OpsError(f"The function {function} does not name its secret: pulumi up --refresh")

    def read(self, label: str = CURRENT) -> str:
        """The value under a label."""
        return self.client.get_secret_value(SecretId=self.secret_id, VersionStage=label)["SecretString"]

    def find_versions(self) -> dict[str, str]:
        """The version under each label."""
        found = self.client.describe_secret(SecretId=self.secret_id)["VersionIdsToStages"]
        return {label: version for version, labels in found.items() for label in labels}

    def make_next(self) -> None:
        """Puts a new value beside the one in use, unless there is one; labels that of the program first."""
        versions = self.find_versions()
        if OF_PROGRAM not in versions:
            self._move(OF_PROGRAM, to=versions[CURRENT])
        if PENDING not in versions:
            value = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
            self.client.put_secret_value(SecretId=self.secret_id, SecretString=value, VersionStages=[PENDING])

    def use(self, label: str) -> None:
        """Puts the value under a label in use. The one of before stays readable, as the previous one."""
        versions = self.find_versions()
        if versions[CURRENT] != versions[label]:
            self._move(CURRENT, versions[CURRENT], versions[label])

    def drop_pending_label(self) -> None:
        """Takes the label of the next value off the one that is in use."""
        versions = self.find_versions()
        if versions.get(PENDING) == versions[CURRENT]:
            self._move(PENDING, versions[CURRENT])

    def _move(self, label: str, before: str | None = None, to: str | None = None) -> None:
        versions = {"RemoveFromVersionId": before, "MoveToVersionId": to}
        given: Any = {name: version for name, version in versions.items() if version}
        self.client.update_secret_version_stage(SecretId=self.secret_id, VersionStage=label, **given)


@dataclass(frozen=True)
class Rotation:
    """Rotates the secret of an app client, of which `value` is what AuthLambda reads."""

    app: AppClient
    value: SecretValue
    progress: OnProgress
    sleep: Callable[[float], None] = time.sleep
    """Waits the given seconds."""

    def run(self, wait_seconds: int, *, keep_old: bool) -> bool:
        """Rotates, or finishes what was begun; returns whether the old secret is deleted.

        Args:
            wait_seconds: for how long both secrets stay good after the new one is in use.
            keep_old: leaves the old one to the next run.
        """
        self.app.check_refuses_others()
        self.value.drop_pending_label()
        if not self._only_deleting_is_left():
            self.progress("Adding the new secret", 0, 1)
            self._add()
            self.value.use(PENDING)
            self.value.drop_pending_label()
            self.progress("Adding the new secret", 1, 1)
        if keep_old:
            return False
        for second in range(wait_seconds):
            self.progress("Both secrets work", second, wait_seconds)
            self.sleep(1)
        self.progress("Both secrets work", wait_seconds, wait_seconds)
        self._delete_old()
        return True

    def _only_deleting_is_left(self) -> bool:
        """Whether the secret in use is a new one, and the old one still good."""
        versions = self.value.find_versions()
        if PENDING in versions or len(self.app.list_secrets()) < _MOST:
            return False
        values = (CURRENT, PREVIOUS)
        if PREVIOUS in versions and all(self.app.accepts(self.value.read(one)) for one in values):
            return True
        raise OpsError(
            "The app client has two secrets already, and one of them is not this command's. Find out who "
            "uses it, delete it, and run this again: aws cognito-idp list-user-pool-client-secrets, "
            "delete-user-pool-client-secret"
        )

    def _add(self) -> None:
        self.value.make_next()
        new = self.value.read(PENDING)
        if not self.app.accepts(new):
            self.app.client.add_user_pool_client_secret(**self.app.ids, ClientSecret=new)
        for _ in range(_TRIES):
            if self.app.accepts(new):
                return
            self.sleep(_BETWEEN_TRIES)
        raise OpsError("Cognito has the new secret and does not accept it yet. Run this again soon.")

    def _delete_old(self) -> None:
        for secret_id in self.app.list_secrets()[:-1]:
            self.app.client.delete_user_pool_client_secret(**self.app.ids, ClientSecretId=secret_id)
        if not self.app.accepts(self.value.read()):
            # The secret in use was not the newest: someone else has just changed them.
            self.value.use(PREVIOUS)
            raise OpsError(
                "Cognito no longer accepts the secret that was in use: someone else has just changed the "
                "client's secrets. The previous one is in use again. Run this again."
            )
        if PREVIOUS in self.value.find_versions() and self.app.accepts(self.value.read(PREVIOUS)):
            raise OpsError(
                "Sign-ins work, with the new secret. But Cognito still accepts the old one, and lists no id "
                "to delete it by. Look with: aws cognito-idp list-user-pool-client-secrets"
            )
