"""The contract of a report.

What Windows PowerShell is known to do is accepted where its meaning is certain (a lone object
for a one-element list, `/Date(…)/` for a moment) and refused with the PowerShell remedy where
it is not.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from contract.limits import (
    CLOCK_SKEW,
    EARLIEST_CREATION,
    MAX_FILENAME_CHARACTERS,
    MAX_FOLDER_BYTES,
    MAX_FOLDERS,
    MAX_SLA_MINUTES,
    MIN_SLA_MINUTES,
)
from contract.remedies import DATE_HINT

_POWERSHELL_DATE = re.compile(r"/Date\((-?\d{1,17})(?:[+-]\d{4})?\)/")
_ISO_START = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:")


def wrap_lone_object(value: object) -> object:
    """A lone object as a list of it: PowerShell unrolls a one-element array that passed a pipeline."""
    return [value] if isinstance(value, dict) else value


def _accept_date(value: object) -> object:
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
    except OverflowError:
        raise _build_implausible() from None


def _check_plausible(moment: datetime) -> datetime:
    try:
        # Before all else, which takes several times as long in the zones that pydantic makes.
        in_utc = moment.astimezone(UTC)
    except OverflowError:
        raise _build_implausible() from None
    if not EARLIEST_CREATION <= in_utc <= datetime.now(UTC) + CLOCK_SKEW:
        raise _build_implausible()
    return in_utc


def _build_implausible() -> PydanticCustomError:
    return PydanticCustomError(
        "creation_date",
        "lies before 1970 or in the future",
        {"hint": "check the file's creation time and the clock of the reporting server"},
    )


def _check_text(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "is empty", {"hint": "give a name"})
    if "\0" in value:
        raise PydanticCustomError("nul", "contains a NUL character", {"hint": "remove the character U+0000"})
    return value


def _check_folder(value: str) -> str:
    size = len(value.encode())
    if size > MAX_FOLDER_BYTES:
        raise PydanticCustomError(
            "folder_too_long",
            "has {size} bytes of UTF-8",
            {"size": size, "hint": f"a folder's path may have at most {MAX_FOLDER_BYTES} bytes"},
        )
    return value


Text = Annotated[str, Field(strict=True), AfterValidator(_check_text)]
Filename = Annotated[str, Field(strict=True, max_length=MAX_FILENAME_CHARACTERS), AfterValidator(_check_text)]


class _Contract(BaseModel):
    # Unknown keys are ignored, so that a newer script can talk to an older service.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, extra="ignore")


class StuckFile(_Contract):
    """A file over its folder's SLA."""

    filename: Annotated[Filename, Field(description="Its name, not blank.", examples=["INV-20816.xml"])]
    creation_date: Annotated[
        AwareDatetime,
        BeforeValidator(_accept_date),
        AfterValidator(_check_plausible),
        Field(
            alias="creationDate",
            description="When it was created: ISO 8601 with an offset, or `/Date(…)/` as Windows PowerShell "
            f"writes it; from {EARLIEST_CREATION.year} to {CLOCK_SKEW.days} day ahead.",
            examples=["2026-11-24T06:46:03.1234567+01:00"],
        ),
    ]
    """In UTC."""


class ReportedFolder(_Contract):
    """A folder with at least one stuck file."""

    folder: Annotated[
        Text,
        AfterValidator(_check_folder),
        Field(
            description=f"Its path, not blank, of at most {MAX_FOLDER_BYTES:,} bytes in UTF-8.",
            examples=["C:\\Jobs\\Invoices\\Inbound"],
        ),
    ]
    sla: Annotated[
        int,
        Field(
            strict=True,
            ge=MIN_SLA_MINUTES,
            le=MAX_SLA_MINUTES,
            description="Minutes that a file may wait in it.",
            examples=[30],
        ),
    ]
    files: Annotated[
        list[StuckFile],
        Field(min_length=1, fail_fast=True, description="Those that waited longer."),
        BeforeValidator(wrap_lone_object),
    ]


class Report(_Contract):
    """Everything one run of the script found; empty when nothing is stuck (a heartbeat)."""

    # Fails fast, here and in files: millions of bad entries fit into one body, and to collect what
    # is wrong with each would take minutes and gigabytes.
    sla_error: Annotated[
        list[ReportedFolder],
        Field(
            fail_fast=True,
            description=f"The folders in breach, at most {MAX_FOLDERS:,}; none in a heartbeat.",
        ),
        BeforeValidator(wrap_lone_object),
    ]
