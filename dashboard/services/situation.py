"""How the whole is: what is open, who is silent, and whether all is well."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.words import SenderState
from dashboard.data.sender import Fleet
from dashboard.services.incidents import Live
from dashboard.services.known_senders import list_senders

_WATCHED: Final = (SenderState.UP, SenderState.LATE, SenderState.SILENT)
"""Of senders in another state nothing is expected."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Figures of now."""

    open: int
    unknown: int
    """Without those of which a script that says nothing when all is well says nothing more."""
    quiet: int
    silent: int
    refused: int
    """Senders whose last report was refused."""
    unreadable: int
    oldest_overdue: timedelta | None
    """None where nothing is open whose age is known."""
    senders: int
    """That ever sent a report that was taken."""
    last_report: datetime | None

    @property
    def well(self) -> bool:
        """Whether there is nothing that anybody should look at."""
        return not (self.open or self.unknown or self.silent or self.refused or self.unreadable)


def summarize(live: Live, fleet: Fleet, now: datetime) -> Situation:
    """The figures of what is live, and of every sender."""
    overdue = [minutes for one in live.open if (minutes := one.overdue_minutes(now)) is not None]
    watched = [one for one in fleet.senders if one.state in _WATCHED]
    return Situation(
        open=len(live.open),
        unknown=len(live.unknown),
        quiet=len(live.quiet),
        silent=sum(one.state is SenderState.SILENT for one in watched),
        refused=sum(one.refused for one in list_senders(fleet)),
        unreadable=sum(one.unreadable for one in watched),
        oldest_overdue=timedelta(minutes=max(overdue)) if overdue else None,
        senders=len(fleet.senders),
        last_report=max((one.last_arrival_at for one in fleet.senders), default=None),
    )
