"""How long the functions run with a share of a processor, and what that costs.

The emulator has no such shares, so CPU time is measured here, where a process has a processor to itself,
and scaled: Lambda gives CPU in proportion to memory, one processor at 1,769 MB.
"""

from dataclasses import dataclass

from bench.capacity.prices import FUNCTION_GB_SECOND, FUNCTION_REQUEST

WHOLE_PROCESSOR_MB = 1769
"""AWS Lambda developer guide, memory and computing power."""
MEMORY_MB = 512
"""The program's default."""


@dataclass(frozen=True)
class Work:
    """One invocation."""

    cpu_ms: float
    """On a whole processor, measured by `python -m bench cpu` and `cold-start`."""
    waiting_ms: float
    """For other services; typical of AWS within a region, not measured here."""

    def milliseconds(self, memory_mb: int) -> float:
        """How long it takes with that much memory. Python uses one processor, however many there are."""
        return self.cpu_ms * max(1.0, WHOLE_PROCESSOR_MB / memory_mb) + self.waiting_ms

    def price(self, memory_mb: int) -> float:
        """Of one invocation, in dollars."""
        gb_seconds = memory_mb / 1024 * self.milliseconds(memory_mb) / 1000
        return FUNCTION_REQUEST + gb_seconds * FUNCTION_GB_SECOND


REPORT = Work(cpu_ms=3.5, waiting_ms=10)
"""100 files in 4 folders, warm."""
LARGEST_REPORT = Work(cpu_ms=1000, waiting_ms=150)
"""46,000 files in one folder, indented: as many as its event may hold, with names of 14 characters."""
SIGN_IN = Work(cpu_ms=0.9, waiting_ms=200)
"""Cognito checks a password slowly on purpose."""
COLD_START = Work(cpu_ms=300, waiting_ms=0)
"""Of the ingest function: importing, its client, and the first report."""
APPLY_REPEATED = Work(cpu_ms=1.6, waiting_ms=10)
"""A run that tells nothing new, without the invocation: one item read, one written. Its processor time was
measured once, with a client of botocore that is answered at once."""
APPLY_CHANGED = Work(cpu_ms=5, waiting_ms=30)
"""A run that changes an incident: three reads and a transaction. Reckoned from the above, not measured."""
SWEEP = Work(cpu_ms=15, waiting_ms=60)
"""Fifteen queries, one after the other, that find little. Reckoned like the above."""
SWEEP_PAGE = Work(cpu_ms=10, waiting_ms=10)
"""Each further page of a query, of 1 MB."""
TELLING_SWEEP = Work(cpu_ms=20, waiting_ms=75)
"""Of messages, where nothing is due: thirteen queries and a batch, one after the other. Reckoned like the
projection's."""
TELL = Work(cpu_ms=25, waiting_ms=600)
"""One message: two transactions, the files of its incident, and an answer of SES or a webhook. Reckoned, not
measured; several recipients share the waiting."""
