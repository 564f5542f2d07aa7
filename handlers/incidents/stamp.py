"""When a run was: what orders runs, and where its records are found."""

from datetime import datetime
from typing import NamedTuple


class Stamp(NamedTuple):
    """A run's place. Compares by moment, then by run id, which is the order runs are folded in."""

    at: datetime
    """The run's moment."""
    run: str
    """Its RunId."""
    arrived: datetime
    """When its report came; the records of it are stored under that hour."""
