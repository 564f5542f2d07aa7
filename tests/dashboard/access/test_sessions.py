"""Sessions in memory, and the cookie that leads a browser back to one."""

import asyncio
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock, create_autospec

import httpx
import pytest
from starlette.applications import Starlette

from dashboard.access.analyst import Analyst
from dashboard.access.kept_sessions import KeptSession, SessionFolder
from dashboard.access.sessions import (
    COOKIE,
    IDLE_LIMIT,
    KEEP_INTERVAL,
    PATH,
    TICKET_LIFETIME,
    Session,
    SessionStore,
    build_cookie_route,
)
from dashboard.errors import DashboardError, NotAnAnalystError, SessionExpiredError, UnreachableError
from tests.dashboard.clocks import NOW, StoppedClock
from tests.stands.own_loop import run_in_own_loop


@pytest.fixture
def sessions(clock: StoppedClock) -> SessionStore:
    return SessionStore(clock, None, restore=Mock(side_effect=AssertionError("nothing was kept")))


def make_session(clock: StoppedClock, refresh_token: str | None = None) -> Any:
    analyst = create_autospec(Analyst, instance=True, refresh_token=refresh_token)
    analyst.username = "ana"
    return Session(analyst, Mock(), Mock(), Mock(), Mock(), clock())


def find(sessions: SessionStore, session_id: str) -> Any:
    session = sessions.find(session_id)
    assert session
    return session


HOST = "https://dashboard.example"


def ask(
    sessions: SessionStore,
    method: str,
    content: str | bytes = "",
    cookie: str | None = None,
    origin: str | None = HOST,
) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[build_cookie_route(lambda: sessions)]))
        cookies = {COOKIE: cookie} if cookie else {}
        headers = {"Origin": origin} if origin else {}
        async with httpx.AsyncClient(transport=transport, base_url=HOST, cookies=cookies) as client:
            return await client.request(method, PATH, content=content, headers=headers)

    return run_in_own_loop(send)


@pytest.mark.parametrize(("method", "call"), [("POST", "redeem"), ("DELETE", "end")])
def test_while_sessions_are_being_restored_nobody_elses_page_stands_still(
    sessions: SessionStore, monkeypatch: pytest.MonkeyPatch, method: str, call: str
) -> None:
    asked, free = threading.Event(), threading.Event()
    waited: list[bool] = []

    def wait(_: str) -> None:
        asked.set()
        waited.append(free.wait(5))

    async def go_on() -> None:
        while not asked.is_set():
            await asyncio.sleep(0.001)
        free.set()

    async def both() -> None:
        transport = httpx.ASGITransport(Starlette(routes=[build_cookie_route(lambda: sessions)]))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            await asyncio.gather(client.request(method, PATH, headers={"Origin": HOST}), go_on())

    monkeypatch.setattr(sessions, call, wait)
    run_in_own_loop(both)
    assert waited == [True]


def test_a_session_is_found_by_its_id_alone_which_nobody_can_guess(
    sessions: SessionStore, clock: StoppedClock
) -> None:
    first, second = (sessions.begin(make_session(clock)) for _ in range(2))
    assert sessions.find(first) is not sessions.find(second)
    for wrong in (None, "", "guess"):
        assert sessions.find(wrong) is None
    for secret in (first, sessions.ticket(first)):
        # Of 64 characters: 256 bits.
        assert len(secret) * 6 >= 256


@pytest.mark.parametrize("refusal", [SessionExpiredError(), NotAnAnalystError("sla-analysts")])
def test_a_session_whose_analyst_may_no_longer_read_is_ended_and_no_other(
    sessions: SessionStore, clock: StoppedClock, refusal: DashboardError
) -> None:
    session = make_session(clock)
    other, session_id = sessions.begin(make_session(clock)), sessions.begin(session)
    # Without an answer it goes on.
    session.analyst.verify.side_effect = UnreachableError("The sign-in service")
    with pytest.raises(UnreachableError):
        sessions.verify(session)
    session.analyst.verify.side_effect = refusal
    with pytest.raises(type(refusal)):
        sessions.verify(session)
    assert sessions.find(session_id) is None
    assert sessions.find(other)


def test_who_still_holds_a_session_that_was_ended_or_left_idle_is_refused(
    sessions: SessionStore, clock: StoppedClock
) -> None:
    ended, idle = make_session(clock), make_session(clock)
    sessions.end(sessions.begin(ended))
    sessions.begin(idle)
    clock.now += IDLE_LIMIT + timedelta(seconds=1)
    for session in (ended, idle):
        with pytest.raises(SessionExpiredError):
            sessions.verify(session)
        session.analyst.verify.assert_not_called()


