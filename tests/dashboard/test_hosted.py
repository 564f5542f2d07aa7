"""A host of the dashboard needs two folders of the repository, and Streamlit's settings."""

from pathlib import Path

import httpx

from dashboard.settings import name_variable
from local.processes import HOST
from tests.dashboard.hosted import HostedDashboard, copy_needed
from tests.dashboard.test_settings import COMPLETE


def test_a_host_with_no_more_than_it_needs_serves_it_by_the_units_own_command(tmp_path: Path) -> None:
    environment = {name_variable(name): value for name, value in COMPLETE.items()}
    (tmp_path / "app").mkdir()
    app = copy_needed(tmp_path / "app")
    (tmp_path / "outputs.json").write_text("{}")
    dashboard = HostedDashboard(app, tmp_path / "log", tmp_path / "outputs.json", environment)
    dashboard.start()
    try:
        url = f"http://{HOST}:{dashboard.port}"
        assert httpx.get(f"{url}/_stcore/health", trust_env=False).text == "ok"
        assert "<script" in httpx.get(f"{url}/by-date", trust_env=False).text
        # The routes of the cookie are there too: a POST without a ticket is refused by them.
        assert httpx.post(f"{url}/session", trust_env=False).status_code == 403
    finally:
        dashboard.stop()
