"""A server on this machine that answers as a webhook would, and remembers what it was sent."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from botocore.exceptions import ClientError

from handlers.notifications.delivery import Webhooks
from handlers.notifications.sending import Media

SECRET_PATH = "/services/T0SECRET/B0SECRET/x0secret"


@dataclass(frozen=True)
class Scripted:
    """An answer."""

    status: int = 200
    body: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class WebhookServer:
    """What it answers, one after the other and the last for ever, and what came."""

    answers: list[Scripted]
    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hangs: bool = False
    ended: Event = field(default_factory=Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{SECRET_PATH}"

    @property
    def payloads(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


@contextmanager
def serving(*answers: Scripted) -> Iterator[WebhookServer]:
    """A server that runs until the end."""
    received = WebhookServer(list(answers) or [Scripted()])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.headers.append(dict(self.headers))
            received.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            if received.hangs:
                received.ended.wait()
                return
            answer = received.answers.pop(0) if len(received.answers) > 1 else received.answers[0]
            body = answer.body.encode()
            self.send_response(answer.status)
            for key, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    received.port = server.server_port
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield received
    finally:
        received.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


OWNER_TOPICS = "arn:aws:sns:eu-central-1:123456789012:prod-owner-"


@dataclass
class FakeClient:
    """An AWS client that remembers what it was asked for."""

    error: Exception | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)

    def send_email(self, **arguments: Any) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append(arguments)

    publish = send_email


def make_media(
    addresses: dict[str, str] | None = None,
    *,
    mail: Any = None,
    topics: Any = None,
    mail_from: str = "file-sla <sla@example.com>",
) -> Media:
    return Media(
        Webhooks(lambda: json.dumps(addresses or {})),
        ses=mail or FakeClient(),
        topics=topics or FakeClient(),
        mail_from=mail_from,
        owner_topics_prefix=OWNER_TOPICS,
    )


def refused(code: str, text: str = "to orders@example.com") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": text}}, "Operation")
