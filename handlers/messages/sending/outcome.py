"""What became of a sweep."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self


@dataclass(kw_only=True)
class Outcome:
    """Of one recipient, or of several together."""

    recipients: int = 0
    """How many were looked at."""
    delivered: int = 0
    failed: int = 0
    """Attempts that failed and are made again."""
    dead: int = 0
    """Lines that were given up."""
    disabled: int = 0
    """Channels over which nothing is sent until somebody mends them."""
    faults: int = 0
    """What should never be: each is in the log."""
    delays: list[timedelta] = field(default_factory=list)
    """From the run that opened an incident to the message of it."""

    @classmethod
    def gather(cls, outcomes: Iterable["Outcome"]) -> Self:
        """All of them together."""
        whole = cls()
        for one in outcomes:
            whole.recipients += one.recipients
            whole.delivered += one.delivered
            whole.failed += one.failed
            whole.dead += one.dead
            whole.disabled += one.disabled
            whole.faults += one.faults
            whole.delays += one.delays
        return whole
