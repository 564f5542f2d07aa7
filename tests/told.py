"""What owners of a running stack are told, without waiting for the minutes that messages take."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from contract.names import MESSAGES, SWEEP
from contract.outputs import LocalOutput, Output
from contract.owners.file import read_owners_file
from handlers.messages.sending.recipient_store import ConflictError
from local.demo.noticing import notice
from tests.running_stack import RunningStack

OWNERS_FILE: Final = Path(__file__).parent / "owners.yaml"
LONG_AGO: Final = timedelta(minutes=31)
"""Longer than any message waits for others."""
_PATIENCE_SECONDS: Final = 60
_LOOK_SECONDS: Final = 0.5

Message = dict[str, Any]


@dataclass(frozen=True)
class Owner:
    """An owner, who reads what arrives at the receiver."""

    stack: RunningStack
    name: str

    def messages(self) -> list[Message]:
        """All that arrived, the oldest first."""
        address = f"{self.stack.outputs[LocalOutput.RECEIVER_URL]}/messages.json"
        answer = httpx.get(address, params={"owner": self.name}, trust_env=False).raise_for_status()
        return list(reversed(answer.json()))

    def wait(self, wanted: Callable[[list[Message]], bool]) -> list[Message]:
        """Has the function tell what is due until what arrived is as wanted."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not wanted(arrived := self.messages()):
            assert time.monotonic() < deadline, arrived
            tell(self.stack)
            time.sleep(_LOOK_SECONDS)
        return arrived


def tell(stack: RunningStack) -> None:
    """Has the function tell now what it would tell within the next half hour, as things are."""
    owners = read_owners_file(OWNERS_FILE)
    try:
        notice(stack.aws, stack.outputs, owners, datetime.now(UTC) - LONG_AGO)
    except ConflictError:
        # A sweep of the schedule was at it; whoever waits tries again.
        return
    invoke(stack)


def invoke(stack: RunningStack) -> None:
    """Has the function sweep, as its schedule does each minute."""
    answer = stack.aws.client("lambda").invoke(
        FunctionName=f"{stack.outputs[Output.METRICS_NAMESPACE]}-{MESSAGES}", Payload=json.dumps(SWEEP)
    )
    assert "FunctionError" not in answer, answer["Payload"].read().decode()
