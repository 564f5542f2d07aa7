"""Narrowing down what is shown."""

from collections.abc import Collection, Sequence

import pandas as pd


def containing(frame: pd.DataFrame, text: str, columns: Sequence[str]) -> pd.DataFrame:
    """The rows in which one of the columns contains the text, whatever its case, to the letter."""
    wanted = text.strip().casefold()
    if not wanted:
        return frame
    found = pd.Series(False, index=frame.index)
    for column in columns:
        found |= frame[column].str.casefold().str.contains(wanted, regex=False)
    return frame[found].reset_index(drop=True)


def with_status(incidents: pd.DataFrame, statuses: Collection[str]) -> pd.DataFrame:
    """The incidents of these statuses."""
    return incidents[incidents["status"].isin(list(statuses))].reset_index(drop=True)
