"""Silence ends in words, whoever is silent."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest

from dashboard import timeouts
from dashboard.access.auth_api import AuthApi
from dashboard.access.credentials import IdentityPool
from dashboard.data.metrics import Metrics
from dashboard.data.record_table import RecordTable
from dashboard.data.single_flight import SingleFlight
from dashboard.errors import UnreachableError
from dashboard.settings import Settings

HALF_A_MINUTE = 30
NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
SETTINGS = Settings(
    api_url="https://api.example",
    region="eu-central-1",
    table_name="FileSlaErrors",
    senders_table_name="FileSlaSenders",
    incidents_table_name="FileSlaIncidents",
    user_pool_id="eu-central-1_pool",
    identity_pool_id="eu-central-1:pool",
    metrics_namespace="file-sla-test",
)


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Takes every connection and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def session() -> boto3.session.Session:
    return boto3.session.Session("key", "secret", region_name=SETTINGS.region)


def read_hour(url: str) -> object:
    return list(RecordTable(session(), SETTINGS.table_name, url).query_hour(NOW, with_files=True))


def read_folder(url: str) -> object:
    return list(RecordTable(session(), SETTINGS.table_name, url).query_folder("F", NOW, NOW))


def read_gateway(url: str) -> object:
    return Metrics(session(), "file-sla", url, SingleFlight()).read_gateway(NOW, NOW, timedelta(minutes=1))


def list_alarms(url: str) -> object:
    return Metrics(session(), "file-sla", url, SingleFlight()).list_alarms()


def get_credentials(url: str) -> object:
    settings = SETTINGS.model_copy(update={"endpoint_url": url})
    return IdentityPool(settings).session(lambda: "token")


def ask_api(url: str, ask: Callable[[AuthApi], object]) -> object:
    with httpx.Client(base_url=url) as http:
        return ask(AuthApi(http))


def sign_in(url: str) -> object:
    return ask_api(url, lambda api: api.sign_in("ana", "p"))


def renew(url: str) -> object:
    return ask_api(url, lambda api: api.renew("ana", "refresh"))


@pytest.mark.parametrize(
    "call", [read_hour, read_folder, read_gateway, list_alarms, get_credentials, sign_in, renew]
)
def test_a_call_that_is_never_answered_ends(
    silent_url: str, monkeypatch: pytest.MonkeyPatch, call: Callable[[str], object]
) -> None:
    monkeypatch.setattr(timeouts, "_READ_SECONDS", 0.05)
    for name in ("API_TIMEOUT", "RENEWAL_TIMEOUT"):
        monkeypatch.setattr(f"dashboard.access.auth_api.{name}", httpx.Timeout(0.05))
    with pytest.raises(UnreachableError):
        call(silent_url)


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(lambda: RecordTable(session(), "T", None)._client, id="table"),
        pytest.param(lambda: Metrics(session(), "N", None, SingleFlight())._client, id="metrics"),
        pytest.param(lambda: IdentityPool(SETTINGS)._identity, id="identity"),
    ],
)
def test_a_silent_call_of_aws_ends_within_half_a_minute(client: Callable[[], Any]) -> None:
    config = client().meta.config
    # As botocore keeps it: how often at most, the first time included.
    attempts = config.retries["total_max_attempts"]
    assert attempts * (config.connect_timeout + config.read_timeout) < HALF_A_MINUTE


def test_a_call_of_the_api_outlasts_the_gateway_and_not_much_more() -> None:
    assert timeouts.API_TIMEOUT.read == HALF_A_MINUTE
    assert (timeouts.API_TIMEOUT.connect or HALF_A_MINUTE) < 5
