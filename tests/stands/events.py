"""API Gateway proxy events, as small as a test needs them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from contract.names import Group

CLIENT_ID = "client-1"


def auth_event(body: object) -> dict[str, Any]:
    return {"body": _text(body), "headers": {}, "requestContext": {"requestId": "request-1"}}


def report_event(
    body: object,
    *,
    groups: str | None = Group.REPORTERS,
    token_use: str = "id",
    subject: str = "subject-1",
    audience: str = CLIENT_ID,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A POST to the report route that the authorizer has let through."""
    claims = {"sub": subject, "aud": audience, "cognito:username": "reporter", "token_use": token_use}
    if groups is not None:
        claims["cognito:groups"] = groups
    return {
        "body": _text(body),
        "headers": dict(headers or {}),
        "requestContext": {"requestId": "request-1", "authorizer": {"claims": claims}},
    }


action_event = partial(report_event, groups=Group.ANALYSTS)
"""A POST to the route of actions that the authorizer has let through."""


def a_report(*folders: str, files: int = 1) -> dict[str, Any]:
    """A valid report body of folders with the same number of files each."""
    return {
        "sla_error": [
            {
                "folder": folder,
                "sla": 20,
                "files": [
                    {"filename": f"file_{number}.csv", "creationDate": "2024-07-31T00:00:00.0000000-03:00"}
                    for number in range(files)
                ],
            }
            for folder in folders
        ]
    }


@dataclass
class LambdaContext:
    """The part of Lambda's context that the functions look at."""

    remaining_ms: int = 28_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


def _text(body: object) -> str:
    return body if isinstance(body, str) else json.dumps(body)
