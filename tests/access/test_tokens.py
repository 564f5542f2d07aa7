"""Tokens that were not given by this pool to this client, or not for now: all refused, none crashes."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.access.principals import SIGN_IN_FLOWS
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

HOUR = 3600
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
    own_key: rsa.RSAPrivateKey = field(repr=False)

    @classmethod
    def before(cls, stack: RunningStack, token: str) -> Self:
        pem = stack.folder / "state" / "cognito-pool-keys" / f"{stack.outputs['user_pool_id']}-id.pem"
        key = serialization.load_pem_private_key(pem.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return cls(token, key, rsa.generate_private_key(public_exponent=65537, key_size=2048))

    @property
    def header(self) -> dict[str, Any]:
        return decode(self.genuine.split(".")[0])

    @property
    def claims(self) -> dict[str, Any]:
        return decode(self.genuine.split(".")[1])

    def signed_by_pool(self, **changes: Any) -> str:
        """The genuine token with other claims, under a valid signature; None takes a claim away."""
        claims = {name: value for name, value in {**self.claims, **changes}.items() if value is not None}
        return _signed(self.pool_key, self.header, claims)

    def signed_by_forger(self, **header: Any) -> str:
        """The genuine claims under another key."""
        return _signed(self.own_key, {**self.header, **header}, self.claims)

    def unsigned(self, header: Mapping[str, Any], signature: bytes = b"") -> str:
        """The genuine claims under what is no signature."""
        return ".".join(map(encode, (header, self.claims, signature)))

    def hs256_with_public_key(self) -> str:
        """Signed with a secret that everyone knows: the public key, as text."""
        public = self.pool_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        signed = f"{encode({**self.header, 'alg': 'HS256'})}.{encode(self.claims)}"
        return f"{signed}.{encode(hmac.digest(public, signed.encode(), hashlib.sha256))}"


def _signed(key: rsa.RSAPrivateKey, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    signed = f"{encode(header)}.{encode(claims)}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{encode(signature)}"


WRONG_SIGNATURE: dict[str, Callable[[Forger], str]] = {
    "alg none": lambda forger: forger.unsigned({**forger.header, "alg": "none"}),
    "alg None with something signed": lambda forger: forger.unsigned({**forger.header, "alg": "None"}, b"x"),
    "no algorithm": lambda forger: forger.unsigned({"kid": forger.header["kid"]}),
    "HS256 with the public key": Forger.hs256_with_public_key,
    "another key under the pool's key id": Forger.signed_by_forger,
    "another key under its own id": lambda forger: forger.signed_by_forger(kid="mine"),
    "a key id that is a path": lambda forger: forger.signed_by_forger(kid="../../../../dev/null"),
    "a key id that is no text": lambda forger: forger.signed_by_forger(kid={"a": [1]}),
    "a key at an address sent along": lambda forger: forger.signed_by_forger(jku="http://127.0.0.1:9/"),
    "another header": lambda forger: f"{encode({'alg': 'RS256'})}.{forger.genuine.split('.', 1)[1]}",
    "claims that are no object": lambda forger: f"{encode(forger.header)}.{encode([1])}.{encode(b'x')}",
    "deeply nested claims": lambda forger: (
        f"{encode(forger.header)}.{encode(b'[' * 400 + b']' * 400)}.{encode(b'x')}"
    ),
    "no base64": lambda _: "!.!.!",
    "two dots": lambda _: "..",
    "no token": lambda _: "no-token",
}
WRONG_CLAIMS: dict[str, Callable[[Forger], str]] = {
    "expired": lambda forger: forger.signed_by_pool(exp=int(time.time()) - 1),
    "not yet valid": lambda forger: forger.signed_by_pool(nbf=int(time.time()) + HOUR),
    "issued in the future": lambda forger: forger.signed_by_pool(iat=int(time.time()) + HOUR),
    "an expiry that is no number": lambda forger: forger.signed_by_pool(exp="soon"),
    "another issuer": lambda forger: forger.signed_by_pool(iss=f"{forger.claims['iss']}x"),
    "no issuer": lambda forger: forger.signed_by_pool(iss=None),
    "another client": lambda forger: forger.signed_by_pool(aud="another"),
    "no client": lambda forger: forger.signed_by_pool(aud=None),
    "an access token's use": lambda forger: forger.signed_by_pool(token_use="access"),
    "no use": lambda forger: forger.signed_by_pool(token_use=None),
    "no subject": lambda forger: forger.signed_by_pool(sub=None),
}


@pytest.fixture(scope="module")
def forger(stack: RunningStack) -> Forger:
    return Forger.before(stack, stack.token(stack.reporter))


def test_the_pools_signature_opens_the_route(stack: RunningStack, forger: Forger) -> None:
    """Without this, the refusals below could have any reason."""
    assert stack.report({"sla_error": []}, forger.signed_by_pool()).status_code == 200


@pytest.mark.parametrize("forgery", [*WRONG_SIGNATURE, *WRONG_CLAIMS])
def test_forgery_is_refused(stack: RunningStack, forger: Forger, forgery: str) -> None:
    token = {**WRONG_SIGNATURE, **WRONG_CLAIMS}[forgery](forger)
    answer = stack.report(a_report("forged"), token)
    assert (answer.status_code, answer.json()) == (401, REFUSAL)


@pytest.mark.parametrize("groups", [None, [], ["sla-analysts"], ["sla-reporters-not"], "sla-reporter"])
def test_a_token_without_the_group_is_forbidden(stack: RunningStack, forger: Forger, groups: object) -> None:
    token = forger.signed_by_pool(**{"cognito:groups": groups})
    assert stack.report(a_report("no group"), token).status_code == 403


@pytest.mark.parametrize("claim", ["cognito:groups", "sub", "exp", "aud", "token_use", "cognito:username"])
def test_a_tampered_claim_breaks_the_signature(stack: RunningStack, forger: Forger, claim: str) -> None:
    head, _, signature = forger.genuine.split(".")
    payload = encode({**forger.claims, claim: ["sla-analysts", "sla-reporters"]})
    assert stack.report(a_report("tampered"), f"{head}.{payload}.{signature}").status_code == 401


def test_a_token_of_100_kb_is_refused(stack: RunningStack, forger: Forger) -> None:
    answer = stack.report(a_report("long"), forger.signed_by_pool(padding="x" * 100_000))
    assert answer.status_code == 431  # the server's own limit of headers; AWS's is 10,240 bytes
    assert stack.report({"sla_error": []}, forger.genuine).status_code == 200


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


@pytest.mark.parametrize("header", ["", "Bearer", "Basic cmVwb3J0ZXI6eA==", "Bearer a b", "Bearer\tx"])
def test_a_header_without_a_token_opens_nothing(stack: RunningStack, header: str) -> None:
    answer = stack.http.post("file_sla_error", json={"sla_error": []}, headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.parametrize("parameter", ["token", "Authorization", "access_token"])
def test_a_token_in_the_address_opens_nothing(stack: RunningStack, forger: Forger, parameter: str) -> None:
    address = f"file_sla_error?{parameter}={forger.genuine}"
    assert stack.http.post(address, json={"sla_error": []}).status_code == 401
