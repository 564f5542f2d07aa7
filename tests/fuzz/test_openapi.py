"""The published description of the API is current, and the running API keeps to it."""

import json
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from contract.names import ROOT, Group
from contract.routes import INCIDENT_ACTION, ROUTES, RouteSpec
from docs.generate.api import build_openapi
from ops.user_pool import User
from tests.stands.running_stack import RunningStack

CASES = 25
"""For each route and mode in the quick run; ten times as many in the deep one."""
_EXAMPLES = max(CASES, settings().max_examples // 2)


def test_published_document_is_current() -> None:
    """Fix it with: make docs."""
    assert json.loads((ROOT / "docs" / "openapi.json").read_text()) == build_openapi()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_running_api_keeps_to_the_document(
    stack: RunningStack, route: RouteSpec, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(build_openapi())
    schema.config.update(base_url=stack.api_url)
    schema.config.checks.negative_data_rejection.expected_statuses = ["4xx"]
    headers = {"Authorization": f"Bearer {stack.token(_member(stack, route.group))}"} if route.group else {}
    statuses: Counter[int] = Counter()

    @settings(max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(case=schema[f"/{route.path}"]["POST"].as_strategy(generation_mode=mode))
    def answers_as_described(case: Any) -> None:
        answer = case.call(headers=headers)
        statuses[answer.status_code] += 1
        assert answer.status_code < 500
        if answer.status_code == 422:
            assert all(error["field"] and error["hint"] for error in answer.json()["errors"])
        # Not every rule fits a schema: a name that is not blank, a moment that is not in the future.
        case.validate_response(answer, headers=headers, excluded_checks=[positive_data_acceptance])

    answers_as_described()
    assert sum(statuses.values()) >= CASES
    if mode is GenerationMode.POSITIVE:
        # An incident or a sender of a made-up name is not known.
        assert statuses[404 if route is INCIDENT_ACTION else 200] > 0
    else:
        assert statuses[422] > CASES / 3


def _member(stack: RunningStack, group: Group) -> User:
    return {Group.REPORTERS: stack.reporter, Group.ANALYSTS: stack.analyst}[group]
