"""A running local stack, as tests talk to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import httpx

from contract.names import Group
from contract.routes import AUTH, FILE_SLA_ERROR, INCIDENT_ACTION
from local.provider import Aws
from ops.user_pool import User, UserDirectory, generate_password

TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class RunningStack:
    """The outputs of a stack, and the calls that most tests make."""

    # Kept out of the reports of failed tests: the users' passwords are among them.
    outputs: Mapping[str, Any] = field(repr=False)
    folder: Path
    """Where its logs are, and the emulator's own files."""
    secrets: set[str] = field(default_factory=set, repr=False)
    """Every password, token and key that went through here; none of them may turn up in a log."""

    def close(self) -> None:
        self.http.close()

    @property
    def api_url(self) -> str:
        return str(self.outputs["api_url"])

    @property
    def dashboard_url(self) -> str:
        return str(self.outputs["dashboard_url"])

    @property
    def table_name(self) -> str:
        return str(self.outputs["table_name"])

    @property
    def aws(self) -> Aws:
        """The emulated account with root credentials."""
        return Aws(self.outputs["endpoint_url"], self.outputs["region"])

    @property
    def reporter(self) -> User:
        user: User = self.outputs["users"]["reporter"]
        return user

    @property
    def analyst(self) -> User:
        user: User = self.outputs["users"]["analyst"]
        return user

    @cached_property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.api_url}/", timeout=TIMEOUT_SECONDS, trust_env=False)

    def auth(self, body: Mapping[str, Any]) -> httpx.Response:
        answer = self.http.post(AUTH.path, json=body)
        self._remember(body)
        if answer.is_success:
            self._remember(answer.json())
        return answer

    def _remember(self, body: Mapping[str, Any]) -> None:
        secret = ("password", "new_password", "token", "refresh_token")
        self.secrets.update(body[key] for key in secret if isinstance(body.get(key), str))

    def token(self, user: User) -> str:
        return str(self.auth(user).raise_for_status().json()["token"])

    def report(self, body: bytes | Mapping[str, Any], token: str | None, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **_bearer(token), **headers}
        return self.http.post(FILE_SLA_ERROR.path, content=content, headers=headers)

    def act(self, body: Mapping[str, Any], token: str | None, **headers: str) -> httpx.Response:
        """POSTs to the route of actions. What people write in a note is in no log either."""
        if isinstance(note := body.get("note"), str):
            self.secrets.add(note)
        return self.http.post(INCIDENT_ACTION.path, json=body, headers={**_bearer(token), **headers})

    def new_user(self, username: str, *groups: str, temporary: bool = False) -> User:
        """Creates a user; a temporary password has to be changed at the first sign-in."""
        pool = UserDirectory(self.aws.client("cognito-idp"), self.outputs["user_pool_id"])
        user = User(username=username, password=generate_password())
        self.secrets.add(user["password"])
        pool.create(username, user["password"], f"{username}@example.com")
        if not temporary:
            pool.set_password(username, user["password"], for_good=True)
        for group in groups:
            pool.add_to(Group(group), username)
        return user

    def credentials(self, token: str) -> dict[str, str]:
        """What the identity pool gives for an ID token, as keyword arguments of a boto3 session."""
        identity: Any = boto3.client(
            "cognito-identity",
            endpoint_url=self.outputs["endpoint_url"],
            region_name=self.outputs["region"],
            aws_access_key_id="",
            aws_secret_access_key="",
        )
        provider = f"cognito-idp.{self.outputs['region']}.amazonaws.com/{self.outputs['user_pool_id']}"
        logins = {provider: token}
        identity_id = identity.get_id(IdentityPoolId=self.outputs["identity_pool_id"], Logins=logins)[
            "IdentityId"
        ]
        given = identity.get_credentials_for_identity(IdentityId=identity_id, Logins=logins)["Credentials"]
        self.secrets.update((given["SecretKey"], given["SessionToken"]))
        return {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretKey"],
            "aws_session_token": given["SessionToken"],
        }

    def client_as(self, token: str, service: str) -> Any:
        make_client: Any = boto3.Session().client
        return make_client(
            service,
            endpoint_url=self.outputs["endpoint_url"],
            region_name=self.outputs["region"],
            **self.credentials(token),
        )


def _bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}
