"""How often each status was given."""

from typing import Final

import pandas as pd

from dashboard.widgets.rows import RowColumn, draw_rows

_COLUMNS: Final = (
    RowColumn(name="status", heading="Status", kind="text", width=64),
    RowColumn(name="route", heading="Answered by", kind="text", width=150),
    RowColumn(name="requests", heading="Requests", kind="number", width=80),
)


def draw_statuses(found: pd.DataFrame) -> None:
    """A table of `requests` by `status` and `route`."""
    rows = [
        (f"{status} {route}", [status, f"/{route}" if route else "(the gateway itself)", f"{requests:,}"])
        for status, route, requests in found[["status", "route", "requests"]].itertuples(index=False)
    ]
    draw_rows(rows, "statuses", _COLUMNS, label="Status codes")
