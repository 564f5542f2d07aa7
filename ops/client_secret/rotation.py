"""A rotation: both secrets are good while one takes the other's place, so that no sign-in fails.

Each step looks at what is there before it does anything: run again after an interruption, it goes on.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ops.client_secret.app_client import AppClient
from ops.client_secret.secret_value import CURRENT, PENDING, PREVIOUS, SecretValue
from ops.errors import OpsError
from ops.progress import OnProgress

_TAKEN_WITHIN: Final = timedelta(minutes=1)
"""For how long Cognito is asked whether it takes a secret that it was given."""
_BETWEEN_TRIES: Final = 2.0
_MOST: Final = 2
"""Secrets that an app client can have: Cognito's limit."""


class RotationError(OpsError):
    """A rotation cannot go on. Sign-ins go on as before, unless it says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """Rotates the secret of an app client.

    Attributes:
        app: the client at Cognito.
        value: the secret that AuthLambda reads.
        progress: told how far it is.
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
            UntellingCognitoError: Cognito does not tell which secret is right.
        """
        self._say("Looking", 0)
        self.app.check_telling()
        self.value.drop_pending_label()
        self._say("Looking", 1)
        if not self._only_deleting_is_left():
            self._add()
            self._use()
        if keep_old:
            return False
        self._wait(wait_seconds)
        self._delete_old()
        return True

    def _only_deleting_is_left(self) -> bool:
        """Whether the secret in use is a new one, and the old one still good."""
        versions = self.value.find_versions()
        if PENDING in versions or len(self.app.list_secrets()) < _MOST:
            return False
        if PREVIOUS in versions and all(self.app.takes(self.value.read(one)) for one in (CURRENT, PREVIOUS)):
            return True
        raise RotationError(
            "The app client has two secrets already, and one of them is not this command's. Find out who "
            "uses it, delete it, and run this again: aws cognito-idp list-user-pool-client-secrets, "
            "delete-user-pool-client-secret"
        )

    def _add(self) -> None:
        self._say("Adding the new secret", 0)
        self.value.keep_version_of_program()
        if PENDING not in self.value.find_versions():
            self.value.make_next()
        new = self.value.read(PENDING)
        if not self.app.takes(new):
            self.app.add_secret(new)
        self._wait_until_taken(new)
        self._say("Adding the new secret", 1)

    def _wait_until_taken(self, new: str) -> None:
        tries = int(_TAKEN_WITHIN.total_seconds() / _BETWEEN_TRIES)
        for _ in range(tries):
            if self.app.takes(new):
                return
            self.sleep(_BETWEEN_TRIES)
        raise RotationError("Cognito has the new secret and does not take it yet. Run this again in a while.")

    def _use(self) -> None:
        self._say("Putting it in use", 0)
        self.value.use_next()
        self._say("Putting it in use", 1)

    def _wait(self, seconds: int) -> None:
        for second in range(seconds):
            self.progress("Leaving both good", second, seconds)
            self.sleep(1)
        self.progress("Leaving both good", seconds, seconds)

    def _delete_old(self) -> None:
        self._say("Deleting the old secret", 0)
        for secret_id in self.app.list_secrets()[:-1]:
            self.app.delete_secret(secret_id)
        if not self.app.takes(self.value.read()):
            # The one in use was not the newest: someone else changed them meanwhile.
            self.value.use_previous()
            raise RotationError(
                "Cognito no longer takes the secret that was in use: someone else has changed the client's "
                "secrets meanwhile. The previous one is in use again. Run this again."
            )
        if PREVIOUS in self.value.find_versions() and self.app.takes(self.value.read(PREVIOUS)):
            raise RotationError(
                "Sign-ins work, with the new secret. But Cognito still takes the old one, and tells no id by "
                "which to delete it. Look with: aws cognito-idp list-user-pool-client-secrets"
            )
        self._say("Deleting the old secret", 1)

    def _say(self, step: str, done: int) -> None:
        self.progress(step, done, 1)
