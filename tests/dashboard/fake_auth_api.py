"""A stand-in for the service's API that answers as the contract says."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contract.routes import INCIDENT_ACTION
from dashboard.access.analyst import read_claims
from tests.dashboard.fake_actions import FakeActions

ANALYSTS = ("sla-analysts",)


def id_token(username: str, groups: tuple[str, ...] = ANALYSTS) -> str:
    """An ID token in form; its signature is worthless."""
    claims: dict[str, Any] = {"cognito:username": username, "token_use": "id"}
    if groups:
        claims["cognito:groups"] = list(groups)
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "signature"])


@dataclass
class User:
    """A user of the pool."""

    password: str
    groups: tuple[str, ...] = ANALYSTS
    must_change: bool = False


@dataclass
class FakeAuthApi:
    """Users, what was asked, and an answer that comes instead of the right one when set."""

    users: dict[str, User] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    instead: tuple[int, dict[str, Any]] | None = None
    code: str = "123456"
    url: str = ""
    actions: FakeActions = field(default_factory=FakeActions)

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(body)
        if self.instead:
            return self.instead
        if body.get("forgot_password"):
            return 200, {"message": "If this user exists, a code is on its way."}
        user = self.users.get(body["username"])
        if "refresh_token" in body:
            if user and body["refresh_token"] == f"refresh-{body['username']}":
                return self._tokens(body["username"], user)
            return 401, {"message": "no"}
        if "code" in body:
            if user is None or body["code"] != self.code:
                return 401, {"message": "no"}
            user.password = body["new_password"]
            return 200, {"message": "The password is set."}
        if user is None or user.password != body["password"]:
            return 401, {"message": "no"}
        if user.must_change:
            if "new_password" not in body:
                return 403, {"message": "change it", "challenge": "NEW_PASSWORD_REQUIRED"}
            if len(body["new_password"]) < 12:
                problem = {"field": "new_password", "problem": "is too short", "hint": "use 12 characters"}
                return 422, {"message": "The new password is too weak.", "errors": [problem]}
            user.password, user.must_change = body["new_password"], False
        return self._tokens(body["username"], user)

    def _tokens(self, username: str, user: User) -> tuple[int, dict[str, Any]]:
        return 200, {
            "token": id_token(username, user.groups),
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": f"refresh-{username}",
        }


@contextmanager
def serving(api: FakeAuthApi) -> Iterator[FakeAuthApi]:
    """Serves the fake on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith(f"/{INCIDENT_ACTION.path}"):
                username = read_claims(self.headers["Authorization"].removeprefix("Bearer ")).username
                status, answer = api.actions.answer(username, self.headers["Idempotency-Key"], body)
            else:
                status, answer = api.answer(body)
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}/dev"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
