"""With `allowedCidrs` set, the API lets in no other address.

The emulator sees every caller at 127.0.0.1, and asks the policy only on the route without an authorizer.
"""

import json
from http import HTTPStatus
from typing import Any

import pytest

from tests.infra.conftest import declare
from tests.stands.running_stack import RunningStack


@pytest.mark.parametrize(
    ("blocks", "status"),
    [
        ("203.0.113.0/24, 127.0.0.1/32", HTTPStatus.OK),
        ("203.0.113.0/24, 2001:db8::/32", HTTPStatus.FORBIDDEN),
        ("127.0.0.2/32", HTTPStatus.FORBIDDEN),
    ],
)
def test_only_configured_addresses_get_in(stack: RunningStack, blocks: str, status: HTTPStatus) -> None:
    gateway: Any = stack.aws.client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    policy = json.loads(declare(allowedCidrs=blocks).one("RestApiPolicy")["policy"])
    for statement in policy["Statement"]:
        statement["Resource"] = f"{stack.aws.arn('execute-api', api['id'])}/*"
    for value, expected in ((json.dumps(policy), status), ("", HTTPStatus.OK)):
        change = {"op": "replace", "path": "/policy", "value": value}
        gateway.update_rest_api(restApiId=api["id"], patchOperations=[change])
        sign_in = stack.auth(stack.reporter)
        assert sign_in.status_code == expected
        assert expected is HTTPStatus.OK or sign_in.json()["message"]
