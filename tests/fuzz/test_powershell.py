"""What PowerShell does to a report: taken where its meaning is certain, else refused with the remedy."""

import base64
import json
import resource
import subprocess
import sys
from typing import Any

import pytest

from contract.limits import MAX_REPORT_BYTES
from tests.events import a_report, auth_event, report_event
from tests.fuzz.conftest import Functions

MIB = 1024 * 1024


def _report(**changes: Any) -> dict[str, Any]:
    report = a_report("Relatórios")
    entry = report["sla_error"][0]
    for key, value in changes.items():
        (entry if key in entry else entry["files"][0])[key] = value
    return report


def _error(functions: Functions, event: dict[str, Any]) -> dict[str, str]:
    status, body = functions.report(event)
    assert status == 422
    error: dict[str, str] = body["errors"][0]
    return error


def test_latin_1_is_stored_as_the_gateway_delivers_it(functions: Functions) -> None:
    latin_1 = json.dumps(_report(filename="março.csv"), ensure_ascii=False).encode("latin-1")
    assert functions.report(report_event(latin_1.decode(errors="replace")))[0] == 200
    [record] = functions.table.items.values()
    assert record["Folder"]["S"] == "Relat\ufffdrios"
    assert record["Files"]["L"][0]["M"]["Filename"]["S"] == "mar\ufffdo.csv"


def test_latin_1_that_nobody_replaced_is_refused_with_the_remedy(functions: Functions) -> None:
    latin_1 = json.dumps(_report(filename="março.csv"), ensure_ascii=False).encode("latin-1")
    raw = {"body": base64.b64encode(latin_1).decode(), "isBase64Encoded": True}
    assert "UTF8.GetBytes" in _error(functions, {**report_event(""), **raw})["hint"]


def test_a_password_that_lost_letters_is_not_called_wrong(functions: Functions) -> None:
    body = json.dumps({"username": "u", "password": "señora"}, ensure_ascii=False).encode("latin-1")
    status, answer = functions.auth(auth_event(body.decode(errors="replace")))
    assert status == 422
    assert answer["errors"][0]["field"] == "password"
    assert "UTF8.GetBytes" in answer["errors"][0]["hint"]


def test_a_name_that_really_holds_the_replacement_character_can_be_sent(functions: Functions) -> None:
    assert functions.report(report_event(json.dumps(_report(folder="a\ufffd"), ensure_ascii=True)))[0] == 200


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_other_encodings_are_refused(functions: Functions, encoding: str) -> None:
    body = json.dumps(_report(), ensure_ascii=False).encode(encoding)
    raw = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    error = _error(functions, {**report_event(""), **raw})
    assert error["field"] == "body"


@pytest.mark.parametrize("date", [
    "/Date(1574202819000)/",
    "/Date(1574202819000-0300)/",
    {"value": "/Date(1574202819000)/", "DisplayHint": 2, "DateTime": "November 19, 2019"},
])  # fmt: skip
def test_dates_of_windows_powershell_are_taken(functions: Functions, date: object) -> None:
    assert functions.report(report_event(_report(creationDate=date)))[0] == 200
    [record] = functions.table.items.values()
    assert record["Files"]["L"][0]["M"]["CreationDate"]["S"] == "2019-11-19T22:33:39Z"


@pytest.mark.parametrize(("date", "hint"), [
    ("2024-07-31T00:00:00", "ToString('o')"),
    ("07/31/2024 00:00:00", "ToString('o')"),
    ("0000-01-01T00:00:00Z", "ToString('o')"),
    ({"value": 7}, "ToString('o')"),
])  # fmt: skip
def test_naive_dates_and_those_of_no_calendar_are_refused(
    functions: Functions, date: object, hint: str
) -> None:
    error = _error(functions, report_event(_report(creationDate=date)))
    assert error["field"] == "sla_error[0].files[0].creationDate"
    assert hint in error["hint"]


@pytest.mark.parametrize("sla", ["0", "-20", "20.0", "20.5", '"20"', "NaN", "Infinity", "1e400", "9" * 400])
def test_sla_that_is_no_whole_number_in_range_is_refused(functions: Functions, sla: str) -> None:
    body = json.dumps(_report(sla="@")).replace('"@"', sla)
    error = _error(functions, report_event(body))
    assert error["field"] == "sla_error[0].sla"
    assert "[int]$sla" in error["hint"]


@pytest.mark.parametrize("body", [
    '{"sla_error": [], "sla_error": []}',
    '{"sla_error": [], "\\u0073la_error": []}',
    '{"sla_error": {"folder": "sla", "sla": 20, "sla": 30, "files": %s}}',
    '{"sla_error": {"folder": "a", "sla": 20, "files": %s, "files": %s}}',
])  # fmt: skip
def test_a_key_sent_twice_is_refused(functions: Functions, body: str) -> None:
    files = json.dumps(a_report("a")["sla_error"][0]["files"])
    assert "more than once" in _error(functions, report_event(body.replace("%s", files)))["problem"]


@pytest.mark.parametrize("name", ["sla", "files", "O'Brien\\u0027s", "\\u0041.csv"])
def test_a_name_that_reads_like_a_key_is_taken(functions: Functions, name: str) -> None:
    body = json.dumps(_report(filename="@")).replace('"@"', f'"{name}"')
    assert functions.report(report_event(body))[0] == 200


@pytest.mark.parametrize("entry", ["1", "{}"])
@pytest.mark.parametrize("template", [
    '{"sla_error":[%s]}', '{"sla_error":[{"folder":"a","sla":20,"files":[%s]}]}',
    '{"sla_error":[],"run":{"folders":[%s]}}',
])  # fmt: skip
def test_millions_of_bad_entries_fit_into_the_function(entry: str, template: str) -> None:
    """Refused within Lambda's 512 MB: one finding for each would take gigabytes."""
    count = (MAX_REPORT_BYTES - 100) // (len(entry) + 1)
    program = f"""
from handlers.ingest.parsing import parse_report
from handlers.web.errors import InvalidBodyError
body = ({template!r} % ",".join([{entry!r}] * {count})).encode()
try:
    parse_report(body)
except InvalidBodyError as refused:
    assert 1 <= len(refused.problems) <= 50
else:
    raise AssertionError("taken")
"""
    limit = 512 * MIB
    subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )
