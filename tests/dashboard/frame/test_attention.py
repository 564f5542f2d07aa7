"""Where the focus goes and what is told, from page to page."""

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import sign_in

OVERVIEW, SENDERS, RUNBOOK = (f"views/{name}.py" for name in ("overview", "senders", "runbook"))


def attention(app: AppTest) -> dict[str, Any]:
    """What the browser was given at the end of the last run."""
    [given] = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "attention"
    ]
    return dict(given)


def test_after_signing_in_the_focus_goes_to_the_content(app: AppTest) -> None:
    sign_in(app.run())
    assert attention(app)["focus"]["anchor"] == "title"
    assert attention(app)["told"] == "Overview"


def test_the_focus_goes_to_the_title_of_another_page_and_stays_where_it_is_on_the_same(
    signed_in: AppTest,
) -> None:
    signed_in.switch_page(OVERVIEW).run()
    assert attention(signed_in)["focus"] is None
    signed_in.switch_page(SENDERS).run()
    moved = attention(signed_in)["focus"]
    assert moved["anchor"] == "title"
    # The browser acts on a token once: looking again moves nothing.
    assert attention(signed_in.run())["focus"] == moved


@pytest.mark.parametrize("before", [None, SENDERS])
def test_a_link_to_a_section_of_the_runbook_leads_there_from_anywhere(
    signed_in: AppTest, before: str | None
) -> None:
    if before:
        signed_in.switch_page(before).run()
    signed_in.query_params["section"] = "silent-senders"
    signed_in.switch_page(RUNBOOK).run()
    assert attention(signed_in)["focus"]["anchor"] == "silent-senders"


def test_a_section_that_is_none_leads_nowhere(signed_in: AppTest) -> None:
    signed_in.query_params["section"] = "<script>"
    signed_in.switch_page(RUNBOOK).run()
    assert (attention(signed_in)["focus"] or {}).get("anchor") in (None, "title")
