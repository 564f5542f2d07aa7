"""Narrowing down what is shown."""

from collections.abc import Collection, Sequence

import pandas as pd

from dashboard.services.stuck_files import Status


def filter_by_text(frame: pd.DataFrame, text: str, columns: Sequence[str]) -> pd.DataFrame:
    """The rows in which one of the columns contains the text, whatever its case, to the letter."""
    wanted = text.strip().casefold()
    if not wanted:
        return frame
    found = pd.Series(False, index=frame.index)
    for column in columns:
        found |= frame[column].str.casefold().str.contains(wanted, regex=False)
    return frame[found].reset_index(drop=True)


def filter_by_status(stuck: pd.DataFrame, statuses: Collection[Status]) -> pd.DataFrame:
    """The stuck files of these statuses."""
    # The same frame where nothing is left out: others have it too, and a copy would be one analyst's.
    if set(statuses) >= set(Status):
        return stuck
    return stuck[stuck["status"].isin([str(status) for status in statuses])].reset_index(drop=True)


def filter_by_sender(frame: pd.DataFrame, sender: str) -> pd.DataFrame:
    """The rows of the sender of this name or key; all of them where it is empty."""
    if not sender:
        return frame
    wanted = frame["sender_name"].eq(sender) | frame["sender"].eq(sender)
    return frame[wanted].reset_index(drop=True)
