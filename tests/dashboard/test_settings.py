"""Silence ends in words, whoever is silent."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from contract.moments import utc_now
from dashboard import settings
from dashboard.access.api import AuthApi
from dashboard.access.credentials import IdentityPool
from dashboard.data.cache import Cache
from dashboard.data.metrics import Metrics
from dashboard.data.tables import RecordTable
from dashboard.errors import UnreachableError
from dashboard.settings import DashboardSettings, SettingsError

COMPLETE = {
    "api_url": "https://api.example/dev/",
    "region": "eu-central-1",
    "table_name": "FileSlaErrors",
    "senders_table_name": "FileSlaSenders",
    "incidents_table_name": "FileSlaIncidents",
    "user_pool_id": "eu-central-1_pool",
    "identity_pool_id": "eu-central-1:pool",
    "metrics_namespace": "file-sla-test",
}
VARIABLES = {f"FILE_SLA_{name.upper()}": value for name, value in COMPLETE.items()}


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({**COMPLETE, "alarm_topic_arn": "not ours"}))
    return path


def test_settings_come_from_the_file_of_outputs_and_the_environment_wins(outputs: Path) -> None:
    settings = DashboardSettings.read({"FILE_SLA_OUTPUTS": str(outputs), "FILE_SLA_TABLE_NAME": "Other"})
    assert (settings.table_name, settings.user_pool_id) == ("Other", "eu-central-1_pool")
    assert settings.endpoint_url is None
    # Without its trailing slash.
    assert settings.api_url == "https://api.example/dev"
    assert DashboardSettings.read(VARIABLES) == SETTINGS


def test_what_is_missing_or_wrong_is_named_with_both_ways_to_give_it() -> None:
    with pytest.raises(SettingsError) as caught:
        DashboardSettings.read({})
    assert all(name in str(caught.value) for name in (*VARIABLES, "FILE_SLA_OUTPUTS"))
    with pytest.raises(SettingsError, match="api_url is wrong"):
        DashboardSettings.read({**VARIABLES, "FILE_SLA_API_URL": "ftp://api"})


@pytest.mark.parametrize("content", ["[1]", "no json", None])
def test_a_file_that_is_not_there_or_holds_no_outputs_is_an_error(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "outputs.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match="FILE_SLA_OUTPUTS names"):
        DashboardSettings.read({"FILE_SLA_OUTPUTS": str(path)})


def test_keeping_sessions_takes_key_and_folder() -> None:
    both = {"FILE_SLA_SESSION_KEY_FILE": "/run/key", "FILE_SLA_SESSION_DIR": "/var/lib/file-sla"}
    for name, value in both.items():
        with pytest.raises(SettingsError, match=r"FILE_SLA_SESSION_KEY_FILE and FILE_SLA_SESSION_DIR"):
            DashboardSettings.read({**VARIABLES, name: value})
    settings = DashboardSettings.read({**VARIABLES, **both})
    assert (settings.session_key_file, settings.session_dir) == tuple(map(Path, both.values()))


HALF_A_MINUTE = 30
NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
SETTINGS = DashboardSettings.model_validate(COMPLETE)


@pytest.fixture
def silent_url() -> Iterator[str]:
    """Takes every connection and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def session() -> boto3.session.Session:
    return boto3.session.Session("key", "secret", region_name=SETTINGS.region)


CALLS: dict[str, Callable[[str], object]] = {
    "read an hour": lambda url: list(
        RecordTable(session(), SETTINGS.table_name, url).query_hour(NOW, with_files=True)
    ),
    "list alarms": lambda url: Metrics(session(), "file-sla", url, Cache(utc_now)).list_alarms(),
    "get credentials": lambda url: get_credentials(
        IdentityPool(SETTINGS.model_copy(update={"endpoint_url": url}))
    ),
    "sign in": lambda url: AuthApi(httpx.Client(base_url=url)).sign_in("ana", "p"),
    "renew": lambda url: AuthApi(httpx.Client(base_url=url)).renew("ana", "refresh"),
}


def get_credentials(pool: IdentityPool) -> object:
    credentials = pool.session(lambda: "token").get_credentials()
    return credentials and credentials.get_frozen_credentials()


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_that_is_never_answered_ends(
    silent_url: str, monkeypatch: pytest.MonkeyPatch, call: Callable[[str], object]
) -> None:
    monkeypatch.setattr(settings, "_READ_SECONDS", 0.05)
    for name in ("API_TIMEOUT", "RENEWAL_TIMEOUT"):
        monkeypatch.setattr(f"dashboard.access.api.{name}", httpx.Timeout(0.05))
    with pytest.raises(UnreachableError):
        call(silent_url)


def test_a_silent_call_of_aws_ends_within_half_a_minute_and_one_of_the_api_outlasts_the_gateway() -> None:
    # That every client has it is shown above, by how soon it ends.
    config: Any = settings.build_client_config()
    attempts = config.retries["total_max_attempts"]
    assert attempts * (config.connect_timeout + config.read_timeout) < HALF_A_MINUTE
    assert settings.API_TIMEOUT.read == HALF_A_MINUTE
    assert (settings.API_TIMEOUT.connect or HALF_A_MINUTE) < 5
