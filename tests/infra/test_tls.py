"""Which TLS the API and its domain name speak."""

from typing import Any

import pytest

from tests.infra.conftest import declare
from tests.infra.test_api_domain import HOST, ZONE


@pytest.mark.parametrize(
    ("choice", "policy", "mode"),
    [
        ("tls-1.0", "TLS_1_0", None),
        ("tls-1.2", "SecurityPolicy_TLS13_1_2_PQ_2025_09", "STRICT"),
        ("tls-1.3", "SecurityPolicy_TLS13_1_3_2025_09", "STRICT"),
    ],
)
def test_api_and_name_have_one_policy_with_the_access_mode_that_it_takes(
    choice: str, policy: str, mode: str | None
) -> None:
    program = declare(tlsPolicy=choice, domainName=HOST, domainZoneId=ZONE)
    for resource in (program.one("RestApi"), program.one("DomainName")):
        assert resource["securityPolicy"] == policy
        # A legacy policy is refused with a mode; left out, the provider unsets it.
        assert resource.get("endpointAccessMode") == mode


def test_another_policy_is_another_deployment() -> None:
    shapes: set[Any] = {
        declare(tlsPolicy=choice).one("Deployment")["triggers"]["shape"]
        for choice in ("tls-1.0", "tls-1.2", "tls-1.3")
    }
    assert len(shapes) == 3
