from typing import Any

import pytest

from contract.routes import AUTH, FILE_SLA_ERROR
from handlers.web.caller import authorize
from handlers.web.errors import InvalidTokenError, NotInGroupError
from tests.events import CLIENT_ID, report_event


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("sla-reporters", {"sla-reporters"}),
        ("sla-analysts,sla-reporters", {"sla-analysts", "sla-reporters"}),
        ("[sla-reporters]", {"sla-reporters"}),
        ("[sla-analysts sla-reporters]", {"sla-analysts", "sla-reporters"}),
        ("", set()),
        (None, set()),
    ],
)
def test_groups_are_read_in_every_form_a_gateway_sends(claim: str | None, groups: set[str]) -> None:
    assert authorize(report_event({}, groups=claim), AUTH, CLIENT_ID).groups == groups


@pytest.mark.parametrize("claim", ["sla-reporters-old", "not-sla-reporters", "SLA-REPORTERS", None])
def test_only_the_very_group_will_do(claim: str | None) -> None:
    with pytest.raises(NotInGroupError, match="sla-reporters"):
        authorize(report_event({}, groups=claim), FILE_SLA_ERROR, CLIENT_ID)


@pytest.mark.parametrize(
    "event",
    [
        report_event({}, token_use="access"),
        report_event({}, subject=""),
        report_event({}, audience="client-2"),
        {"requestContext": {"authorizer": None}},
        {"requestContext": {}},
        {},
    ],
)
def test_anything_but_a_verified_id_token_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        authorize(event, FILE_SLA_ERROR, CLIENT_ID)


def test_caller_has_a_name_and_else_goes_by_the_subject() -> None:
    event = report_event({}, subject="subject-1")
    assert authorize(event, FILE_SLA_ERROR, CLIENT_ID).username == "reporter"
    for nameless in ("", None):
        event["requestContext"]["authorizer"]["claims"]["cognito:username"] = nameless
        assert authorize(event, FILE_SLA_ERROR, CLIENT_ID).username == "subject-1"
