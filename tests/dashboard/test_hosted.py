"""A host of the dashboard needs two folders of the repository, and Streamlit's settings."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from dashboard.settings import DashboardSettings, name_variable
from local.processes import HOST
from tests.dashboard.hosted import HostedDashboard, copy_needed
from tests.dashboard.test_settings import COMPLETE

_DRAW = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("dashboard/app.py", default_timeout=60).run()
assert not app.exception, app.exception
print(*(field.label for field in app.text_input), *(button.label for button in app.button), sep="\\n")
print(*sys.path, sep="\\n", file=sys.stderr)
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    return copy_needed(tmp_path / "app")


@pytest.fixture
def environment() -> dict[str, str]:
    variables = {name_variable(name): value for name, value in COMPLETE.items()}
    assert DashboardSettings.read(variables)
    return variables


def test_they_draw_the_sign_in_page(app: Path, environment: dict[str, str]) -> None:
    drawn = subprocess.run(
        [sys.executable, "-c", _DRAW],
        cwd=app,
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert drawn.stdout.split("\n")[:3] == ["User name", "Password", "Sign in"]


def test_they_serve_it_by_the_units_own_command(
    app: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
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
