"""What PowerShell does to a report: taken where its meaning is certain, else refused with the remedy."""

import json
import subprocess
import sys

import pytest

from contract.limits import MAX_REPORT_BYTES
from tests.fuzz.conftest import Functions
from tests.stands.events import auth_event

MIB = 1024 * 1024


def test_a_password_that_lost_letters_is_not_called_wrong(functions: Functions) -> None:
    body = json.dumps({"username": "u", "password": "señora"}, ensure_ascii=False).encode("latin-1")
    status, answer = functions.auth(auth_event(body.decode(errors="replace")))
    assert status == 422
    assert answer["errors"][0]["field"] == "password"
    assert "UTF8.GetBytes" in answer["errors"][0]["hint"]


@pytest.mark.parametrize("entry", ["1", "{}"])
@pytest.mark.parametrize("template", [
    '{"sla_error":[%s]}', '{"sla_error":[{"folder":"a","sla":20,"files":[%s]}]}',
    '{"sla_error":[],"run":{"folders":[%s]}}',
])  # fmt: skip
def test_millions_of_bad_entries_fit_into_the_function(entry: str, template: str) -> None:
    """Refused within Lambda's 512 MB: one finding for each would take gigabytes."""
    count = (MAX_REPORT_BYTES - 100) // (len(entry) + 1)
    limit = 512 * MIB
    # The child limits itself: between fork and exec, another test's gRPC would abort it.
    program = f"""
import resource
resource.setrlimit(resource.RLIMIT_DATA, ({limit}, {limit}))
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
    subprocess.run([sys.executable, "-c", program], check=True)
