"""The contract of a report, and the words in which a report that breaks it is refused.

What Windows PowerShell is known to do is accepted where its meaning is certain (a lone object
for a one-element list, `/Date(…)/` for a moment) and refused with the PowerShell remedy where
it is not.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError, from_json

from handlers.ingest.limits import (
    CLOCK_SKEW,
    EARLIEST_CREATION,
    HOW_TO_SPLIT,
    MAX_FILENAME_CHARACTERS,
    MAX_FOLDER_BYTES,
    MAX_FOLDERS,
    MAX_SLA_MINUTES,
    MIN_SLA_MINUTES,
)
from handlers.ingest.problems import DATE_HINT, DEPTH_HINT, not_json, problem_of
from handlers.ingest.wire import check_wire
from handlers.web.errors import MAX_LISTED_PROBLEMS, FieldProblem, InvalidBody, TooLarge

_POWERSHELL_DATE = re.compile(r"/Date\((-?\d{1,17})(?:[+-]\d{4})?\)/")
_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:")


def _list_of(value: object) -> object:
    # PowerShell unrolls a one-element array that passed a pipeline.
    if isinstance(value, dict):
        return [value]
    if isinstance(value, str):
        raise PydanticCustomError("cut_to_text", "is text where a list is expected", {"hint": DEPTH_HINT})
    return value


def _object_of(value: object) -> object:
    if isinstance(value, str):
        raise PydanticCustomError("cut_to_text", "is text where an object is expected", {"hint": DEPTH_HINT})
    return value


def _moment_of(value: object) -> object:
    # 5.1 wraps a DateTime that has members of its own: {"value": "/Date(…)/", "DateTime": "…"}.
    if isinstance(value, dict):
        value = value.get("value")
    # Without this, pydantic would read bare numbers as seconds since 1970.
    if not isinstance(value, str):
        raise PydanticCustomError("creation_date", "is not a date and time", {"hint": DATE_HINT})
    if powershell := _POWERSHELL_DATE.fullmatch(value):
        return _since_1970(int(powershell[1]))
    if not _ISO_START.match(value):
        raise PydanticCustomError("creation_date", "is not a date and time", {"hint": DATE_HINT})
    return value


def _since_1970(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:  # past the year 9999: as implausible as any far future
        return datetime.max.replace(tzinfo=UTC)


def _plausible(moment: datetime) -> datetime:
    if not EARLIEST_CREATION <= moment <= datetime.now(UTC) + CLOCK_SKEW:
        raise PydanticCustomError(
            "creation_date",
            "lies before 1970 or in the future",
            {"hint": "check the file's creation time and the clock of the reporting server"},
        )
    return moment


def _text(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "is empty", {"hint": "give a name"})
    if "\0" in value:
        raise PydanticCustomError("nul", "contains a NUL character", {"hint": "remove the character U+0000"})
    return value


def _folder(value: str) -> str:
    size = len(value.encode())
    if size > MAX_FOLDER_BYTES:
        raise PydanticCustomError(
            "folder_too_long",
            "has {size} bytes of UTF-8",
            {"size": size, "hint": f"a folder's path may have at most {MAX_FOLDER_BYTES} bytes"},
        )
    return value


Text = Annotated[str, Field(strict=True), AfterValidator(_text)]
Filename = Annotated[str, Field(strict=True, max_length=MAX_FILENAME_CHARACTERS), AfterValidator(_text)]


class _Contract(BaseModel):
    # Unknown keys are ignored, so that a newer script can talk to an older service.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")


class StuckFile(_Contract):
    """A file that waited longer than its folder's SLA."""

    filename: Filename
    creation_date: Annotated[
        AwareDatetime, BeforeValidator(_moment_of), AfterValidator(_plausible), Field(alias="creationDate")
    ]


class FolderBreach(_Contract):
    """A folder with at least one stuck file."""

    folder: Annotated[Text, AfterValidator(_folder)]
    sla: Annotated[int, Field(strict=True, ge=MIN_SLA_MINUTES, le=MAX_SLA_MINUTES)]
    files: Annotated[
        list[Annotated[StuckFile, BeforeValidator(_object_of)]],
        Field(min_length=1, fail_fast=True),
        BeforeValidator(_list_of),
    ]


_Entry = Annotated[FolderBreach, BeforeValidator(_object_of)]
_ENTRY: Final[TypeAdapter[FolderBreach]] = TypeAdapter(_Entry)


class Report(_Contract):
    """Everything one run of the script found; empty when nothing is stuck (a heartbeat)."""

    # Fails fast, here and in files: millions of bad entries fit into one body, and to collect what
    # is wrong with each would take minutes and gigabytes.
    sla_error: Annotated[list[_Entry], Field(fail_fast=True), BeforeValidator(_list_of)]


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
    entries: Any = _list_of(from_json(body)["sla_error"])
    for position, entry in enumerate(entries):
        try:
            _ENTRY.validate_python(entry)
        except ValidationError as error:
            place = ("sla_error", position)
            problems += [problem_of(detail, place) for detail in error.errors(include_url=False)]
        if len(problems) > MAX_LISTED_PROBLEMS:
            break
    return problems
