"""Making tokens: with the pool's own key, with another, or with none."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.stands.running_stack import RunningStack


def decode(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


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
        header: dict[str, Any] = decode(self.genuine.split(".")[0])
        return header

    @property
    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = decode(self.genuine.split(".")[1])
        return claims

    def signed_by_pool(self, **changes: Any) -> str:
        """The genuine token with other claims, under a valid signature; None takes a claim away."""
        return _signed(self.pool_key, self.header, _changed(self.claims, changes))

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


def _changed(claims: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**claims, **changes}.items() if value is not None}


def _signed(key: rsa.RSAPrivateKey, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    signed = f"{encode(header)}.{encode(claims)}"
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{encode(signature)}"
