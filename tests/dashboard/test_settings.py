import json
from pathlib import Path

import pytest

from dashboard.settings import Settings, SettingsError

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


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    path = tmp_path / "outputs.json"
    path.write_text(json.dumps({**COMPLETE, "alarm_topic_arn": "not ours"}))
    return path


def test_everything_can_come_from_the_file_of_outputs(outputs: Path) -> None:
    settings = Settings.read({"FILE_SLA_OUTPUTS": str(outputs)})
    assert settings.table_name == "FileSlaErrors"
    assert settings.endpoint_url is None


def test_everything_can_come_from_the_environment() -> None:
    environment = {f"FILE_SLA_{name.upper()}": value for name, value in COMPLETE.items()}
    assert Settings.read(environment).user_pool_id == "eu-central-1_pool"


def test_the_environment_wins_over_the_file(outputs: Path) -> None:
    settings = Settings.read({"FILE_SLA_OUTPUTS": str(outputs), "FILE_SLA_TABLE_NAME": "Other"})
    assert settings.table_name == "Other"


def test_the_api_url_loses_its_trailing_slash(outputs: Path) -> None:
    assert Settings.read({"FILE_SLA_OUTPUTS": str(outputs)}).api_url == "https://api.example/dev"


def test_what_is_missing_is_named_with_both_ways_to_give_it() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.read({})
    for name in COMPLETE:
        assert f"FILE_SLA_{name.upper()}" in str(caught.value)
    assert "FILE_SLA_OUTPUTS" in str(caught.value)


def test_a_wrong_value_is_named() -> None:
    environment = {f"FILE_SLA_{name.upper()}": value for name, value in COMPLETE.items()}
    with pytest.raises(SettingsError, match="api_url is wrong"):
        Settings.read({**environment, "FILE_SLA_API_URL": "ftp://api"})


def test_a_setting_that_went_away_is_named_with_what_replaced_it() -> None:
    environment = {f"FILE_SLA_{name.upper()}": value for name, value in COMPLETE.items()}
    with pytest.raises(SettingsError, match=r"FILE_SLA_QUIET_MINUTES is no longer used.*incident"):
        Settings.read({**environment, "FILE_SLA_QUIET_MINUTES": "120"})
    assert Settings.read({**environment, "FILE_SLA_QUIET_MINUTES": ""}).region == "eu-central-1"


@pytest.mark.parametrize("content", ["", "[1]", "no json"])
def test_a_file_that_holds_no_outputs_is_an_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "outputs.json"
    path.write_text(content)
    with pytest.raises(SettingsError, match="FILE_SLA_OUTPUTS names"):
        Settings.read({"FILE_SLA_OUTPUTS": str(path)})


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FILE_SLA_OUTPUTS names"):
        Settings.read({"FILE_SLA_OUTPUTS": str(tmp_path / "none.json")})


@pytest.mark.parametrize("given", ["FILE_SLA_SESSION_KEY_FILE", "FILE_SLA_SESSION_DIR"])
def test_keeping_sessions_takes_key_and_folder(outputs: Path, given: str) -> None:
    both = {"FILE_SLA_SESSION_KEY_FILE": "/run/key", "FILE_SLA_SESSION_DIR": "/var/lib/file-sla"}
    environment = {"FILE_SLA_OUTPUTS": str(outputs)}
    with pytest.raises(SettingsError, match=r"FILE_SLA_SESSION_KEY_FILE and FILE_SLA_SESSION_DIR"):
        Settings.read({**environment, given: both[given]})
    settings = Settings.read({**environment, **both})
    assert (settings.session_key_file, settings.session_dir) == tuple(map(Path, both.values()))
    assert Settings.read(environment).session_key_file is None
