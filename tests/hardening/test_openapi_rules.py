"""The published description of the API keeps the rules of the tools that read it: redocly's and spectral's.

Both come from npm, and are installed ahead; nothing is fetched here. Where one is missing, its tests are
skipped and say how to get it.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from contract.names import ROOT

RULES: Final = Path(__file__).with_name("openapi_rules")
INSTALLED: Final = ROOT / ".build" / "openapi-rules"
DOCUMENT: Final = ROOT / "docs" / "openapi.json"
LINTERS: Final = {
    "redocly": ("lint", f"--config={RULES / 'redocly.yaml'}"),
    "spectral": ("lint", f"--ruleset={RULES / 'spectral.yaml'}", "--fail-severity=hint"),
}
# Neither tells anyone that it ran, nor asks whether there is a newer one.
QUIET: Final = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


@pytest.fixture(params=LINTERS)
def linter(request: pytest.FixtureRequest) -> Sequence[str]:
    """The command of one linter, all but the document."""
    name: str = request.param
    path = os.pathsep.join([str(INSTALLED / "node_modules" / ".bin"), os.environ["PATH"]])
    if (found := shutil.which(name, path=path)) is None:
        pytest.skip(
            f"{name} is not installed: mkdir -p {INSTALLED.relative_to(ROOT)} "
            f"&& cp -r {RULES.relative_to(ROOT)}/. {INSTALLED.relative_to(ROOT)} "
            f"&& npm ci --prefix {INSTALLED.relative_to(ROOT)}"
        )
    return [found, *LINTERS[name]]


def _lint(linter: Sequence[str], document: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*linter, str(document)],
        cwd=document.parent,
        env=os.environ | QUIET,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_document_breaks_no_rule(linter: Sequence[str]) -> None:
    done = _lint(linter, DOCUMENT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_lock_leaves_open_where_packages_come_from() -> None:
    packages = json.loads((RULES / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
