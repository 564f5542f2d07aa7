"""With `allowedCidrs` set, the API lets in no other address.

The emulator sees every caller at 127.0.0.1, and asks the policy only on the route without an authorizer.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import pytest

from tests.infra.conftest import declare
from tests.stands.running_stack import RunningStack


@contextmanager
def _open_to(stack: RunningStack, blocks: str) -> Iterator[None]:
    """Within this block, the API has the policy that the program declares for these addresses."""
    gateway: Any = stack.aws.client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    arn = stack.aws.arn("execute-api", api["id"])
    policy = json.loads(declare(allowedCidrs=blocks).one("RestApiPolicy")["policy"])
    for statement in policy["Statement"]:
        statement["Resource"] = f"{arn}/*"
    _set_policy(gateway, api["id"], json.dumps(policy))
    try:
        yield
    finally:
        _set_policy(gateway, api["id"], "")


def _set_policy(gateway: Any, api_id: str, policy: str) -> None:
    change = {"op": "replace", "path": "/policy", "value": policy}
    gateway.update_rest_api(restApiId=api_id, patchOperations=[change])


@pytest.mark.parametrize(
    ("blocks", "status"),
    [
        ("127.0.0.0/8", HTTPStatus.OK),
        ("203.0.113.0/24, 127.0.0.1/32", HTTPStatus.OK),
        ("203.0.113.0/24, 2001:db8::/32", HTTPStatus.FORBIDDEN),
        ("127.0.0.2/32", HTTPStatus.FORBIDDEN),
    ],
)
def test_only_configured_addresses_get_in(stack: RunningStack, blocks: str, status: HTTPStatus) -> None:
    with _open_to(stack, blocks):
        sign_in = stack.auth(stack.reporter)
    assert sign_in.status_code == status
    assert sign_in.json()["message"]
    assert stack.auth(stack.reporter).status_code == HTTPStatus.OK
