"""The two handlers, and events for them as the gateway gives them."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from bench.workload.reports import Shape, body
from bench.workload.service import Service
from contract.names import Group

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]
OURS = "handlers.file_sla_error"
NAIVE = "bench.rivals.naive.handler"


class Context:
    """The part of Lambda's context that a handler looks at."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Time enough."""
        return 600_000


def load(module: str) -> Handler:
    """The handler of a module, imported now."""
    handler: Handler = import_module(module).handler
    return handler


def our_event(shape: Shape, client_id: str) -> dict[str, Any]:
    """A report that the authorizer has let through, its token given to this app client."""
    claims = {
        "sub": "6f0b5f9e-1c53-4a57-9a3c-0a1b6a9f2f10",
        "cognito:username": "reporter",
        "cognito:groups": Group.REPORTERS,
        "token_use": "id",
        "aud": client_id,
    }
    return {
        "body": body(shape).decode(),
        "headers": {"Content-Type": "application/json"},
        "requestContext": {"requestId": "bench", "authorizer": {"claims": claims}},
    }


def naive_event(shape: Shape, service: Service) -> dict[str, Any]:
    """The same report with a token that is yet to be checked."""
    return {"body": body(shape).decode(), "headers": {"Authorization": f"Bearer {service.token()}"}}
