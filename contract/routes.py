"""The API's routes: one table that gateway, functions, alarms, clients and documents are made from.

A new route is an entry here, a function in `handlers` and what that function may do in
`components/functions`. CONTRIBUTING.md has the steps.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

from contract import answers, limits
from contract.answers import Message
from contract.names import Group


@dataclass(frozen=True)
class AnswerSpec:
    """What one status of a route means, and the bodies it may have."""

    status: HTTPStatus
    meaning: str
    bodies: tuple[type[Message], ...] = (Message,)


@dataclass(frozen=True, kw_only=True)
class HeaderSpec:
    """An optional header of a request."""

    name: str
    pattern: str
    """Of the whole value, as a regular expression."""
    meaning: str

    def accepts(self, value: str) -> bool:
        """Whether the value is one that the pattern allows."""
        return re.fullmatch(self.pattern, value) is not None


@dataclass(frozen=True, kw_only=True)
class RouteSpec:
    """One route: a path that takes POST, and the browsers' preflight."""

    path: str
    """Relative to the stage, without a slash."""
    operation_id: str
    tag: str
    """The heading under which documents list it."""
    summary: str
    description: str
    group: Group | None
    """Whose members may call it with their ID token; None where nobody has one yet."""
    request: str
    """The request's type, as `module:name`: importing it may need what not every function ships."""
    headers: tuple[HeaderSpec, ...] = ()
    answers: tuple[AnswerSpec, ...]
    """Those of its own; `ANSWERS_OF_ALL` come beside them."""
    max_body_bytes: int
    """Counted in the function's event, where a body is text in JSON."""
    remedy: str
    """How to keep within the size."""
    throttle: Literal["auth", "report", "action"]
    """What the configuration calls its limits: `<throttle>RateLimit` and `<throttle>BurstLimit`."""
    fewest_requests: int
    """Fewest requests in five minutes for the share of refused ones to mean anything."""

    @property
    def key(self) -> str:
        """The path as names of resources are written, such as `file-sla-error`."""
        return self.path.replace("_", "-")

    @property
    def all_answers(self) -> tuple[AnswerSpec, ...]:
        """Its own answers and those of all routes."""
        return (*self.answers, *ANSWERS_OF_ALL)


ANSWERS_OF_ALL: Final = (
    AnswerSpec(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Over a limit; the message says how to split."),
    AnswerSpec(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests: wait and send the same again."),
    AnswerSpec(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Our fault: send it again with the same `Idempotency-Key`. `request_id` finds it in the log.",
        (answers.Fault,),
    ),
    AnswerSpec(
        HTTPStatus.GATEWAY_TIMEOUT,
        "No answer in time, from the gateway: what was stored is not known. "
        "Send it again with the same `Idempotency-Key`.",
        (answers.Fault,),
    ),
)


def _broken_body(effect: str = "") -> AnswerSpec:
    meaning = f"The body breaks the contract{effect}: each field, its problem and a hint."
    return AnswerSpec(HTTPStatus.UNPROCESSABLE_ENTITY, meaning, (answers.Problems,))


_NO_TOKEN: Final = AnswerSpec(HTTPStatus.UNAUTHORIZED, "No valid ID token.")

IDEMPOTENCY_KEY: Final = HeaderSpec(
    name="Idempotency-Key",
    # Printable ASCII, with no space at either end: a gateway may trim those.
    pattern=rf"[!-~]([ -~]{{0,{limits.MAX_KEY_CHARACTERS - 2}}}[!-~])?",
    meaning="Makes a retry do nothing twice; a new GUID for each report or action.",
)

AUTH: Final = RouteSpec(
    path="auth",
    operation_id="signIn",
    tag="Sign-in",
    summary="Signs in, stays signed in, or recovers an account",
    description="The keys of the body say which: a password, a refresh token, or a step of the recovery.",
    group=None,
    request="contract.sign_in:AuthRequest",
    answers=(
        AnswerSpec(
            HTTPStatus.OK, "Signed in, or the step of the recovery is done.", (answers.SignedIn, Message)
        ),
        _broken_body(),
        AnswerSpec(HTTPStatus.UNAUTHORIZED, "The user name or password is wrong."),
        AnswerSpec(
            HTTPStatus.FORBIDDEN,
            "The password was right, but a `challenge` such as NEW_PASSWORD_REQUIRED is pending.",
            (answers.Challenged,),
        ),
    ),
    max_body_bytes=limits.MAX_SIGN_IN_BYTES,
    remedy="Send only the keys of the contract.",
    throttle="auth",
    # People mistype passwords.
    fewest_requests=20,
)

FILE_SLA_ERROR: Final = RouteSpec(
    path="file_sla_error",
    operation_id="report",
    tag="Reports",
    summary="Stores a report; an empty list is a heartbeat",
    description="Answers once every record of the report is stored.",
    group=Group.REPORTERS,
    request="contract.report:Report",
    headers=(IDEMPOTENCY_KEY,),
    answers=(
        AnswerSpec(HTTPStatus.OK, "Every record is stored.", (answers.Recorded,)),
        _broken_body(", nothing was stored"),
        _NO_TOKEN,
        AnswerSpec(HTTPStatus.FORBIDDEN, f"The user is not in the group {Group.REPORTERS}."),
    ),
    max_body_bytes=limits.MAX_REPORT_BYTES,
    remedy=answers.HOW_TO_SPLIT,
    throttle="report",
    # They come from scripts alone, and most runs find nothing to report.
    fewest_requests=5,
)

INCIDENT_ACTION: Final = RouteSpec(
    path="incident_action",
    operation_id="act",
    tag="Actions",
    summary="Acts on an incident, a sender or a maintenance window",
    description="Answers once it is done, and how the incident, the sender or the window is now. Here a key "
    "that is not listed is refused: ignored, a misspelt one would have something else done.",
    group=Group.ANALYSTS,
    request="contract.action:ActionRequest",
    headers=(IDEMPOTENCY_KEY,),
    answers=(
        AnswerSpec(
            HTTPStatus.OK,
            "Done, or done before with the same `Idempotency-Key`.",
            (answers.IncidentAnswer, answers.SenderAnswer, answers.MaintenanceAnswer),
        ),
        _broken_body(", nothing was done"),
        _NO_TOKEN,
        AnswerSpec(HTTPStatus.FORBIDDEN, f"The user is not in the group {Group.ANALYSTS}."),
        AnswerSpec(HTTPStatus.NOT_FOUND, "No such incident, sender or maintenance window is known."),
        AnswerSpec(
            HTTPStatus.CONFLICT,
            "The incident, sender or window is not, or no longer, what the action says, or the incident has "
            "another `version`; nothing was done.",
            (answers.IncidentAnswer, answers.SenderAnswer, answers.MaintenanceAnswer),
        ),
    ),
    max_body_bytes=limits.MAX_ACTION_BYTES,
    remedy="Send only the keys of the contract, and a shorter note.",
    throttle="action",
    # What two people do at the same time is refused to one of them, and that is as it should be.
    fewest_requests=20,
)

ROUTES: Final = (AUTH, FILE_SLA_ERROR, INCIDENT_ACTION)
"""Every route of the API."""
