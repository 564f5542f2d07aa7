"""Our workflows may do little, and run only what is pinned."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from contract.names import ROOT
from tests.engine.pulumi_cli import built_version

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
ONLY_READS: Final = {"contents": "read"}
TAKES_A_ROLE: Final = {"contents": "read", "id-token": "write"}
ACTIONLINT: Final = ROOT / ".build" / "actionlint" / "actionlint"
"""Where .ci/run builds it."""


def _read(workflow: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(workflow.read_text())
    return content


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_the_token_can_only_read(workflow: Path) -> None:
    content = _read(workflow)
    assert content["permissions"] == ONLY_READS
    for job in content["jobs"].values():
        assert job.get("permissions", ONLY_READS) in (ONLY_READS, TAKES_A_ROLE)
    # It runs a stranger's pull request with our rights.
    assert "pull_request_target" not in workflow.read_text()
    # What there is none of nobody can leak: roles are taken by who runs, and the state is under a KMS key.
    assert "secrets." not in workflow.read_text()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_step_is_pinned_and_bounded(workflow: Path) -> None:
    for job in _read(workflow)["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert "latest" not in job["runs-on"]
        for step in job["steps"]:
            assert "uses" not in step or PINNED.fullmatch(step["uses"])
            # What an event brings must not become part of a command.
            assert "${{" not in step.get("run", "")
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


WITH_A_ROLE: Final = [
    (workflow, job)
    for workflow in WORKFLOWS
    for job in _read(workflow)["jobs"].values()
    if job.get("permissions") == TAKES_A_ROLE
]


def _inputs(job: dict[str, Any], name: str) -> list[str]:
    """What the steps of a job give for an input."""
    return [step["with"][name] for step in job["steps"] if name in step.get("with", {})]


def test_a_job_with_a_role_is_skipped_where_none_is_named_and_for_strangers() -> None:
    assert len(WITH_A_ROLE) == 2
    for workflow, job in WITH_A_ROLE:
        [role] = _inputs(job, "role-to-assume")
        variable = role.removeprefix("${{ ").removesuffix(" }}")
        assert job["if"].startswith(f"{variable} != ''")
        # YAML reads the key `on` as true.
        triggers: Any = _read(workflow).get("on", _read(workflow).get(True))  # type: ignore[call-overload]
        if "pull_request" in triggers:
            assert "head.repo.full_name == github.repository" in job["if"]
        else:
            assert job["environment"]
            assert "github.ref == 'refs/heads/main'" in job["if"]


def test_the_role_is_taken_after_everything_is_installed_and_a_preview_gates_every_update() -> None:
    for _, job in WITH_A_ROLE:
        steps = [step.get("uses", step.get("run", "")) for step in job["steps"]]
        [takes] = [number for number, step in enumerate(steps) if "configure-aws-credentials" in step]
        assert all(step.startswith(("pulumi ", "python -m ops ")) for step in steps[takes + 1 :])
        gate = next(n for n, step in enumerate(steps) if step.startswith("python -m ops check-preview"))
        assert steps[gate - 1] == "pulumi preview --json --non-interactive > preview.json"
        assert all("pulumi up" not in step for step in steps[:gate])
        # The one that the tests use.
        assert _inputs(job, "pulumi-version") == [built_version()]


@pytest.mark.parametrize("name", ["preview", "deploy"])
def test_each_roles_trust_policy_is_bound_to_its_workflow(name: str) -> None:
    [statement] = json.loads((ROOT / "docs" / f"deploy-trust-{name}.json").read_text())["Statement"]
    bound = statement["Condition"]["StringEquals"]
    [job] = _read(ROOT / ".github" / "workflows" / f"{name}.yml")["jobs"].values()
    subject = f"environment:{job['environment']}" if "environment" in job else "pull_request"
    # GitHub's words: the subject of a job with an environment names that, else that of a pull request.
    assert bound["token.actions.githubusercontent.com:sub"] == f"repo:OWNER/REPOSITORY:{subject}"
    assert bound["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"


def test_actionlint_finds_nothing() -> None:
    found = str(ACTIONLINT) if ACTIONLINT.exists() else shutil.which("actionlint")
    if found is None:
        pytest.skip("no actionlint on this machine: .ci/run builds it where Go is")
    # Neither of the tools that it would use where it finds them: the same on every machine.
    linted = subprocess.run(
        [found, "-no-color", "-shellcheck=", "-pyflakes=", *map(str, WORKFLOWS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout
