"""From the bytes of a request to a report, or to all that is wrong with it."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from handlers.ingest.limits import HOW_TO_SPLIT, MAX_FOLDERS
from handlers.ingest.problems import not_json, problem_of
from handlers.ingest.report import FolderBreach, Report, list_of
from handlers.ingest.wire import check_wire
from handlers.web.errors import MAX_LISTED_PROBLEMS, FieldProblem, InvalidBody, TooLarge


def parse_report(body: bytes) -> Report:
    """The report in a request body of JSON encoded as UTF-8.

    Raises:
        InvalidBody: with what is wrong with each folder, and with its first bad file.
        TooLarge: it has more folders than can be stored at once.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        report = Report.model_validate_json(body)
    except ValidationError as error:
        raise InvalidBody(_problems(body, error)) from None
    check_wire(body, report)
    if len(report.sla_error) > MAX_FOLDERS:
        raise TooLarge(len(report.sla_error), MAX_FOLDERS, "folders", HOW_TO_SPLIT)
    return report


def _problems(body: bytes, error: ValidationError) -> list[FieldProblem]:
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return [not_json(body, details[0])]
    if len(details[0]["loc"]) > 1:  # in an entry: then look through the others as well
        return _problems_of_entries(body)
    return [problem_of(detail) for detail in details]


def _problems_of_entries(body: bytes) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    entries: Any = list_of(from_json(body)["sla_error"])
    for position, entry in enumerate(entries):
        try:
            FolderBreach.model_validate(entry)
        except ValidationError as error:
            place = ("sla_error", position)
            problems += [problem_of(detail, place) for detail in error.errors(include_url=False)]
        if len(problems) > MAX_LISTED_PROBLEMS:
            break
    return problems
