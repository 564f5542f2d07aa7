"""The client secret as Secrets Manager keeps it: the one in use, and the next one during a rotation."""

import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT: Final = "AWSCURRENT"
PREVIOUS: Final = "AWSPREVIOUS"
PENDING: Final = "AWSPENDING"
"""Secrets Manager's own label for what a rotation has begun."""
OF_PROGRAM: Final = "FILESLAPROGRAM"
"""Keeps the version that the program made. Without a label it would be deleted at some time: a refresh would
miss it, and the next `pulumi up` would make it anew, and put it in use."""

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
