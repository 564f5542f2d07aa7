"""From the bytes of a request to a report, or to all that is wrong with it."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from contract.answers import HOW_TO_SPLIT, LOST_LETTER, FieldProblem
from contract.folders import folder_key
from contract.limits import MAX_FOLDERS, MAX_LISTED_PROBLEMS
from contract.report import ListedFolder, Report, ReportedFolder, ReportedRun, StuckFile, keep_objects
from contract.values import shorten_path, wrap_lone_object
from handlers.web.bodies import (
    DuplicateKeyError,
    describe_broken_json,
    describe_problem,
    find_broken_json,
    read_windows_1252,
    unique_keys,
)
from handlers.web.errors import InvalidBodyError, TooLargeError

_Place = tuple[int | str, ...]

_LISTS: Final[dict[_Place, tuple[type[BaseModel], Callable[[object], object]]]] = {
    ("sla_error",): (ReportedFolder, wrap_lone_object),
    ("run", "folders"): (ListedFolder, keep_objects),
}
"""The lists in which pydantic stops at the first bad folder: their entries, and how to read them."""
_LOST: Final = LOST_LETTER.encode()
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")


def _list_keys(*models: type[BaseModel]) -> dict[str, bytes]:
    names = (field.alias or name for model in models for name, field in model.model_fields.items())
    return {name: f'"{name}"'.encode() for name in names}


_STOCK_KEYS: Final = _list_keys(Report, ReportedFolder, StuckFile)
"""The keys of a report without a run, as they stand in a body; fewer are counted sooner."""
_KEYS: Final = _STOCK_KEYS | _list_keys(ReportedRun, ListedFolder)


@dataclass(frozen=True)
class ParsedReport:
    """A report as it arrived."""

    report: Report
    """Each folder once."""
    lost_letters: int = 0
    """How many different names of folders and files were not sent as UTF-8: letters are lost or guessed."""


def parse_report(body: bytes) -> ParsedReport:
    """Reads the report in a request body of JSON, in UTF-8 or else in Windows-1252.

    Raises:
        InvalidBodyError: with what is wrong with each folder, and with its first bad file.
        TooLargeError: it has more folders than can be stored at once.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        report = Report.model_validate_json(body)
    except ValidationError as error:
        if (guessed := read_windows_1252(body)) is not None:
            parsed = parse_report(guessed)
            names = {name for name in _list_names(parsed.report) if not name.isascii()}
            return replace(parsed, lost_letters=len(names))
        raise InvalidBodyError(_list_problems(body, error)) from None
    _check_keys(body, report)
    listed = (report.run and report.run.folders) or ()
    if (count := max(len(report.sla_error), len(listed))) > MAX_FOLDERS:
        raise TooLargeError(count, MAX_FOLDERS, "folders", HOW_TO_SPLIT)
    _check_listing(report)
    lost_letters = 0
    # Escaped, as `\ufffd`, a name really holds this character.
    if _LOST in body:
        lost_letters = len({name for name in _list_names(report) if LOST_LETTER in name})
    merged = _merge_folders(report.sla_error)
    return ParsedReport(report.model_copy(update={"sla_error": merged}), lost_letters)


def _list_names(report: Report) -> Iterator[str]:
    for breach in report.sla_error:
        yield breach.folder
        for file in breach.files:
            yield file.filename
    for listed in (report.run and report.run.folders) or ():
        yield listed.folder


def _merge_folders(folders: Sequence[ReportedFolder]) -> list[ReportedFolder]:
    """Each exact spelling once, in the order of the report: all its files, each once, and the smaller SLA."""
    merged: dict[str, ReportedFolder] = {}
    for folder in folders:
        if before := merged.get(folder.folder):
            files = list(dict.fromkeys([*before.files, *folder.files]))
            folder = before.model_copy(update={"sla": min(before.sla, folder.sla), "files": files})
        merged[folder.folder] = folder
    return list(merged.values())


def _check_listing(report: Report) -> None:
    """Refuses a folder in breach that is missing in the list of all folders.

    A folder missing in the list is taken for one that is no longer watched. Of a run in several parts,
    it may be in the list of another part.
    """
    run = report.run
    if run is None or run.folders is None or run.parts > 1:
        return
    listed = {folder_key(folder.folder) for folder in run.folders}
    problems = [
        FieldProblem(
            f"sla_error[{position}].folder",
            f"is not in run.folders: {shorten_path(folder.folder)}",
            "list every folder that the run looked at, or leave run.folders out",
        )
        for position, folder in enumerate(report.sla_error)
        if folder_key(folder.folder) not in listed
    ]
    if problems:
        raise InvalidBodyError(problems)


def _check_keys(body: bytes, report: Report) -> None:
    """Refuses an object that has a key of the contract twice, of which parsing keeps the last only."""
    if not _may_repeat_a_key(body, report):
        return
    try:
        json.loads(
            body, object_pairs_hook=lambda pairs: unique_keys([one for one in pairs if one[0] in _KEYS])
        )
    except DuplicateKeyError as duplicate:
        raise InvalidBodyError(
            [FieldProblem(duplicate.key, "appears more than once in an object", "send each key once")]
        ) from None


def _may_repeat_a_key(body: bytes, report: Report) -> bool:
    # If no key is escaped and each occurs exactly as often as there are objects that have it, none repeats.
    if _ESCAPED_LETTER.search(body):
        return True
    keys = _STOCK_KEYS if report.run is None else _KEYS
    expected = Counter(dict.fromkeys(keys, 0))
    for objects in _list_objects(report):
        expected.update(_count_keys(objects))
    return any(body.count(keys[key]) != times for key, times in expected.items())


def _list_objects(report: Report) -> Iterator[Sequence[BaseModel]]:
    """Every object of the report, those of one type together."""
    files = [file for folder in report.sla_error for file in folder.files]
    runs = [report.run] if report.run else []
    listed = [folder for run in runs for folder in run.folders or ()]
    return filter(None, ([report], report.sla_error, files, runs, listed))


def _count_keys(objects: Sequence[BaseModel]) -> dict[str, int]:
    """How many of these objects, which are of one type, have each of its keys."""
    return {
        field.alias or name: len(objects)
        if field.is_required()
        else sum(name in one.model_fields_set for one in objects)
        for name, field in type(objects[0]).model_fields.items()
    }


def _list_problems(body: bytes, error: ValidationError) -> list[FieldProblem]:
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        # Python's own reader says better where and why, but accepts some things that pydantic's does not.
        return [find_broken_json(body) or describe_broken_json(details[0]["ctx"]["error"])]
    problems = [describe_problem(detail) for detail in details if _find_list(detail) is None]
    # If one folder is bad, the others are checked as well.
    for place in sorted({place for detail in details if (place := _find_list(detail))}, key=len):
        problems += _list_problems_of_folders(body, place)
    return problems


def _find_list(detail: ErrorDetails) -> _Place | None:
    """The list of folders that a finding is in, below one of its entries."""
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
