"""Which TLS the API speaks, in API Gateway's words.

API Gateway has legacy policies (`TLS_1_0`, `TLS_1_2`) and enhanced ones (`SecurityPolicy_…`). An enhanced
one needs an endpoint access mode, and a legacy one must have none ("Security policies for REST APIs").
`TLS_1_2` is left out: AWS does not take an API from `TLS_1_0` to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

TlsPolicy = Literal["tls-1.0", "tls-1.2", "tls-1.3"]
"""The oldest version that is spoken."""


@dataclass(frozen=True)
class TlsTerms:
    """What API and domain name are told."""

    security_policy: str
    endpoint_access_mode: str | None
    """`STRICT`: a request's host must be the one of its TLS handshake. None unsets it: the provider sends an
    empty mode with the same call that changes the policy, as AWS wants it."""


TLS_TERMS: Final[Mapping[TlsPolicy, TlsTerms]] = {
    "tls-1.0": TlsTerms("TLS_1_0", None),
    "tls-1.2": TlsTerms("SecurityPolicy_TLS13_1_2_PQ_2025_09", "STRICT"),
    "tls-1.3": TlsTerms("SecurityPolicy_TLS13_1_3_2025_09", "STRICT"),
}
