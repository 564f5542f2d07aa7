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
    ValidationError,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from handlers.web.errors import FieldProblem, InvalidBody

MIN_SLA_MINUTES: Final = 20
MAX_SLA_MINUTES: Final = 24 * 60
MAX_FOLDER_BYTES: Final = 1024
"""DynamoDB's limit for a sort key, which `Folder` is in an index."""
MAX_FILENAME_CHARACTERS: Final = 1024
EARLIEST_CREATION: Final = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_SKEW: Final = timedelta(days=1)
"""How far in the future a creation date may lie: reporters' clocks and zones are not ours."""

_DEPTH_HINT = "in PowerShell, give ConvertTo-Json a greater depth: ConvertTo-Json -Depth 5"
_DATE_HINT = "send ISO 8601 with an offset; in PowerShell: $file.CreationTime.ToString('o')"
_POWERSHELL_DATE = re.compile(r"/Date\((-?\d{1,17})(?:[+-]\d{4})?\)/")
_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:")


def _list_of(value: object) -> object:
    # PowerShell unrolls a one-element array that passed a pipeline.
    if isinstance(value, dict):
        return [value]
    if isinstance(value, str):
        raise PydanticCustomError("cut_to_text", "is text where a list is expected", {"hint": _DEPTH_HINT})
    return value


def _object_of(value: object) -> object:
    if isinstance(value, str):
        raise PydanticCustomError("cut_to_text", "is text where an object is expected", {"hint": _DEPTH_HINT})
    return value


def _moment_of(value: object) -> object:
    # Without this, pydantic would read bare numbers as seconds since 1970.
    if not isinstance(value, str):
        raise PydanticCustomError("creation_date", "is not a date and time", {"hint": _DATE_HINT})
    if powershell := _POWERSHELL_DATE.fullmatch(value):
        return _since_1970(int(powershell[1]))
    if not _ISO_START.match(value):
        raise PydanticCustomError("creation_date", "is not a date and time", {"hint": _DATE_HINT})
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


class _Contract(BaseModel):
    # Unknown keys are ignored, so that a newer script can talk to an older service.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")


class StuckFile(_Contract):
    """A file that waited longer than its folder's SLA."""

    filename: Annotated[Text, Field(max_length=MAX_FILENAME_CHARACTERS)]
    creation_date: Annotated[
        AwareDatetime, BeforeValidator(_moment_of), AfterValidator(_plausible), Field(alias="creationDate")
    ]


class FolderBreach(_Contract):
    """A folder with at least one stuck file."""

    folder: Annotated[Text, AfterValidator(_folder)]
    sla: Annotated[int, Field(strict=True, ge=MIN_SLA_MINUTES, le=MAX_SLA_MINUTES)]
    files: Annotated[
        list[Annotated[StuckFile, BeforeValidator(_object_of)]],
        BeforeValidator(_list_of),
        Field(min_length=1),
    ]


class Report(_Contract):
    """Everything one run of the script found; empty when nothing is stuck (a heartbeat)."""

    sla_error: Annotated[
        list[Annotated[FolderBreach, BeforeValidator(_object_of)]], BeforeValidator(_list_of)
    ]


def parse_report(body: bytes) -> Report:
    """The report in a request body of JSON encoded as UTF-8.

    Raises:
        InvalidBody: with every problem found, each naming its field.
    """
    try:
        return Report.model_validate_json(body.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise InvalidBody([_problem(detail) for detail in error.errors(include_url=False)]) from None


def _problem(detail: ErrorDetails) -> FieldProblem:
    field = _path(detail["loc"])
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "json_invalid":
            return FieldProblem(field, f"is not JSON: {context['error']}", "send a JSON object as UTF-8")
        case "missing":
            return FieldProblem(field, "is missing", "add it; names are case-sensitive")
        case "int_type" | "int_from_float" | "greater_than_equal" | "less_than_equal":
            return FieldProblem(
                field,
                "is not a whole number of minutes in range",
                f"send a number from {MIN_SLA_MINUTES} to {MAX_SLA_MINUTES}, without quotes",
            )
        case "string_type":
            return FieldProblem(field, "is not text", "send a string")
        case "string_too_long":
            return FieldProblem(field, "is too long", f"send at most {context['max_length']} characters")
        case "list_type":
            return FieldProblem(field, "is not a list", "send a list, in PowerShell: @( … )")
        case "model_type" | "model_attributes_type":
            return FieldProblem(field, "is not an object", "send a JSON object")
        case "too_short":
            return FieldProblem(field, "is an empty list", "leave out a folder in which no file is stuck")
        case "timezone_aware":
            return FieldProblem(field, "has no offset from UTC", _DATE_HINT)
        case "datetime_parsing" | "datetime_from_date_parsing" | "datetime_object_invalid":
            return FieldProblem(field, "is not a date and time", _DATE_HINT)
        case _:
            return FieldProblem(field, detail["msg"], context.get("hint", "see the contract in the README"))


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path or "body"
