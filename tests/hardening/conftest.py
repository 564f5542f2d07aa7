"""The program with every optional defence on."""

from typing import Any, Final

import pytest

from tests.infra.conftest import Program, declare

ALL_ON: Final[dict[str, Any]] = {
    "domainName": "sla.example.com",
    "domainZoneId": "Z0123456789ABCDEFGHIJ",
    "defaultEndpoint": False,
    "mailFrom": "file-sla <sla@example.com>",
    "mailIdentity": "example.com",
    "allowedCidrs": "203.0.113.0/24, 2001:db8::/32",
    "ownersFile": "tests/samples/owners.yaml",
    "webhooks": {"operations": "https://example.com/operations", "orders": "https://example.com/orders"},
    "dashboardUrl": "https://dashboard.example.com",
    "webAcl": True,
    "webAclAuthLimit": 50,
    "customerManagedKey": True,
    "backupDays": 90,
    "xRayTracing": True,
    "threatProtection": "enforced",
    "authenticatorApps": True,
}


@pytest.fixture(scope="session")
def by_default() -> Program:
    return declare()


@pytest.fixture(scope="session")
def defended() -> Program:
    """The dev stack with every optional defence on."""
    return declare(**ALL_ON)
