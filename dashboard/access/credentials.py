"""Short-lived AWS credentials for a signed-in analyst, from the Cognito identity pool."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials

from dashboard.aws_errors import translate_aws_errors
from dashboard.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_cognito_identity import CognitoIdentityClient

_WHAT = "AWS sign-in"


class IdentityPool:
    """Exchanges ID tokens for AWS credentials."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._login = f"cognito-idp.{settings.region}.amazonaws.com/{settings.user_pool_id}"
        self._identity: CognitoIdentityClient = boto3.session.Session().client(
            "cognito-identity",
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            # The token is the proof: these calls are public, and the host has no AWS credentials.
            config=Config(signature_version=UNSIGNED, connect_timeout=5, read_timeout=10),
        )

    def session(self, id_token: Callable[[], str]) -> boto3.session.Session:
        """A boto3 session with the role of the token's user, renewed for as long as `id_token` can give one.

        The first credentials are fetched at once, so whoever holds the session is known to AWS.

        Raises:
            DashboardError: AWS does not accept the token, or gives no credentials for it.
        """
        credentials = RefreshableCredentials.create_from_metadata(
            self._fetch(id_token()), refresh_using=lambda: self._fetch(id_token()), method=_Provider.METHOD
        )
        core = botocore.session.Session()
        core.register_component("credential_provider", CredentialResolver([_Provider(credentials)]))
        return boto3.session.Session(botocore_session=core, region_name=self._settings.region)

    def _fetch(self, id_token: str) -> dict[str, str]:
        logins = {self._login: id_token}
        with translate_aws_errors(_WHAT):
            identity = self._identity.get_id(IdentityPoolId=self._settings.identity_pool_id, Logins=logins)
            answer = self._identity.get_credentials_for_identity(
                IdentityId=identity["IdentityId"], Logins=logins
            )
        credentials = answer["Credentials"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretKey"],
            "token": credentials["SessionToken"],
            "expiry_time": credentials["Expiration"].isoformat(),
        }


class _Provider(CredentialProvider):
    """Gives a session the analyst's credentials, and keeps it from finding any on the host."""

    METHOD = "identity-pool"

    def __init__(self, credentials: RefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> RefreshableCredentials:
        return self._credentials
