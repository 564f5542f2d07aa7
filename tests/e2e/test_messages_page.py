"""The receiver's page in a browser: messages turn up by themselves, and nothing in them is obeyed."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Final
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from contract.outputs import LocalOutput
from local.messages import SENDER
from tests.conftest import BROWSER_TIMEOUT_MS
from tests.running_stack import RunningStack

HOSTILE: Final = "<img src=x onerror=document.title='obeyed'>"
VIEWPORTS: Final[dict[str, ViewportSize]] = {
    "desk": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}


@pytest.fixture
def receiver_url(stack: RunningStack) -> str:
    return str(stack.outputs[LocalOutput.RECEIVER_URL])


@pytest.fixture(params=VIEWPORTS)
def page(browser: Browser, receiver_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser.new_context(
        base_url=receiver_url,
        viewport=VIEWPORTS[request.param],
        color_scheme="dark" if request.param == "phone" else "light",
    ) as context:
        context.set_default_timeout(BROWSER_TIMEOUT_MS)
        yield context.new_page()


def _faults(page: Page) -> list[str]:
    """What axe holds against the page, whose policy lets no script in but by the browser's own tools."""
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    client = page.context.new_cdp_session(page)
    client.send("Runtime.evaluate", {"expression": axe})
    found = client.send(
        "Runtime.evaluate",
        {
            "expression": "axe.run({iframes: false}).then(found => JSON.stringify(found.violations))",
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    return [f"{one['id']}: {one['help']}" for one in json.loads(found["result"]["value"])]


def test_a_message_turns_up_and_is_shown(page: Page, receiver_url: str) -> None:
    page.goto("/?owner=morning")
    subject = f"{uuid4().hex[:8]} {HOSTILE}"
    text = subject.replace("<", "&lt;").replace(">", "&gt;")
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": subject}}]
    body = {"text": text, "blocks": blocks}
    httpx.post(f"{receiver_url}/slack/morning-in-slack", json=body, trust_env=False).raise_for_status()
    link = page.get_by_role("link", name=subject)
    expect(link).to_be_visible()
    assert _faults(page) == []
    link.click()
    expect(page.get_by_role("article").get_by_role("heading", name=subject)).to_be_visible()
    assert _faults(page) == []
    assert page.title() != "obeyed"
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert width == 0


def test_a_mail_is_in_a_frame_that_runs_nothing(page: Page, stack: RunningStack) -> None:
    subject = f"A mail {uuid4().hex[:8]}"
    html = f"<p>It says {HOSTILE}</p><script>document.body.innerText = 'obeyed'</script><a href='/'>Open</a>"
    content = {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "It says"}, "Html": {"Data": html}}}
    stack.aws.client("sesv2").send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["morning@example.com"]},
        Content={"Simple": content},
    )
    page.goto("/?owner=morning")
    page.get_by_role("link", name=subject).click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_text("It says")).to_be_visible()
    expect(mail.get_by_text("obeyed")).to_have_count(0)
    assert _faults(page) == []
    with page.expect_popup() as opened:
        mail.get_by_role("link", name="Open").click()
    assert opened.value.url.endswith("/")
    assert "/messages/" in page.url
