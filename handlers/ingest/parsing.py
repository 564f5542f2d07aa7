"""From the bytes of a request to a report, or to all that is wrong with it."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from contract.answers import HOW_TO_SPLIT, FieldProblem
from contract.limits import MAX_FOLDERS, MAX_LISTED_PROBLEMS
from contract.report import ListedFolder, Report, ReportedFolder, keep_objects
from contract.values import wrap_lone_object
from handlers.ingest.listing import check_listing
from handlers.ingest.merging import merge_folders
from handlers.ingest.transmission import check_transmission
from handlers.web.broken_json import describe_broken_json, find_broken_json
from handlers.web.errors import InvalidBodyError, TooLargeError
from handlers.web.problems import describe_problem

_Place = tuple[int | str, ...]

_LISTS: Final[dict[_Place, tuple[type[BaseModel], Callable[[object], object]]]] = {
    ("sla_error",): (ReportedFolder, wrap_lone_object),
    ("run", "folders"): (ListedFolder, keep_objects),
}
"""The lists of folders, in which pydantic ends at the first bad one; what each holds, and how it is read."""


def parse_report(body: bytes) -> Report:
    """The report in a request body of JSON encoded as UTF-8, each folder once.

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
    listed = (report.run and report.run.folders) or ()
    if (count := max(len(report.sla_error), len(listed))) > MAX_FOLDERS:
        raise TooLargeError(count, MAX_FOLDERS, "folders", HOW_TO_SPLIT)
    check_listing(report)
    return report.model_copy(update={"sla_error": merge_folders(report.sla_error)})


def _list_problems(body: bytes, error: ValidationError) -> list[FieldProblem]:
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        # Python's own reader tells better where and why, but takes some things that pydantic's does not.
        return [find_broken_json(body) or describe_broken_json(details[0]["ctx"]["error"])]
    problems = [describe_problem(detail) for detail in details if _find_list(detail) is None]
    # Where one folder is bad, the others are looked through as well.
    for place in sorted({place for detail in details if (place := _find_list(detail))}, key=len):
        problems += _list_problems_of_folders(body, place)
    return problems


def _find_list(detail: ErrorDetails) -> _Place | None:
    """The list of folders in one of which the finding is."""
    for place in _LISTS:
        if len(detail["loc"]) > len(place) and detail["loc"][: len(place)] == place:
            return place
    return None


def _list_problems_of_folders(body: bytes, place: _Place) -> Iterator[FieldProblem]:
    model, read = _LISTS[place]
    found: Any = from_json(body)
    for step in place:
        found = found[step]
    left = MAX_LISTED_PROBLEMS + 1
    folders: Any = read(found)
    for position, folder in enumerate(folders):
        try:
            model.model_validate(folder)
        except ValidationError as error:
            details = error.errors(include_url=False)
            yield from (describe_problem(detail, (*place, position)) for detail in details)
            left -= len(details)
        if left <= 0:
            break
