"""What a message needs beside what it says: the moment, where links lead, and the files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

SHOWN_FILES: Final = 10
"""Files that a message lists, the worst first; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class StuckFile:
    """A file of an incident, as its last sighting told it."""

    name: str
    created: datetime | None = None
    """None where the date tells no age."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What is known when a message is put into words."""

    now: datetime
    dashboard_url: str = ""
    """Where links lead; empty for none."""
    docs_url: str = ""
    """The folder `docs` on the web; empty for no link to it."""
    files: Mapping[str, Sequence[StuckFile]] = field(default_factory=dict)
    """By incident id, at least the worst `SHOWN_FILES` of each. An incident without any: its records are
    gone. One that is missing: its files were not looked up, and nothing is said of them."""
