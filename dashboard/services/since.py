"""Since when records tell which sender they are of."""

from datetime import datetime

import pandas as pd


def all_tell_senders(records: pd.DataFrame) -> bool:
    """Whether every one of these records tells its sender."""
    return bool(records["sender"].ne("").all())


def find_first_told(records: pd.DataFrame) -> datetime | None:
    """When the first of these records that tells its sender was detected."""
    told = records.loc[records["sender"].ne(""), "detected_at"]
    return None if told.empty else told.min().to_pydatetime()
