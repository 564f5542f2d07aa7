"""The app client's secrets as Cognito keeps them: it tells their ids, and of a value whether it takes it."""

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from contract.sign_in import compute_secret_hash, is_secret_refused
from ops.errors import OpsError
from ops.users import generate_password

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_OF_NOBODY = {"NotAuthorizedException", "UserNotFoundException"}


class UntellingCognitoError(OpsError):
    """Cognito takes a secret that cannot be the client's, so that nothing can be tried."""


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
        """Makes a value a second secret."""
        self.client.add_user_pool_client_secret(
            UserPoolId=self.pool_id, ClientId=self.client_id, ClientSecret=value
        )

    def delete_secret(self, secret_id: str) -> None:
        """Deletes a secret; Cognito takes it no more."""
        self.client.delete_user_pool_client_secret(
            UserPoolId=self.pool_id, ClientId=self.client_id, ClientSecretId=secret_id
        )

    def check_telling(self) -> None:
        """Makes sure that `takes` tells something.

        Raises:
            UntellingCognitoError: it does not.
        """
        if self.takes(generate_password() * 2):
            raise UntellingCognitoError(
                "Cognito takes a wrong secret of the app client for a right one here. Nothing was changed."
            )

    def takes(self, value: str) -> bool:
        """Whether a value is one of the client's secrets: tried with a sign-in of nobody.

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
            if error.response["Error"]["Code"] not in _OF_NOBODY:
                raise
        return True
