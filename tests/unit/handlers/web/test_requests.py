"""Who calls, and how large a body may be: what Lambda limits is the event, in which the body is text."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.limits import EVENT_ALLOWANCE_BYTES, MAX_EVENT_BYTES, MAX_REPORT_BYTES
from contract.routes import AUTH, FILE_SLA_ERROR, RouteSpec
from handlers.web.errors import InvalidBodyError, InvalidTokenError, NotInGroupError, TooLargeError
from handlers.web.requests import authorize, measure_in_event, read_body
from tests.stands.events import CLIENT_ID, report_event

HEADER_BYTES = 10_240
"""Of the request line and all headers together (API Gateway quotas)."""


def _in_event(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode()) - len('""')


@given(st.text(st.characters(codec="utf-8")))
def test_body_is_measured_as_the_event_holds_it(text: str) -> None:
    assert measure_in_event(text.encode()) == _in_event(text)


@pytest.mark.parametrize("route", [AUTH, FILE_SLA_ERROR], ids=lambda route: route.path)
@pytest.mark.parametrize("letter", ["a", '"', "\\", "\n", "é", "\x01"])
def test_limit_is_of_the_body_in_the_event(route: RouteSpec, letter: str) -> None:
    letters, rest = divmod(route.max_body_bytes - 1, _in_event(letter))
    text = "a" + letter * letters + "a" * rest
    assert len(read_body({"body": text}, route)) == len(text.encode())
    with pytest.raises(TooLargeError) as refused:
        read_body({"body": f"{text}a"}, route)
    assert f"{route.max_body_bytes + 1:,} bytes" in refused.value.message
    assert f"limit is {route.max_body_bytes:,}" in refused.value.message
    assert "Quotes, backslashes and line ends count twice" in refused.value.message
    assert route.remedy in refused.value.message


def test_base64_is_measured_as_it_is() -> None:
    route = AUTH
    text = base64.b64encode(b'"' * (route.max_body_bytes // 4 * 3)).decode()
    assert len(text) == route.max_body_bytes
    assert read_body({"body": text, "isBase64Encoded": True}, route) == b'"' * (len(text) // 4 * 3)
    with pytest.raises(TooLargeError):
        read_body({"body": f"{text}AAAA", "isBase64Encoded": True}, route)


def test_body_that_is_not_base64_as_the_gateway_says_is_told_as_such() -> None:
    with pytest.raises(InvalidBodyError) as refused:
        read_body({"body": "####", "isBase64Encoded": True}, AUTH)
    assert refused.value.problems[0].problem == "cannot be decoded"


def test_what_stands_beside_the_body_fits_into_the_allowance() -> None:
    """The largest event: nothing but a token in the headers, and nearly nothing but claims in the token."""
    headers = {"Authorization": "x" * HEADER_BYTES}
    event: dict[str, Any] = {
        **report_event("", headers=headers, groups="x" * (HEADER_BYTES * 3 // 4)),
        **dict.fromkeys(("resource", "path", "httpMethod"), "/file_sla_error"),
        **dict.fromkeys(("queryStringParameters", "multiValueQueryStringParameters", "pathParameters")),
        **dict.fromkeys(("stageVariables", "isBase64Encoded")),
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
    }
    event["requestContext"] |= {f"itsFourteenKeys{number}": "x" * 64 for number in range(14)}
    event["requestContext"]["identity"] = {f"itsTwelveKeys{number}": "x" * 32 for number in range(12)}
    assert len(json.dumps(event).encode()) <= EVENT_ALLOWANCE_BYTES
    assert MAX_REPORT_BYTES + EVENT_ALLOWANCE_BYTES == MAX_EVENT_BYTES == 6 * 1024 * 1024


@pytest.mark.parametrize(
    ("claim", "groups"),
    [
        ("sla-reporters", {"sla-reporters"}),
        ("[sla-reporters]", {"sla-reporters"}),
        ("[sla-analysts sla-reporters]", {"sla-analysts", "sla-reporters"}),
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
