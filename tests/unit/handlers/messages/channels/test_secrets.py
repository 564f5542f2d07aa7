"""The address of a webhook is in no error, log or representation, whatever goes wrong."""

import json
import logging
import traceback
from typing import Any

import pytest
import urllib3

from contract.owners.model import Channel
from contract.words import MessageKind
from handlers.messages.channels import posting
from handlers.messages.channels.errors import ChannelError, DeliveryError
from handlers.messages.channels.webhooks import Webhooks
from tests.unit.handlers.messages.channels.sending import make_channels
from tests.unit.handlers.messages.channels.webhook_server import Scripted, serving
from tests.unit.handlers.messages.samples import SLACK, TEAMS, context, single

BOTH = pytest.mark.parametrize("channel", [SLACK, TEAMS], ids=["slack", "teams"])
FAILURES: tuple[Exception, ...] = (
    urllib3.exceptions.LocationParseError("http://127.0.0.1/T0SECRET"),
    urllib3.exceptions.NewConnectionError(None, "http://127.0.0.1/T0SECRET"),  # type: ignore[arg-type]
    urllib3.exceptions.ReadTimeoutError(None, "http://127.0.0.1/T0SECRET", "T0SECRET"),  # type: ignore[arg-type]
    urllib3.exceptions.ProtocolError("T0SECRET"),
    urllib3.exceptions.SSLError("T0SECRET"),
    ValueError("T0SECRET"),
)


def fail(channel: Channel, address: str) -> str:
    """All that is told of a failure, by whoever prints it in full."""
    message = single(MessageKind.BEGIN, channel)
    channels = make_channels({channel.targets[0]: address})
    with pytest.raises((ChannelError, DeliveryError)) as caught:
        channels.deliver(message, context())
    errors: list[BaseException | None] = [caught.value]
    while errors[-1] is not None:
        errors.append(errors[-1].__cause__ or errors[-1].__context__)
    told = [*(repr(error) for error in errors), repr(vars(caught.value)), repr(channels)]
    return "\n".join([*told, *traceback.format_exception(caught.value)])


@BOTH
@pytest.mark.parametrize("status", [302, 400, 403, 404, 410, 429, 500])
def test_no_answer_brings_the_address_into_an_error_or_a_log(
    channel: Channel, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(Scripted(status, "", {"Location": "/T0SECRET"})) as server:
        server.answers = [Scripted(status, f"{server.address} T0SECRET", {"Location": server.address})]
        told = fail(channel, server.address)
    assert "SECRET" not in told
    assert "SECRET" not in caplog.text


@BOTH
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_no_failure_brings_it_there(
    channel: Channel, failure: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def request(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(urllib3.PoolManager, "request", request)
    caplog.set_level(logging.DEBUG)
    assert "SECRET" not in fail(channel, "https://hooks.example.com/T0SECRET")
    assert "SECRET" not in caplog.text


@BOTH
@pytest.mark.parametrize(
    "address",
    [
        "T0SECRET",
        "https://",
        "https://[T0SECRET",
        "gopher://127.0.0.1/T0SECRET",
        "http://127.0.0.1:1/T0SECRET",
    ],
)
def test_no_address_that_is_none_is_told(channel: Channel, address: str) -> None:
    assert "SECRET" not in fail(channel, address)


def test_neither_an_answer_nor_what_asks_for_it_shows_what_it_holds() -> None:
    assert repr(posting.Answer(404, "T0SECRET")) == "Answer(status=404, retry_after=None)"
    assert repr(posting.Poster()) == "Poster()"


def test_what_was_sent_well_is_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving() as server:
        message = single(MessageKind.BEGIN, SLACK)
        make_channels({"orders": server.address}).deliver(message, context())
    assert "SECRET" not in caplog.text


def test_a_secret_that_cannot_be_read_is_not_told() -> None:
    def read() -> str:
        raise RuntimeError(json.dumps({"orders": "https://hooks.example.com/T0SECRET"}))

    webhooks = Webhooks(read)
    with pytest.raises(DeliveryError, match="RuntimeError") as caught:
        webhooks.find("orders")
    assert "SECRET" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    assert repr(webhooks) == "Webhooks()"
