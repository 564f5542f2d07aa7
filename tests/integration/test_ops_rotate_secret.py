"""The client secret rotated while users sign in, through the emulated gateway, function and user pool."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import pytest

from ops.__main__ import main as ops
from ops.rotate_secret import AppClient, SecretValue
from ops.stack import Stack
from tests.stands.running_stack import RunningStack


def _rotate(stack: RunningStack, *arguments: str) -> int:
    return ops(["--outputs", str(stack.folder / "outputs.json"), "rotate-secret", "--json", *arguments])


@contextmanager
def _signing_in(stack: RunningStack) -> Iterator[list[int]]:
    """The status of each of the sign-ins that go on meanwhile, with passwords and with refresh tokens."""
    answers: list[int] = []
    ended = threading.Event()
    refresh = {"username": stack.reporter["username"], "refresh_token": _refresh_token(stack)}

    def sign_in() -> None:
        while not ended.is_set():
            answers.extend(stack.auth(body).status_code for body in (stack.reporter, refresh))

    thread = threading.Thread(target=sign_in)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()


def _refresh_token(stack: RunningStack) -> str:
    return str(stack.auth(stack.reporter).json()["refresh_token"])


@pytest.fixture
def app(stack: RunningStack) -> AppClient:
    return AppClient.of(Stack.read(stack.folder / "outputs.json"))


@pytest.fixture
def value(stack: RunningStack) -> SecretValue:
    return SecretValue.of(Stack.read(stack.folder / "outputs.json"))


def test_no_sign_in_fails_while_the_secret_is_rotated(
    stack: RunningStack, app: AppClient, value: SecretValue, capsys: pytest.CaptureFixture[str]
) -> None:
    before = value.read()
    stack.secrets.add(before)
    with _signing_in(stack) as answers:
        assert _rotate(stack, "--wait", "1") == 0
        seen = len(answers)
        while len(answers) < seen + 4:
            pass
    after = value.read()
    stack.secrets.add(after)
    assert set(answers) == {HTTPStatus.OK}
    assert after != before
    assert (app.accepts(before), app.accepts(after)) == (False, True)
    assert len(app.list_secrets()) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"old_deleted": True}
    assert not any(secret in printed.out + printed.err for secret in (before, after))
