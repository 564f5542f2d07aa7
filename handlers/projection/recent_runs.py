"""A short memory of runs, so that a run that comes again is known again.

Streams deliver at least once, and a script may send a report twice: items with one RunId within
ten minutes are one run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from handlers.incidents.runs import Run
from store.runs import SAME_RUN

_ALWAYS: Final = 4
_AT_MOST: Final = 40
_ID_CHARACTERS: Final = 12


@dataclass(frozen=True)
class RecentRuns:
    """The last runs of a sender: the beginning of each RunId, and the run's moment in seconds since 1970."""

    moments: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From what `format` wrote."""
        pairs = (entry.split(":") for entry in text.split() if entry)
        return cls({run_id: int(moment, 36) for run_id, moment in pairs})

    def format(self) -> str:
        """As text of some 20 characters a run."""
        return " ".join(f"{run_id}:{_base36(moment)}" for run_id, moment in self.moments.items())

    def knows(self, run: Run) -> bool:
        """Whether the run, or one that it repeats, is among them."""
        moment = self.moments.get(run.run_id[:_ID_CHARACTERS])
        return moment is not None and abs(_seconds(run.moment) - moment) <= SAME_RUN.total_seconds()

    def with_run(self, run: Run) -> Self:
        """With this run, and without those that are too old to come again."""
        moment = _seconds(run.moment)
        entries = {**self.moments, run.run_id[:_ID_CHARACTERS]: moment}
        ordered = sorted(entries.items(), key=lambda entry: entry[1])[-_AT_MOST:]
        oldest = moment - SAME_RUN.total_seconds()
        kept = [entry for entry in ordered[:-_ALWAYS] if entry[1] >= oldest]
        return type(self)(dict([*kept, *ordered[-_ALWAYS:]]))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    text = ""
    while number:
        number, digit = divmod(number, len(digits))
        text = digits[digit] + text
    return text or "0"
