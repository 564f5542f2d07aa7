"""From when to when a sender's folder was in breach, as its incidents tell."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import pandas as pd

from contract.words import IncidentStatus
from dashboard.columns import MOMENT
from dashboard.services.places import join_place


class BreachSpan(NamedTuple):
    """An incident, as far as the fate of its files hangs on it."""

    opened: datetime
    ended: datetime | None
    """When it was cleared, lapsed or was closed; None while it lives."""
    status: IncidentStatus


Spans = Mapping[tuple[str, str], Sequence[BreachSpan]]
"""The incidents of each sender's key and folder's key."""

NO_SPANS: Final[Spans] = {}


def tabulate_spans(spans: Spans) -> pd.DataFrame:
    """A row for each: its `place`, when it `opened` and `ended`, or NaT, and its `incident`, a status."""
    rows = [
        (join_place(*place), span.opened, span.ended, str(span.status))
        for place, given in spans.items()
        for span in given
    ]
    table = pd.DataFrame.from_records(rows, columns=["place", "opened", "ended", "incident"])
    return table.astype({"place": "str", "opened": MOMENT, "ended": MOMENT, "incident": "str"})
