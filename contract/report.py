"""The contract of a report, and of the run that it may describe.

All of `run` is optional, and an explicit null is as good as absent: PowerShell writes null for what has no
value.
"""

from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from contract import limits, values
from contract.words import SENDER_SEPARATOR


def keep_objects(value: object) -> object:
    """A list without its nulls, and a lone object as a list of it."""
    value = values.wrap_lone_object(value)
    return [entry for entry in value if entry is not None] if isinstance(value, list) else value


def _check_sender(value: str) -> str:
    if SENDER_SEPARATOR in value:
        raise PydanticCustomError(
            "sender",
            f"has a {SENDER_SEPARATOR}",
            {"hint": "give a name without it, in PowerShell: $env:COMPUTERNAME"},
        )
    return value


# The length first: after a function pydantic counts no letters any more, but items.
Sender = Annotated[
    str,
    Field(strict=True, max_length=limits.MAX_SENDER_CHARACTERS),
    AfterValidator(values.check_text),
    AfterValidator(_check_sender),
]


_Folder = Annotated[
    values.FolderPath,
    Field(
        description=f"Its path, not empty, of at most {limits.MAX_FOLDER_BYTES:,} bytes in UTF-8.",
        examples=["C:\\Jobs\\Invoices\\Inbound"],
    ),
]


_Part = Annotated[int, Field(strict=True, ge=1, le=limits.MAX_PARTS)]


class _Optional(values.ContractModel):
    @model_validator(mode="before")
    @classmethod
    def _leave_nulls_out(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: entry for key, entry in value.items() if entry is not None}
        return value


class ListedFolder(_Optional):
    """A folder that the run looked at, or tried to."""

    folder: _Folder
    sla: values.SlaMinutes | None = Field(default=None, description="Minutes that a file may wait in it.")
    file_count: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        default=None, description="How many files are in it, stuck or not."
    )
    oldest_creation: values.Moment | None = Field(
        default=None, description="When the oldest of them was created, in the form of `creationDate`."
    )
    error: Annotated[values.Text, AfterValidator(lambda text: text[: limits.MAX_ERROR_CHARACTERS])] | None = (
        Field(
            default=None,
            description=f"Why it could not be read; {limits.MAX_ERROR_CHARACTERS:,} characters are kept.",
        )
    )


class ReportedRun(_Optional):
    """One execution of a script, as its report describes it."""

    sender: Sender | None = Field(
        default=None,
        description=f"Names the installation, such as the server; without `{SENDER_SEPARATOR}`, and whatever "
        "its case. Without it, the account is the sender.",
    )
    client: (
        Annotated[values.Text, AfterValidator(lambda text: text[: limits.MAX_CLIENT_CHARACTERS])] | None
    ) = Field(
        default=None,
        description="What sends the report, and its version; "
        f"{limits.MAX_CLIENT_CHARACTERS} characters are kept.",
    )
    interval_minutes: Annotated[int, Field(strict=True, ge=1, le=limits.MAX_INTERVAL_MINUTES)] | None = Field(
        default=None, description="Minutes from the start of one run to that of the next."
    )
    started_at: values.Moment | None = Field(
        default=None, description="When the run began, by the sender's own clock: ISO 8601 with an offset."
    )
    sent_at: values.Moment | None = Field(
        default=None,
        description="When the report was sent, by the same clock; "
        f"not before `started_at`, and at most {limits.MAX_RUN_TIME.days} days after it.",
    )
    part: _Part = Field(default=1, description="Which part of the run's report this is, from 1.")
    parts: _Part = Field(
        default=1, validate_default=True, description="In how many parts the run's report is sent."
    )
    id: UUID | None = Field(
        default=None,
        validate_default=True,
        description="A GUID, the same in all parts of a run and in no other run; "
        "needed where there is more than one part.",
    )
    folders: Annotated[list[ListedFolder], Field(fail_fast=True), BeforeValidator(keep_objects)] | None = (
        Field(
            default=None,
            description="Every folder that the run looked at, those in breach included, "
            f"at most {limits.MAX_FOLDERS:,}. A folder that is here and not in `sla_error` is well.",
        )
    )

    @field_validator("sent_at")
    @classmethod
    def _check_sent_after_start(cls, sent: datetime | None, info: ValidationInfo) -> datetime | None:
        started = info.data.get("started_at")
        if sent is None or started is None or timedelta(0) <= sent - started <= limits.MAX_RUN_TIME:
            return sent
        raise PydanticCustomError(
            "sent_at",
            f"lies before started_at, or more than {limits.MAX_RUN_TIME.days} days after it",
            {"hint": "read the clock when the run begins and again before sending: (Get-Date).ToString('o')"},
        )

    @field_validator("parts")
    @classmethod
    def _check_part(cls, parts: int, info: ValidationInfo) -> int:
        if info.data.get("part", 1) > parts:
            raise PydanticCustomError(
                "parts", "is less than part", {"hint": "send part and parts, such as 1 and 2, then 2 and 2"}
            )
        return parts

    @field_validator("id")
    @classmethod
    def _check_id(cls, run_id: UUID | None, info: ValidationInfo) -> UUID | None:
        if run_id is None and info.data.get("parts", 1) > 1:
            raise PydanticCustomError(
                "id",
                "is missing, though there are several parts",
                {"hint": "send the same GUID with all parts of a run; in PowerShell: [guid]::NewGuid()"},
            )
        return run_id


class StuckFile(values.ContractModel):
    """A file over its folder's SLA."""

    filename: Annotated[
        values.Filename, Field(description="Its name, not empty.", examples=["INV-20816.xml"])
    ]
    creation_date: Annotated[
        values.Moment,
        Field(
            alias="creationDate",
            description="When it was created: ISO 8601 with an offset, or `/Date(…)/` as Windows PowerShell "
            f"writes it; of the years {MINYEAR:04} to {MAXYEAR}.",
            examples=["2026-11-24T06:46:03.1234567+01:00"],
        ),
    ]
    """In UTC. `contract.moments.is_plausible` says whether an age follows from it."""


class ReportedFolder(values.ContractModel):
    """A folder with at least one stuck file."""

    folder: _Folder
    sla: Annotated[values.SlaMinutes, Field(description="Minutes that a file may wait in it.", examples=[30])]
    files: Annotated[
        list[StuckFile],
        Field(min_length=1, fail_fast=True, description="Those that waited longer."),
        BeforeValidator(values.wrap_lone_object),
    ]


class Report(values.ContractModel):
    """Everything one run of the script found; empty when nothing is stuck (a heartbeat)."""

    # Fails fast, here and in files: millions of bad entries fit into one body, and to collect what
    # is wrong with each would take minutes and gigabytes.
    sla_error: Annotated[
        list[ReportedFolder],
        Field(
            fail_fast=True,
            description=f"The folders in breach, at most {limits.MAX_FOLDERS:,}; none in a heartbeat.",
        ),
        BeforeValidator(values.wrap_lone_object),
    ]
    run: ReportedRun | None = Field(
        default=None, description="What the script says of itself, and of the folders that it looked at."
    )
