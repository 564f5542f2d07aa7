"""Whether the last report is late is said of those of which another is expected."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contract.words import SenderState
from dashboard.data.sender import Sender
from dashboard.services.punctuality import describe_punctuality

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def sender(state: SenderState, due_in: float | None) -> Sender:
    due_at = None if due_in is None else NOW + timedelta(minutes=due_in)
    given: dict[str, Any] = {"state": state, "due_at": due_at}
    return Sender.model_construct(**given)


@pytest.mark.parametrize(
    ("senders", "told"),
    [
        ([], "none is due at any time"),
        ([sender(SenderState.UP, None)], "none is due at any time"),
        ([sender(SenderState.RETIRED, -99)], "none is due at any time"),
        (
            [sender(SenderState.UP, 40), sender(SenderState.UP, 13), sender(SenderState.UP, None)],
            "on time, the next due in 13 min",
        ),
        # Not yet late: it has some minutes of grace.
        ([sender(SenderState.UP, -1)], "on time, the next due now"),
        (
            [sender(SenderState.UP, 40), sender(SenderState.LATE, -3), sender(SenderState.SILENT, -300)],
            "2 of 3 senders late",
        ),
    ],
)
def test_what_is_said(senders: list[Sender], told: str) -> None:
    assert describe_punctuality(senders, NOW) == told
