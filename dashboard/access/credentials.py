"""Short-lived AWS credentials for a signed-in analyst, from the Cognito identity pool."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.credentials import DeferredRefreshableCredentials
from botocore.loaders import create_loader

from dashboard.errors import DashboardError, translate_aws_errors
from dashboard.settings import DashboardSettings, build_client_config

if TYPE_CHECKING:
    from mypy_boto3_cognito_identity import CognitoIdentityClient

_FAILURE_SECONDS: Final = 1
"""For so long, everyone else who waited for the same credentials gets the same failure."""


class IdentityPool:
    """Exchanges ID tokens for AWS credentials."""

    def __init__(self, settings: DashboardSettings) -> None:
        self._settings = settings
        self._descriptions = create_loader()
        self._login = f"cognito-idp.{settings.region}.amazonaws.com/{settings.user_pool_id}"
        self._identity: CognitoIdentityClient = self._open(botocore.session.Session()).client(
            "cognito-identity",
            endpoint_url=settings.endpoint_url,
            # The token is the proof: these calls are public, and the host has no AWS credentials.
            config=build_client_config(signature_version=UNSIGNED),
        )

    def session(self, id_token: Callable[[], str]) -> boto3.session.Session:
        """A boto3 session with the role of the token's user, for as long as `id_token` gives a valid one.

        Credentials are fetched when they are first used, which raises a `DashboardError` where AWS does not
        accept the token, or gives none for it.
        """
        fetch = _SharedFailure(lambda: self._fetch(id_token()))
        credentials = DeferredRefreshableCredentials(fetch, "identity-pool")
        core = botocore.session.Session()
        # In place of what looks for any on the host.
        finder = SimpleNamespace(load_credentials=lambda: credentials)
        core.register_component("credential_provider", finder)
        return self._open(core)

    def _open(self, core: botocore.session.Session) -> boto3.session.Session:
        # The descriptions of AWS's services are megabytes, and the same for all analysts.
        core.register_component("data_loader", self._descriptions)
        session = boto3.session.Session(botocore_session=core, region_name=self._settings.region)
        # boto3 has just added its own folder to where they are looked for, again.
        self._descriptions.search_paths[:] = dict.fromkeys(self._descriptions.search_paths)
        return session

    def _fetch(self, id_token: str) -> dict[str, str]:
        logins, pool, client = {self._login: id_token}, self._settings.identity_pool_id, self._identity
        with translate_aws_errors("AWS sign-in"):
            identity = client.get_id(IdentityPoolId=pool, Logins=logins)["IdentityId"]
            answer = client.get_credentials_for_identity(IdentityId=identity, Logins=logins)
        credentials = answer["Credentials"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretKey"],
            "token": credentials["SessionToken"],
            "expiry_time": credentials["Expiration"].isoformat(),
        }


class _SharedFailure:
    """Has those who wait for credentials at the same time share a failure to get any.

    botocore lets one thread fetch them at a time. While AWS hangs, each query of a page would wait for its
    turn and then hang itself. Whoever tries again would have to wait for them all.
    """

    def __init__(
        self, fetch: Callable[[], dict[str, str]], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._failure: DashboardError | None = None
        self._until = 0.0

    def __call__(self) -> dict[str, str]:
        if self._failure and self._now() < self._until:
            raise self._failure
        try:
            return self._fetch()
        except DashboardError as failure:
            self._failure, self._until = failure, self._now() + _FAILURE_SECONDS
            raise
