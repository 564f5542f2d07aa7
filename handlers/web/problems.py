"""The words in which a body that breaks its contract is refused, with the PowerShell remedy."""

from typing import Any, Final

from pydantic_core import ErrorDetails

from contract.answers import CLOCK_HINT, CREATION_HINT, DEPTH_HINT, UNTIL_HINT, FieldProblem
from contract.limits import MAX_INTERVAL_MINUTES, MAX_PARTS, MAX_SLA_MINUTES, MIN_SLA_MINUTES
from handlers.web.broken_json import describe_no_object

# What ConvertTo-Json writes as text where it is too deep for it.
_CUT: Final = {"list_type": "a list", "model_type": "an object", "model_attributes_type": "an object"}
_NO_NUMBER: Final = frozenset({"int_type", "int_from_float", "greater_than_equal", "less_than_equal"})
_MINUTES: Final = "a whole number of minutes in range"
_COUNT: Final = "a whole number in range"
_NUMBERS: Final = {
    "sla": (_MINUTES, f"from {MIN_SLA_MINUTES} to {MAX_SLA_MINUTES:,}"),
    "interval_minutes": (_MINUTES, f"from 1 to {MAX_INTERVAL_MINUTES:,}"),
    "file_count": (_COUNT, "from 0 on"),
    "part": (_COUNT, f"from 1 to {MAX_PARTS:,}"),
    "parts": (_COUNT, f"from 1 to {MAX_PARTS:,}"),
    "version": (_COUNT, "from 0 on"),
}
"""What each whole number of a body is, and its range."""
_MOMENTS: Final = {
    "creationDate": CREATION_HINT,
    "oldest_creation": CREATION_HINT,
    "until": UNTIL_HINT,
}
"""How to send a moment; those of a run are read from the clock."""
_EMPTY_LISTS: Final = {
    "files": "leave out a folder in which no file is stuck",
    "days": "name at least one day; null in place of the hours means always",
}


def describe_problem(detail: ErrorDetails, place: tuple[int | str, ...] = ()) -> FieldProblem:
    """One of pydantic's findings in the contract's words; `place` is where its location begins."""
    location = (*place, *detail["loc"])
    field = _format_path(location)
    context: dict[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind in ("model_type", "model_attributes_type") and not location:
        return describe_no_object(detail["input"])
    if kind in _CUT and isinstance(detail["input"], str):
        return FieldProblem(field, f"is text where {_CUT[kind]} is expected", DEPTH_HINT)
    if kind in _NO_NUMBER and location[-1] in _NUMBERS:
        return _describe_number(field, str(location[-1]))
    match kind:
        case "missing":
            return FieldProblem(field, "is missing", "add it; names are case-sensitive")
        case "extra_forbidden":
            return FieldProblem(field, "is no key of the contract", "leave it out; names are case-sensitive")
        case "enum":
            return FieldProblem(field, "is none of those there are", f"send {context['expected']}")
        case "string_type":
            return FieldProblem(field, "is not text", "send a string")
        case "string_unicode":
            return FieldProblem(field, "holds half of a surrogate pair", "send well-formed Unicode text")
        case "string_too_long":
            return FieldProblem(field, "is too long", f"send at most {context['max_length']} characters")
        case "list_type":
            return FieldProblem(field, "is not a list", "send a list, in PowerShell: @( … )")
        case "model_type" | "model_attributes_type":
            return FieldProblem(field, "is not an object", "send a JSON object")
        case "too_short":
            return FieldProblem(field, "is an empty list", _EMPTY_LISTS[str(location[-1])])
        case "timezone_aware":
            return FieldProblem(field, "has no offset from UTC", _find_moment_hint(location))
        case "moment" | "datetime_parsing" | "datetime_from_date_parsing" | "datetime_object_invalid":
            return FieldProblem(field, "is not a date and time", _find_moment_hint(location))
        case "uuid_parsing" | "uuid_type":
            return FieldProblem(field, "is not a GUID", "send one, in PowerShell: [guid]::NewGuid()")
        case _:
            return FieldProblem(field, detail["msg"], context.get("hint", "see docs/api.md of this service"))


def _find_moment_hint(location: tuple[int | str, ...]) -> str:
    return _MOMENTS.get(str(location[-1]), CLOCK_HINT)


def _describe_number(field: str, name: str) -> FieldProblem:
    what, span = _NUMBERS[name]
    return FieldProblem(
        field, f"is not {what}", f"send a number {span}, without quotes; in PowerShell: [int]${name}"
    )


def _format_path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
