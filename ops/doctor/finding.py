"""What a check finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from contract.names import RUNBOOK_FILE, RunbookSection
from ops.stack import Stack


@unique
class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"
    """It could not be looked at."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: what was looked at.
        level: how bad it is.
        what: how it is, and what that means.
        remedy: how to mend it; empty where nothing is to be.
        see: where more is said of it.
    """

    check: str
    level: Level
    what: str
    remedy: str = ""
    see: str = ""


Check = Callable[[Stack], Iterator[Finding]]
"""Looks at one part of a stack. It may raise what boto3 raises."""


def runbook(section: RunbookSection) -> str:
    """Where a section of the runbook is, in this repository."""
    return f"docs/{RUNBOOK_FILE}#{section}"
