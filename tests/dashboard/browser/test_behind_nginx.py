"""The dashboard as it is hosted: behind nginx with TLS, its sessions kept over restarts."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, WebSocket, expect

from dashboard.access.sessions import COOKIE, PATH
from local.processes import HOST
from tests.conftest import BROWSER_TIMEOUT_MS
from tests.dashboard.browser.conftest import Report, open_page
from tests.dashboard.browser.nginx import NAME, Nginx, find_nginx, in_front_of
from tests.dashboard.hosted import HostedDashboard, copy_needed, write_key
from tests.stands.analyst import cell, expect_signed_in, table
from tests.stands.running_stack import RunningStack

pytestmark = pytest.mark.skipif(find_nginx() is None, reason="no nginx on this machine")

VIEW = "/by-date?range=7d&zone=UTC"
CLEAN_EXITS = (0, -signal.SIGTERM)
"""What systemd takes for a clean end."""
SILENCE_MS = 3_000
"""Of a page that is only looked at: longer than what holds around nginx's configuration in these tests."""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hosting")


@pytest.fixture(scope="module")
def dashboard(stack: RunningStack, host: Path) -> Iterator[HostedDashboard]:
    """A dashboard that keeps its sessions. Its log is among those that are searched for secrets."""
    (host / "app").mkdir()
    stack.secrets.add(write_key(host / "session.key"))
    environment = {
        "FILE_SLA_SESSION_KEY_FILE": str(host / "session.key"),
        "FILE_SLA_SESSION_DIR": str(host / "state" / "sessions"),
    }
    outputs = (stack.folder / "outputs.json").resolve()
    dashboard = HostedDashboard(copy_needed(host / "app"), stack.folder / "hosted.log", outputs, environment)
    dashboard.start()
    yield dashboard
    dashboard.stop()


@pytest.fixture(scope="module")
def nginx(stack: RunningStack, dashboard: HostedDashboard, host: Path) -> Iterator[Nginx]:
    (host / "nginx").mkdir()
    with in_front_of(dashboard.port, host / "nginx", stack.folder.resolve() / "nginx") as nginx:
        yield nginx


@pytest.fixture
def page(browser: Browser, nginx: Nginx) -> Iterator[Page]:
    with browser.new_context(
        base_url=nginx.url,
        viewport={"width": 1280, "height": 900},
        timezone_id="Europe/Lisbon",
        ignore_https_errors=True,
    ) as context:
        context.set_default_timeout(BROWSER_TIMEOUT_MS)
        yield context.new_page()


@pytest.fixture
def sockets(page: Page) -> list[WebSocket]:
    """The page's WebSockets, in the order in which they were opened."""
    opened: list[WebSocket] = []
    page.on("websocket", lambda socket: opened.append(socket))
    return opened


def session_cookie(page: Page) -> str:
    (cookie,) = (cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE)
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    return str(cookie["value"])


def look(page: Page, stack: RunningStack, path: str = VIEW) -> None:
    open_page(page, stack, path)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def test_everything_that_a_page_needs_is_let_through_and_nothing_else(
    page: Page, stack: RunningStack, sockets: list[WebSocket], folder: str, report: Report
) -> None:
    report("stuck.csv")
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            refused.append(f"{message.text} {message.location['url']}")

    page.on("console", note)
    look(page, stack)
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()
    for name in ("Overview", "Senders", "By folder", "Service health"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    session_cookie(page)
    assert [socket.url.split(":")[0] for socket in sockets] == ["wss"]
    # Streamlit's page begins with one line of script for crawlers, which nobody misses; and it looks for its
    # server beside the page first.
    expected = ("inline script", "/by-date/_stcore/")
    assert [text for text in refused if not any(known in text for known in expected)] == []
    page.goto(f"/by-date?range=24h&q={folder[-32:]}")
    expect(cell(table(page, "Stuck files"), folder)).to_be_attached()
    # A file is made by what its run has left, and so not before that run has ended.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="CSV", exact=True).click()
    assert folder in downloading.value.path().read_text()
    # A page that is only looked at keeps its connection.
    page.wait_for_timeout(SILENCE_MS)
    assert [socket.is_closed() for socket in sockets[-1:]] == [False]


def test_a_page_goes_on_after_a_restart(page: Page, stack: RunningStack, dashboard: HostedDashboard) -> None:
    look(page, stack)
    page.get_by_text("30 days").click()
    expect(page).to_have_url(re.compile("range=30d"))
    cookie, address = session_cookie(page), page.url
    assert dashboard.stop() in CLEAN_EXITS
    dashboard.start()
    with page.expect_websocket():
        pass
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect_signed_in(page)
    expect(page.get_by_role("heading", name="By date")).to_be_visible()
    assert (session_cookie(page), page.url) == (cookie, address)
    page.get_by_text("7 days").click()
    expect(page).to_have_url(re.compile("range=7d"))
    names = ("hosted.log", "nginx.access.log", "nginx.error.log")
    logs = "".join((stack.folder / name).read_text(errors="replace") for name in names)
    assert "POST /session" in logs
    key = Path(dashboard.environment["FILE_SLA_SESSION_KEY_FILE"]).read_text().strip()
    assert not [secret for secret in (cookie, key, stack.analyst["password"], "eyJ") if secret in logs]


@pytest.fixture
def outside(nginx: Nginx) -> Iterator[httpx.Client]:
    """Somebody on the network, by https."""
    with httpx.Client(
        base_url=f"https://{HOST}:{nginx.https}",
        verify=False,  # noqa: S501 - the certificate is made for the test
        headers={"Host": NAME},
        trust_env=False,
    ) as client:
        yield client


def test_plain_http_is_sent_to_https(nginx: Nginx) -> None:
    plain = f"http://{HOST}:{nginx.http}/by-date?range=7d"
    answer = httpx.get(plain, headers={"Host": NAME}, trust_env=False)
    assert answer.status_code == 301
    assert answer.headers["location"] == f"https://{NAME}/by-date?range=7d"


def test_every_answer_has_the_headers_that_keep_others_out(outside: httpx.Client) -> None:
    assert outside.get("/_stcore/health").text == "ok"
    for path in ("/", "/by-date", PATH, "/_stcore/health", "/_stcore/metrics"):
        headers = outside.get(path).headers
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert not re.search(r"\d", headers["server"].removeprefix("nginx"))


def test_what_no_page_asks_for_is_not_there(outside: httpx.Client) -> None:
    metrics = ("metrics", "/metrics", "health/../metrics", "metrics/")
    others = ("agent/openapi.json", "agent/mcp", "upload_file/a/b")
    asked = [f"/_stcore/{name}" for name in (*metrics, *others)]
    for path in (*asked, "/by-date/_stcore/metrics", "/%5fstcore/metrics"):
        answer = outside.get(path)
        assert (path, answer.status_code) == (path, 404)
        assert "session_events" not in answer.text


def test_a_body_larger_than_a_ticket_is_refused(outside: httpx.Client) -> None:
    assert outside.post(PATH, content="x" * 1025).status_code == 413
    assert outside.post(PATH, content="x" * 43).status_code == 403


def test_a_page_of_another_site_gets_no_connection(outside: httpx.Client, nginx: Nginx) -> None:
    upgrade = {
        "Host": f"{NAME}:{nginx.https}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    for origin in ("https://elsewhere.example", f"https://{NAME}", "null", None):
        headers = {**upgrade, **({"Origin": origin} if origin else {})}
        answer = outside.get("/_stcore/stream", headers=headers)
        assert answer.status_code == 403
        # By the proxy: the dashboard would first look up its own address on the internet.
        assert "nginx" in answer.text
