"""Places: one folder of one sender, however its path is spelt.

What is known of a file is known of its place: another server with the same path says nothing about it.
"""

from typing import Any, Final

import pandas as pd

from contract.folders import folder_key

_SEPARATOR: Final = "\x1f"
"""Between the sender's key and the folder's: no account's `sub` has one."""


def join_place(sender: str, folder: str) -> str:
    """The place of a sender's key and a folder's key."""
    return f"{sender}{_SEPARATOR}{folder}"


def find_folder_keys(folders: "pd.Series[str]") -> "pd.Series[str]":
    """The key of each of these paths."""
    codes, paths = pd.factorize(folders)
    keys = pd.Series([folder_key(path) for path in paths], dtype="str").take(codes)
    return keys.set_axis(folders.index)


def mark_places(frame: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The records or files with their `folder_key`, their `place`, and the `sender` filled in.

    Where a record does not tell its sender, that is the account: the one sender of it that `records` tell of
    as naming the folder, or the account's name where there are none or several.
    """
    keys = find_folder_keys(frame["folder"])
    marked = frame.assign(folder_key=keys)
    silent = frame["sender"].eq("")
    if silent.any():
        marked["sender"] = frame["sender"].mask(silent, _judge_by_account(marked, records))
    return marked.assign(place=marked["sender"] + _SEPARATOR + keys)


def _judge_by_account(frame: pd.DataFrame, records: pd.DataFrame) -> "pd.Series[Any]":
    telling = records[records["sender"].ne("")]
    if telling.empty:
        return frame["reported_by"]
    senders = (
        telling.assign(folder_key=find_folder_keys(telling["folder"]))[
            ["reported_by", "folder_key", "sender"]
        ]
        .drop_duplicates()
        .drop_duplicates(["reported_by", "folder_key"], keep=False)
    )
    asked = frame[["reported_by", "folder_key"]]
    found = asked.merge(senders, how="left", on=["reported_by", "folder_key"])["sender"]
    return found.set_axis(frame.index).fillna(frame["reported_by"])
