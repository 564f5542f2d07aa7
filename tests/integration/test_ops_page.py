"""docs/ops.md: its commands run in their order, and each calls what the page says that it needs."""

import json
import re
import shlex
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

from contract.names import OUTPUTS_VARIABLE, ROOT
from ops.__main__ import main
from ops.export import FILE_COLUMNS, RECORD_COLUMNS
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

TEXT = (ROOT / "docs" / "ops.md").read_text()
COMMANDS = [
    command
    for block in re.findall(r"^```bash\n(.+?)^```", TEXT, re.MULTILINE | re.DOTALL)
    for command in block.splitlines()
]
NOT_CALLED = {
    # Only of a user who was half made, who signed in once, or who is found under another spelling.
    "users create": {"cognito-idp:AdminListGroupsForUser", "cognito-idp:AdminUpdateUserAttributes"},
    "users password": {"cognito-idp:AdminResetUserPassword"},
    "users groups": {"cognito-idp:AdminRemoveUserFromGroup"},
    # Only with --sender, which no command of the page has.
    "export": {"dynamodb:Scan"},
    # Only of a stack with webAcl or backupDays.
    "doctor": {"backup:ListBackupPlans", "wafv2:GetWebACLForResource"},
    # Only where mail goes through topics.
    "owners channels": {"sns:ListSubscriptionsByTopic"},
    "incidents rebuild": {"dynamodb:BatchGetItem", "dynamodb:Query"},
}
NOT_RUN = {"forget", "owners enable", "owners test", "senders release", "senders delete-runs"}
"""What wants a stack that something is wrong with, or an owner whose channels take a test."""
OF_WHO_IS_NOT_FOUND = {"cognito-idp:ListUsers"}
"""A user whom the pool does not find is looked for in its list."""


def _name(arguments: list[str]) -> str:
    return " ".join(arguments[: 2 if arguments[0] in {"users", "incidents", "owners"} else 1])


def _needs() -> dict[str, set[str]]:
    table = TEXT.partition("## What each command needs")[2]
    rows = re.findall(r"^\| `([^|]+)` \| (.+) \|$", table, re.MULTILINE)
    return {command: set(re.findall(r"`(\w+(?:-\w+)*:\w+)`", needs)) for command, needs in rows}


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The actions that were asked for since it was emptied."""
    actions: set[str] = set()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def noted(self: Any, operation: str, arguments: Any) -> Any:
        service = self.meta.service_model.service_name
        # IAM knows this service's actions by their methods.
        actions.add("apigateway:GET" if service == "apigateway" else f"{service}:{operation}")
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", noted)
    return actions


def test_the_commands_of_the_page_run_and_need_what_it_says(
    stack: RunningStack,
    called: set[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(stack.folder / "outputs.json"))
    monkeypatch.chdir(tmp_path)
    Path("owners.yaml").write_text((ROOT / "docs" / "owners.example.yaml").read_text())
    stack.report(a_report("D:\\Inbound"), stack.token(stack.reporter)).raise_for_status()
    made: dict[str, set[str]] = defaultdict(set)
    for command in COMMANDS:
        name, *arguments = shlex.split(command)
        assert name == "file-sla", command
        called.clear()
        more = ["--wait", "0"] if arguments[0] == "rotate-secret" else []
        code = main([*arguments, *more, "--json"])
        document = json.loads(capsys.readouterr().out)
        if "password" in document:
            stack.secrets.add(document["password"])
        # What the doctor finds is other tests' doing.
        assert code == 0 or arguments == ["doctor"], (command, document)
        made[_name(arguments)] |= called
    for user in ("files-01", "ana"):
        main(["users", "remove", user])
    needs = _needs()
    assert made.keys() == needs.keys() - NOT_RUN
    for name, actions in made.items():
        assert actions <= needs[name], name
        assert needs[name] - actions <= NOT_CALLED.get(name, set()) | OF_WHO_IS_NOT_FOUND, name
    assert {file.name for file in tmp_path.iterdir()} == {
        "november.parquet", "morning.csv", "records.csv", "inbound.csv", "owners.yaml",
    }  # fmt: skip


def test_the_page_tells_every_column() -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", TEXT, re.MULTILINE)
    told = set(re.findall(r"`(\w+)`", " ".join(rows)))
    assert {column.name for column in (*FILE_COLUMNS, *RECORD_COLUMNS)} <= told
