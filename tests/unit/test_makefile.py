"""What make does for someone who has just arrived: nothing is installed unasked."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from contract.names import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout in which nothing was installed yet, as far as make can tell."""
    for file in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


def _make(folder: Path, *targets: str) -> str:
    # What the make that runs the tests was told is not for this one.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    done = subprocess.run(
        ["make", *targets],  # noqa: S607 - whichever make there is
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert not (folder / ".venv").exists()
    return done.stdout


def test_make_alone_lists_every_target(fresh: Path) -> None:
    [phony] = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    listed = dict(re.findall(r"^  make ([\w-]+) +(\S.*)$", _make(fresh), re.MULTILINE))
    assert sorted(listed) == sorted(phony.split())


def test_cleaning_up_needs_no_installation_and_stops_a_stack_first(fresh: Path) -> None:
    (fresh / ".build").mkdir()
    assert "Nothing was running." in _make(fresh, "clean")
    assert not (fresh / ".build").exists()
    (fresh / ".local").mkdir()
    (fresh / ".local" / "processes.json").write_text("{}")
    python = fresh / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "ran: $*"\n')
    python.chmod(0o700)
    assert "ran: -m local down" in _make(fresh, "clean")
    assert not (fresh / ".local").exists()


def test_the_hooks_before_a_commit_run_what_make_check_runs() -> None:
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    recipe = MAKEFILE.partition("\ncheck: ")[2].split("\n\n")[0].splitlines()[1:]
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert entries == [line.strip("\t@").replace("$(BIN)", ".venv/bin") for line in recipe]
