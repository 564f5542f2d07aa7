"""The contract of a report."""

from datetime import MAXYEAR, MINYEAR
from typing import Annotated

from pydantic import BeforeValidator, Field

from contract.limits import MAX_FOLDER_BYTES, MAX_FOLDERS
from contract.report_run import ReportedRun
from contract.report_values import (
    ContractModel,
    Filename,
    FolderPath,
    Moment,
    SlaMinutes,
    wrap_lone_object,
)


class StuckFile(ContractModel):
    """A file over its folder's SLA."""

    filename: Annotated[Filename, Field(description="Its name, not empty.", examples=["INV-20816.xml"])]
    creation_date: Annotated[
        Moment,
        Field(
            alias="creationDate",
            description="When it was created: ISO 8601 with an offset, or `/Date(…)/` as Windows PowerShell "
            f"writes it; of the years {MINYEAR:04} to {MAXYEAR}.",
            examples=["2026-11-24T06:46:03.1234567+01:00"],
        ),
    ]
    """In UTC; whether it tells an age, says `plausibility`."""


class ReportedFolder(ContractModel):
    """A folder with at least one stuck file."""

    folder: Annotated[
        FolderPath,
        Field(
            description=f"Its path, not empty, of at most {MAX_FOLDER_BYTES:,} bytes in UTF-8.",
            examples=["C:\\Jobs\\Invoices\\Inbound"],
        ),
    ]
    sla: Annotated[SlaMinutes, Field(description="Minutes that a file may wait in it.", examples=[30])]
    files: Annotated[
        list[StuckFile],
        Field(min_length=1, fail_fast=True, description="Those that waited longer."),
        BeforeValidator(wrap_lone_object),
    ]


class Report(ContractModel):
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
    run: ReportedRun | None = Field(
        default=None, description="What the script tells of itself, and of the folders that it looked at."
    )
