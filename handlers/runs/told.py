"""A run together with what only screens need of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.incidents.runs import Run


@dataclass(frozen=True, kw_only=True)
class ToldRun:
    """One report, or a part of one, as it is stored."""

    run: Run
    sender_name: str
    """What screens call the sender: its user name, and where the script names itself `/` and that name."""
    reported_by: str
    """The user name."""
    keyed: bool = False
    """Whether the report may come again under the same RunId: it had a key, or an id of its own."""
    spelt: Mapping[str, str] = field(default_factory=dict)
    """How the folders of the list are spelt, by their keys."""
    clock_told: bool = False
    """Whether the report says when it was sent by the sender's own clock."""
    lost_letters: int = 0
    """How many of its names lost letters on the way."""
