"""The values that a report is made of: paths, names, minutes and moments.

What a file system or a clock can yield is taken, for a refusal refuses every folder of the report. What
Windows PowerShell is known to do is accepted where its meaning is certain (a lone object for a one-element
list, `/Date(…)/` for a moment) and refused with the PowerShell remedy where it is not.
"""

import re
from datetime import MINYEAR, UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from contract.limits import MAX_FILENAME_CHARACTERS, MAX_FOLDER_BYTES, MAX_SLA_MINUTES, MIN_SLA_MINUTES

_POWERSHELL_DATE: Final = re.compile(r"/Date\((-?\d{1,17})(?:[+-]\d{4})?\)/")
_ISO_START: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:")
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_SHOWN_TAIL: Final = 60
"""Characters that a refusal shows of a path: folders differ at their end."""


class ContractModel(BaseModel):
    """An object of a report. Unknown keys are ignored: a newer script can talk to an older service."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")


def wrap_lone_object(value: object) -> object:
    """A lone object as a list of it: PowerShell unrolls a one-element array that passed a pipeline."""
    return [value] if isinstance(value, dict) else value


def shorten_path(path: str) -> str:
    """The end of a path, for a sentence."""
    return path if len(path) <= _SHOWN_TAIL else f"…{path[1 - _SHOWN_TAIL :]}"


def _accept_date(value: object) -> object:
    # 5.1 wraps a DateTime that has members of its own: {"value": "/Date(…)/", "DateTime": "…"}.
    if isinstance(value, dict):
        value = value.get("value")
    # Without this, pydantic would read bare numbers as seconds since 1970.
    if not isinstance(value, str):
        raise PydanticCustomError("moment", "is not a date and time")
    # First what nearly every file of a report has.
    if _ISO_START.match(value):
        return value
    if powershell := _POWERSHELL_DATE.fullmatch(value):
        return _since_1970(int(powershell[1]))
    raise PydanticCustomError("moment", "is not a date and time")


def _since_1970(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return _EARLIEST if milliseconds < 0 else _LATEST


def _convert_to_utc(moment: datetime) -> datetime:
    """The moment in UTC. At either end of the calendar an offset leads out of it: then that end."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _EARLIEST if moment.year == MINYEAR else _LATEST


def check_text(value: str) -> str:
    """The text, unless it is empty or has what no file system has in a name."""
    if not value:
        raise PydanticCustomError("blank", "is empty", {"hint": "give a name"})
    return check_no_nul(value)


def check_no_nul(value: str) -> str:
    """The text, unless it has a NUL character."""
    if "\0" in value:
        raise PydanticCustomError("nul", "contains a NUL character", {"hint": "remove the character U+0000"})
    return value


def _check_folder(value: str) -> str:
    if (size := len(value.encode())) > MAX_FOLDER_BYTES:
        hint = f"a folder's path may have at most {MAX_FOLDER_BYTES} bytes"
        found = {"size": size, "path": shorten_path(value), "hint": hint}
        raise PydanticCustomError("folder_too_long", "has {size} bytes of UTF-8: {path}", found)
    return value


Text = Annotated[str, Field(strict=True)]
"""Any text, also none."""
FolderPath = Annotated[Text, AfterValidator(check_text), AfterValidator(_check_folder)]
Filename = Annotated[str, Field(strict=True, max_length=MAX_FILENAME_CHARACTERS), AfterValidator(check_text)]
SlaMinutes = Annotated[int, Field(strict=True, ge=MIN_SLA_MINUTES, le=MAX_SLA_MINUTES)]
Moment = Annotated[AwareDatetime, BeforeValidator(_accept_date), AfterValidator(_convert_to_utc)]
"""ISO 8601 with an offset, or `/Date(…)/`; kept in UTC, and within the years 1 to 9999."""
