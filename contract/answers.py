"""The body of every answer, with the sentences and hints that function and gateway share."""

from dataclasses import dataclass
from typing import Any, Final

LOST_LETTER: Final = "\ufffd"
"""What a gateway puts in place of each byte that is not UTF-8; which letter it was is lost."""
_GIVE_BYTES: Final = (
    "encode it as UTF-8; Windows PowerShell 5.1 sends text as Latin-1, so give it the bytes: "
    "-Body ([Text.Encoding]::UTF8.GetBytes({}))"
)
UTF8_HINT: Final = _GIVE_BYTES.format("$json")
ANY_JSON_HINT: Final = (
    "send one JSON object; write each backslash twice, and put keys and texts in double quotes: "
    "ConvertTo-Json does both; " + _GIVE_BYTES.format("...")
    # A gateway's template takes a dollar sign for the beginning of a variable.
)
"""For a body that is no JSON, where no more is known of it."""
_AS_ISO: Final = "send ISO 8601 with an offset; in PowerShell: {}.ToString('o')"
CREATION_HINT: Final = _AS_ISO.format("$file.CreationTime")
CLOCK_HINT: Final = _AS_ISO.format("(Get-Date)")
UNTIL_HINT: Final = _AS_ISO.format("(Get-Date).AddHours(8)")
AHEAD_HINT: Final = (
    "send a moment from {} to {} days from now; in PowerShell: (Get-Date).AddHours(8).ToString('o')"
)
HANDED_ON: Final = "bytes as the gateway hands it on"
COUNTED_TWICE: Final = "Quotes, backslashes and line ends count twice."
"""Why a request is larger than it looks: a function gets its body as text in JSON."""
HOW_TO_SPLIT: Final = (
    "Send the folders in several requests, and the files of a folder with very many in several too. "
    "Where the report has a run, give each request the same run.id, its own run.part, and run.parts."
)


SIGN_IN_FAILED: Final = "The user name or password is wrong."
INVALID_TOKEN: Final = "A valid ID token is required. Get one from the auth route."
THROTTLED: Final = "Too many requests. Wait a moment and send the same request again."
NOT_STORED: Final = (
    "The report was not stored completely. "
    "Send it again with the same Idempotency-Key header; nothing will be stored twice."
)
NO_SUCH_ROUTE: Final = "There is no such route, or it does not take this method."
FAULT: Final = (
    "Something went wrong on our side. Try again; if it persists, "
    "give the request_id to the owner of this service."
)


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with a body: where, what, and how to fix it."""

    field: str
    problem: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """What every answer has."""

    message: str


@dataclass(frozen=True, kw_only=True)
class SignedIn(Message):
    """The tokens of a sign-in."""

    token: str
    """The ID token; the script reads it under this key."""
    token_type: str
    expires_in: int
    """Seconds."""
    refresh_token: str


@dataclass(frozen=True, kw_only=True)
class Recorded(Message):
    """What was stored of a report."""

    recorded: int
    files: int
    error_ids: list[str]


@dataclass(frozen=True, kw_only=True)
class Problems(Message):
    """What breaks the contract, and how to fix it."""

    errors: list[FieldProblem]


@dataclass(frozen=True, kw_only=True)
class Challenged(Message):
    """What the user pool wants before it lets the user in."""

    challenge: str


@dataclass(frozen=True, kw_only=True)
class Fault(Message):
    """A fault of ours."""

    request_id: str


@dataclass(frozen=True, kw_only=True)
class IncidentNow:
    """The current state of an incident, as far as people change it."""

    incident_id: str
    sender: str
    """The sender's key."""
    sender_name: str
    folder: str
    status: str
    reason: str | None
    """Why it is unknown."""
    owner: str | None
    acknowledged_by: str | None
    acknowledged_until: str | None
    """It is acknowledged as long as this moment is to come."""
    snoozed_until: str | None
    version: int
    """Counts what people changed, never runs."""


@dataclass(frozen=True, kw_only=True)
class SenderNow:
    """The current state of a sender, as far as people change it."""

    sender: str
    """Its key."""
    sender_name: str
    state: str
    state_since: str
    kind: str
    last_run_at: str
    due_at: str | None
    """When its next run is expected; None where none is."""
    interval_minutes: int
    interval_from: str


@dataclass(frozen=True, kw_only=True)
class MaintenanceNow:
    """The current state of a maintenance window."""

    maintenance_id: str
    window: dict[str, Any]
    """In the form in which an action gives it; `from` is always there."""
    in_force: bool
    made_by: str
    made_at: str
    replaces: str | None
    """The window that this one is a change of."""
    ended_by: str | None
    ended_at: str | None
    """When somebody ended or changed it before its time."""


@dataclass(frozen=True, kw_only=True)
class IncidentAnswer(Message):
    """The result of an action on an incident, with its state now."""

    incident: IncidentNow


@dataclass(frozen=True, kw_only=True)
class SenderAnswer(Message):
    """The result of an action on a sender, with its state now."""

    sender: SenderNow


@dataclass(frozen=True, kw_only=True)
class MaintenanceAnswer(Message):
    """The result of an action on a maintenance window, with its state now."""

    maintenance: MaintenanceNow


NOT_JSON: Final = Problems(
    message="The request body is not JSON, or empty.",
    errors=[FieldProblem("body", "is not JSON, or empty", ANY_JSON_HINT)],
)
"""What the gateway says of such a body; a function, which may get one too, says where and why."""
