"""From the bytes of a request to a report, or to all that is wrong with it."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from contract.answers import FieldProblem
from contract.limits import MAX_FOLDERS, MAX_LISTED_PROBLEMS
from contract.remedies import HOW_TO_SPLIT
from contract.report import Report, ReportedFolder, wrap_lone_object
from handlers.ingest.problems import describe_problem
from handlers.ingest.transmission import check_transmission
from handlers.web.broken_json import describe_broken_json, find_broken_json
from handlers.web.errors import InvalidBodyError, TooLargeError


def parse_report(body: bytes) -> Report:
    """The report in a request body of JSON encoded as UTF-8.

    Raises:
        InvalidBodyError: with what is wrong with each folder, and with its first bad file.
        TooLargeError: it has more folders than can be stored at once.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        report = Report.model_validate_json(body)
    except ValidationError as error:
        raise InvalidBodyError(_list_problems(body, error)) from None
    check_transmission(body, report)
    if len(report.sla_error) > MAX_FOLDERS:
        raise TooLargeError(len(report.sla_error), MAX_FOLDERS, "folders", HOW_TO_SPLIT)
    return report


def _list_problems(body: bytes, error: ValidationError) -> list[FieldProblem]:
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        # Python's own reader tells better where and why, but takes some things that pydantic's does not.
        return [find_broken_json(body) or describe_broken_json(details[0]["ctx"]["error"])]
    if len(details[0]["loc"]) > 1:  # in a folder: then look through the others as well
        return _list_problems_of_folders(body)
    return [describe_problem(detail) for detail in details]


def _list_problems_of_folders(body: bytes) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    folders: Any = wrap_lone_object(from_json(body)["sla_error"])
    for position, folder in enumerate(folders):
        try:
            ReportedFolder.model_validate(folder)
        except ValidationError as error:
            place = ("sla_error", position)
            problems += [describe_problem(detail, place) for detail in error.errors(include_url=False)]
        if len(problems) > MAX_LISTED_PROBLEMS:
            break
    return problems
