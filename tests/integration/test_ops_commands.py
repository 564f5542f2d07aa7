"""The commands of owners over a running stack: users who then report, exports, and what the doctor finds."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pytest

from contract.names import PROJECTION
from contract.text import FORMULA
from ops.__main__ import main
from store.records import Attribute, FileAttribute
from tests.stands.events import a_report
from tests.stands.running_stack import RunningStack

Ops = Callable[..., tuple[int, Any]]


@pytest.fixture
def ops(stack: RunningStack, capsys: pytest.CaptureFixture[str]) -> Ops:
    """Runs a command, and returns its exit code and its document."""

    def run(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["--outputs", str(stack.folder / "outputs.json"), "--json", *arguments])
        document = json.loads(capsys.readouterr().out)
        if isinstance(document, dict) and "password" in document:
            stack.secrets.add(document["password"])
        return code, document

    return run


def test_a_reporter_signs_in_and_reports_until_it_is_disabled(stack: RunningStack, ops: Ops) -> None:
    code, made = ops("users", "create", "ops-server", "--reporter")
    assert code == 0
    assert made["auth_url"] == f"{stack.api_url}/auth"
    assert made["report_url"] == f"{stack.api_url}/file_sla_error"
    user = {"username": made["user"], "password": made["password"]}
    token = stack.auth(user).raise_for_status().json()["token"]
    assert stack.report(a_report("ops"), token).status_code == HTTPStatus.OK

    _, renewed = ops("users", "password", "OPS-SERVER")
    assert stack.auth(user).status_code == HTTPStatus.UNAUTHORIZED
    user["password"] = renewed["password"]
    signed_in = stack.auth(user).raise_for_status().json()

    assert ops("users", "disable", "ops-server")[0] == 0
    assert stack.auth(user).status_code == HTTPStatus.UNAUTHORIZED
    refresh = {"username": made["user"], "refresh_token": signed_in["refresh_token"]}
    assert stack.auth(refresh).status_code == HTTPStatus.UNAUTHORIZED
    assert ops("users", "enable", "ops-server")[0] == 0
    assert stack.auth(user).status_code == HTTPStatus.OK
    assert ops("users", "remove", "ops-server")[0] == 0
    assert stack.auth(user).status_code == HTTPStatus.UNAUTHORIZED


def test_an_analyst_chooses_a_password_at_the_first_sign_in(stack: RunningStack, ops: Ops) -> None:
    code, made = ops("users", "create", "ops-analyst", "--analyst", "--no-mail")
    assert code == 0
    user = {"username": "ops-analyst", "password": made["password"]}
    asked = stack.auth(user)
    assert (asked.status_code, asked.json()["challenge"]) == (HTTPStatus.FORBIDDEN, "NEW_PASSWORD_REQUIRED")
    own = {**user, "new_password": f"{made['password']}-own"}
    stack.secrets.add(own["new_password"])
    assert stack.auth(own).status_code == HTTPStatus.OK
    ops("users", "remove", "ops-analyst")


def _all_records(stack: RunningStack) -> list[dict[str, Any]]:
    pages = stack.aws.client("dynamodb").get_paginator("scan").paginate(TableName=stack.table_name)
    return [item for page in pages for item in page["Items"]]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_an_export_holds_what_the_table_holds(
    stack: RunningStack, ops: Ops, tmp_path: Path, ending: str
) -> None:
    token = stack.token(stack.reporter)
    for number in range(3):
        stack.report(a_report(rf"D:\Export\{number}"), token).raise_for_status()
    records = _all_records(stack)
    first = min(record[Attribute.DETECTED_AT]["S"] for record in records)
    files, whole = tmp_path / f"files{ending}", tmp_path / f"records{ending}"
    assert ops("export", str(files), "--from", first)[0] == 0
    assert ops("export", str(whole), "--from", first, "--records")[0] == 0
    # What a spreadsheet would take for a formula has an apostrophe before it in CSV.
    spell = (lambda name: re.sub(f"^(?={FORMULA})", "'", name)) if ending == ".csv" else str
    expected = sorted(
        (record[Attribute.ERROR_ID]["S"], spell(file["M"][FileAttribute.FILENAME]["S"]))
        for record in records
        for file in record[Attribute.FILES]["L"]
    )
    assert sorted((row["error_id"], row["file"]) for row in _read(files)) == expected
    ids = sorted(record[Attribute.ERROR_ID]["S"] for record in records)
    assert sorted(row["error_id"] for row in _read(whole)) == ids


def _read(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".parquet":
        rows: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
        return rows
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [dict(row) for row in csv.DictReader(opened)]


def _told(ops: Ops, check: str) -> list[tuple[str, str]]:
    """What the doctor says of a check."""
    return [
        (finding["level"], finding["what"])
        for finding in ops("doctor")[1]["findings"]
        if finding["check"].startswith(check)
    ]


def test_the_local_stack_has_no_problem_but_alarms(stack: RunningStack, ops: Ops) -> None:
    """Alarms are other tests' business: they turn them on."""
    findings = ops("doctor")[1]["findings"]
    assert [
        finding
        for finding in findings
        if finding["level"] in {"problem", "skipped"} and not finding["check"].startswith("alarm ")
    ] == []


@contextmanager
def _without_mapping(stack: RunningStack) -> Iterator[None]:
    client = stack.aws.client("lambda")
    function = f"{stack.outputs['metrics_namespace']}-{PROJECTION}"
    [mapping] = client.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@contextmanager
def _alarm_on(stack: RunningStack) -> Iterator[None]:
    """One of its own: the stack's are evaluated anew at any moment."""
    client = stack.aws.client("cloudwatch")
    name = f"{stack.outputs['metrics_namespace']}/ops-test"
    client.put_metric_alarm(
        AlarmName=name,
        Namespace="ops-test",
        MetricName="none",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
    try:
        yield
    finally:
        client.delete_alarms(AlarmNames=[name])


@contextmanager
def _user_without_group(stack: RunningStack) -> Iterator[None]:
    user = stack.new_user("ops-nobody")
    try:
        yield
    finally:
        stack.aws.client("cognito-idp").admin_delete_user(
            UserPoolId=stack.outputs["user_pool_id"], Username=user["username"]
        )


@pytest.mark.parametrize(
    ("broken", "check", "level", "said"),
    [
        (_without_mapping, "stream of runs", "problem", "Disabl"),
        (_alarm_on, "alarm file-sla-dev/ops-test", "problem", "On."),
        (_user_without_group, "user ops-nobody", "warning", "In no group"),
    ],
)
def test_the_doctor_finds_what_is_broken(
    stack: RunningStack,
    ops: Ops,
    broken: Callable[[RunningStack], AbstractContextManager[None]],
    check: str,
    level: str,
    said: str,
) -> None:
    def count() -> int:
        return sum(one == level and text.startswith(said) for one, text in _told(ops, check))

    before = count()
    with broken(stack):
        assert count() == before + 1
    assert count() == before
