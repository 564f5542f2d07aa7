"""Tokens that were not given by this pool to this client, or not for now: all refused, none crashes."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.access.principals import SIGN_IN_FLOWS
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

REFUSAL = {"message": "A valid ID token is required. Get one from the auth route."}


def decode(part: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded


def encode(part: object) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(frozen=True)
class Forger:
    """Someone with a genuine token before him and, for the tests' sake, the pool's own key.

    The emulator keeps that key in a file. Only with it can a token be wrong in one thing alone.
    """

    genuine: str = field(repr=False)
    pool_key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def header(self) -> dict[str, Any]:
        return decode(self.genuine.split(".")[0])

    @property
    def claims(self) -> dict[str, Any]:
        return decode(self.genuine.split(".")[1])

    def sign(self, key: rsa.RSAPrivateKey | None = None, **changes: Any) -> str:
        """The genuine token with other claims, under a valid signature; None takes a claim away."""
        claims = {name: value for name, value in {**self.claims, **changes}.items() if value is not None}
        signed = f"{encode(self.header)}.{encode(claims)}"
        signature = (key or self.pool_key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encode(signature)}"


FORGERIES: dict[str, Callable[[Forger], str]] = {
    "no token": lambda _: "no-token",
    "expired": lambda forger: forger.sign(exp=int(time.time()) - 1),
    "another issuer": lambda forger: forger.sign(iss=f"{forger.claims['iss']}x"),
    "another client": lambda forger: forger.sign(aud="another"),
    "no client": lambda forger: forger.sign(aud=None),
    "an access token's use": lambda forger: forger.sign(token_use="access"),
    "no use": lambda forger: forger.sign(token_use=None),
    "no subject": lambda forger: forger.sign(sub=None),
}


@pytest.fixture(scope="module")
def forger(stack: RunningStack) -> Forger:
    pem = stack.folder / "state" / "cognito-pool-keys" / f"{stack.outputs['user_pool_id']}-id.pem"
    key = serialization.load_pem_private_key(pem.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Forger(stack.token(stack.reporter), key)


def test_the_pools_signature_opens_the_route(stack: RunningStack, forger: Forger) -> None:
    """Without this, the refusals below could have any reason."""
    assert stack.report({"sla_error": []}, forger.sign()).status_code == 200


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forgery_is_refused(stack: RunningStack, forger: Forger, forgery: str) -> None:
    answer = stack.report(a_report("forged"), FORGERIES[forgery](forger))
    assert (answer.status_code, answer.json()) == (401, REFUSAL)


@pytest.mark.parametrize("groups", [None, [], ["sla-analysts"], ["sla-reporters-not"], "sla-reporter"])
def test_a_token_without_the_group_is_forbidden(stack: RunningStack, forger: Forger, groups: object) -> None:
    changes: dict[str, Any] = {"cognito:groups": groups}
    token = forger.sign(**changes)
    assert stack.report(a_report("no group"), token).status_code == 403


def test_another_clients_tokens_are_refused(stack: RunningStack) -> None:
    """Signed by the right pool, for the right user: only use and audience are wrong."""
    cognito, pool = stack.aws.client("cognito-idp"), stack.outputs["user_pool_id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="other", ExplicitAuthFlows=SIGN_IN_FLOWS
    )["UserPoolClient"]["ClientId"]
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": stack.reporter["username"], "PASSWORD": stack.reporter["password"]},
    )["AuthenticationResult"]
    for kind in ("IdToken", "AccessToken", "RefreshToken"):
        answer = stack.report(a_report("other client"), tokens[kind])
        assert (answer.status_code, answer.json()) == (401, REFUSAL), kind


@pytest.mark.parametrize("header", ["", "Bearer", "Basic cmVwb3J0ZXI6eA==", "Bearer a b"])
def test_without_a_token_in_the_header_nothing_opens(
    stack: RunningStack, forger: Forger, header: str
) -> None:
    # Nor does one in the address.
    address = f"file_sla_error?token={forger.genuine}&Authorization={forger.genuine}"
    answer = stack.http.post(address, json={"sla_error": []}, headers={"Authorization": header})
    assert answer.status_code == 401
