"""Creation dates: which of them tell a file's age, and how all of them are shown.

A file system or a clock may yield any of the years 1 to 9999. Zones lead out of the calendar at its ends, and
knew no hours long ago: a date that is not plausible is shown in UTC, as it was stored.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from contract.moments import EARLIEST_PLAUSIBLE, FURTHEST_AHEAD


def find_plausible(created: "pd.Series[pd.Timestamp]", seen: "pd.Series[pd.Timestamp]") -> "pd.Series[bool]":
    """For each file what `is_plausible` says: whether its creation date tells its age."""
    return created.ge(EARLIEST_PLAUSIBLE) & created.le(seen + FURTHEST_AHEAD)


def spell_creation(created: datetime, zone: ZoneInfo, *, plausible: bool) -> str:
    """When a file was created, to the minute on the clocks of `zone`.

    Where that is not plausible it is in UTC, and marked with `(?)`.
    """
    return _spell(created.astimezone(zone)) if plausible else f"{_spell(created)} UTC (?)"


def spell_creations(files: pd.DataFrame, zone: ZoneInfo) -> "pd.Series[str]":
    """The same of each file, by its `created` and `plausible`."""
    texts = [
        spell_creation(created, zone, plausible=plausible)
        for created, plausible in zip(files["created"], files["plausible"], strict=True)
    ]
    return pd.Series(texts, index=files.index, dtype="str")


def _spell(moment: datetime) -> str:
    # strftime writes the year 1 as "1" on some systems.
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")
