"""What owners of a running stack are sent, without the minutes that notifications wait."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from contract.names import NOTIFICATIONS, ROOT, LocalOutput, Output
from contract.owners.reading import read_owners_file
from local.demo.sweeping import observe, sweep
from store.dynamodb import ConflictError
from tests.stands.running_stack import RunningStack

OWNERS_FILE: Final = ROOT / "tests" / "owners.yaml"
LONG_AGO: Final = timedelta(minutes=31)
"""Longer than any message waits for others."""
_TIMEOUT_SECONDS: Final = 60
_LOOK_SECONDS: Final = 0.5

Message = dict[str, Any]


def read_messages(receiver_url: str, owner: str | None = None) -> list[Message]:
    """What arrived at a receiver, for an owner or for all, the oldest first."""
    query = {"owner": owner} if owner else {}
    answer = httpx.get(f"{receiver_url}/messages.json", params=query, trust_env=False).raise_for_status()
    return list(reversed(answer.json()))


@dataclass(frozen=True)
class Owner:
    stack: RunningStack
    name: str

    def messages(self) -> list[Message]:
        return read_messages(self.stack.outputs[LocalOutput.RECEIVER_URL], self.name)

    def wait(self, wanted: Callable[[list[Message]], bool]) -> list[Message]:
        """Has the function tell what is due until what arrived is as wanted."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not wanted(arrived := self.messages()):
            assert time.monotonic() < deadline, arrived
            tell(self.stack)
            time.sleep(_LOOK_SECONDS)
        return arrived


def tell(stack: RunningStack) -> None:
    """Runs the sweep as if half an hour had passed."""
    # Where a sweep of the schedule is at it, whoever waits tries again.
    with suppress(ConflictError):
        owners = read_owners_file(OWNERS_FILE)
        observe(stack.aws, stack.outputs, owners, datetime.now(UTC) - LONG_AGO)
        sweep(stack.aws, stack.outputs[Output.METRICS_NAMESPACE], NOTIFICATIONS)
