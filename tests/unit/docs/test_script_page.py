"""docs/script.md: the report that it shows is taken, and says what the page says of it."""

import re

from contract.names import ROOT
from contract.report import Report, ReportedRun
from handlers.ingest.parsing import parse_report

PAGE = (ROOT / "docs" / "script.md").read_text()
[EXAMPLE] = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_report_on_the_page_is_taken() -> None:
    report: Report = parse_report(EXAMPLE.encode()).report
    assert report.run is not None
    assert [folder.error for folder in report.run.folders or ()] == [None, "Access is denied."]


def test_every_key_of_a_run_is_documented() -> None:
    assert all(f'"{key}"' in EXAMPLE or f"`{key}`" in PAGE for key in ReportedRun.model_fields)