def test_a_ticket_works_once_and_not_for_long(sessions: SessionStore, clock: StoppedClock) -> None:
    session_id = sessions.begin(make_session(clock))
    ticket, late = sessions.ticket(session_id), sessions.ticket(session_id)
    assert sessions.redeem(ticket) == session_id
    assert sessions.redeem(ticket) is None
    clock.now = NOW + TICKET_LIFETIME
    assert sessions.redeem(late) is None


def test_a_ticket_is_traded_for_a_cookie_that_scripts_and_other_sites_cannot_use(
    sessions: SessionStore, clock: StoppedClock
) -> None:
    session_id = sessions.begin(make_session(clock))
    answer = ask(sessions, "POST", sessions.ticket(session_id))
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 204
    assert cookie.startswith(f"{COOKIE}={session_id};")
    assert COOKIE.startswith("__Host-")
    for attribute in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(("ticket", "status"), [("guess", 403), ("", 403), ("x" * 300, 413), (b"\xff", 403)])
def test_without_a_ticket_there_is_no_cookie(
    sessions: SessionStore, clock: StoppedClock, ticket: str | bytes, status: int
) -> None:
    sessions.begin(make_session(clock))
    answer = ask(sessions, "POST", ticket)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{HOST}.evil.example", f"{HOST}:8443", "null", None]
)
def test_a_page_of_another_site_neither_signs_its_reader_in_nor_out(
    sessions: SessionStore, clock: StoppedClock, origin: str | None
) -> None:
    session_id = sessions.begin(make_session(clock))
    ticket = sessions.ticket(session_id)
    refused = [ask(sessions, "POST", ticket, origin=origin), ask(sessions, "DELETE", "", session_id, origin)]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert not [answer for answer in refused if "set-cookie" in answer.headers]
    assert sessions.find(session_id)
    assert ask(sessions, "POST", ticket).status_code == 204


def test_deleting_the_session_clears_the_cookie_and_ends_it(
    sessions: SessionStore, clock: StoppedClock
) -> None:
    session_id = sessions.begin(make_session(clock))
    answer = ask(sessions, "DELETE", cookie=session_id)
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert sessions.find(session_id) is None


@pytest.fixture
def restart(tmp_path: Path, clock: StoppedClock) -> Callable[[], SessionStore]:
    """The sessions of a process that has just started, with those that an earlier one kept."""

    def restore(kept: KeptSession) -> Session:
        session: Session = make_session(clock, kept.refresh_token)
        return session

    return lambda: SessionStore(clock, SessionFolder(tmp_path / "sessions", (bytes(32),)), restore)


def list_files(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "sessions").iterdir())


def test_idle_time_counts_through_restarts_and_a_session_in_use_is_written_now_and_then(
    restart: Callable[[], SessionStore], clock: StoppedClock, tmp_path: Path
) -> None:
    sessions = restart()
    session_id = sessions.begin(make_session(clock, "refresh"))
    [path] = list_files(tmp_path)
    first = path.read_bytes()
    sessions.find(session_id)
    assert path.read_bytes() == first
    clock.now += KEEP_INTERVAL
    sessions.find(session_id)
    assert path.read_bytes() != first
    for _ in range(2):
        clock.now += IDLE_LIMIT - timedelta(minutes=1)
        assert restart().find(session_id)
    clock.now += IDLE_LIMIT + timedelta(minutes=1)
    assert restart().find(session_id) is None
    assert not list_files(tmp_path)


def test_who_signed_out_stays_signed_out_also_of_a_process_that_has_not_seen_the_session(
    restart: Callable[[], SessionStore], clock: StoppedClock, tmp_path: Path
) -> None:
    session_id = restart().begin(make_session(clock, "refresh"))
    restart().end(session_id)
    assert restart().find(session_id) is None
    assert not list_files(tmp_path)


def test_files_that_nobody_comes_back_to_go_with_the_next_sign_in(
    restart: Callable[[], SessionStore], clock: StoppedClock, tmp_path: Path
) -> None:
    restart().begin(make_session(clock, "refresh"))
    [path] = list_files(tmp_path)
    os.utime(path, (clock.now.timestamp(),) * 2)
    clock.now += IDLE_LIMIT + timedelta(minutes=1)
    again = restart().begin(make_session(clock, "refresh"))
    assert len(list_files(tmp_path)) == 1
    assert restart().find(again)


def test_a_new_refresh_token_takes_the_place_of_the_old_one_at_once(
    restart: Callable[[], SessionStore], clock: StoppedClock
) -> None:
    sessions = restart()
    session = make_session(clock, "refresh")
    session_id = sessions.begin(session)
    session.analyst.verify.side_effect = lambda: setattr(session.analyst, "refresh_token", "rotated")
    sessions.verify(session)
    assert find(restart(), session_id).analyst.refresh_token == "rotated"
