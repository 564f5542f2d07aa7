"""Who does something, and what makes it the same deed when the request comes again."""

import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4, uuid5

from contract.action import ActionRequest
from handlers.web.caller import Caller

_DEEDS: Final = UUID("6f0b7c52-9c1e-4b7e-8a39-2f6d1f4c0e83")


@dataclass(frozen=True, kw_only=True)
class Doer:
    """The user who sent a request, and the request's idempotency key."""

    caller: Caller
    idempotency_key: str | None

    def deed_id(self, request: ActionRequest) -> str:
        """The id of what is asked for: with a key, the same for the same request of the same user."""
        if self.idempotency_key is None:
            return uuid4().hex
        asked = [self.caller.subject, self.idempotency_key, request.model_dump(mode="json")]
        return uuid5(_DEEDS, json.dumps(asked, sort_keys=True)).hex
