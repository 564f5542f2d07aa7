"""The words in which a report that breaks the contract is refused, with the PowerShell remedy."""

from typing import Any, Final

from pydantic_core import ErrorDetails

from contract.answers import FieldProblem
from contract.limits import MAX_SLA_MINUTES, MIN_SLA_MINUTES
from contract.remedies import DATE_HINT, DEPTH_HINT
from handlers.web.broken_json import describe_no_object

# What ConvertTo-Json writes as text where it is too deep for it.
_CUT: Final = {"list_type": "a list", "model_type": "an object", "model_attributes_type": "an object"}


def describe_problem(detail: ErrorDetails, place: tuple[int | str, ...] = ()) -> FieldProblem:
    """One of pydantic's findings in the contract's words; `place` is where its location begins."""
    field = _format_path((*place, *detail["loc"]))
    context: dict[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind in ("model_type", "model_attributes_type") and not (place or detail["loc"]):
        return describe_no_object(detail["input"])
    if kind in _CUT and isinstance(detail["input"], str):
        return FieldProblem(field, f"is text where {_CUT[kind]} is expected", DEPTH_HINT)
    match kind:
        case "missing":
            return FieldProblem(field, "is missing", "add it; names are case-sensitive")
        case "int_type" | "int_from_float" | "greater_than_equal" | "less_than_equal" if field.endswith(
            ".sla"
        ):
            return FieldProblem(
                field,
                "is not a whole number of minutes in range",
                f"send a number from {MIN_SLA_MINUTES} to {MAX_SLA_MINUTES}, without quotes; "
                "in PowerShell: [int]$sla",
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
            return FieldProblem(field, "has no offset from UTC", DATE_HINT)
        case "datetime_parsing" | "datetime_from_date_parsing" | "datetime_object_invalid":
            return FieldProblem(field, "is not a date and time", DATE_HINT)
        case _:
            return FieldProblem(field, detail["msg"], context.get("hint", "see docs/api.md of this service"))


def _format_path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
