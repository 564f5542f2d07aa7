"""Folders and the spellings of their paths."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from contract.folders import folder_key
from dashboard.services.places import find_folder_keys


@dataclass(frozen=True)
class Spellings:
    """The folders that were reported, each however it was spelt."""

    of_folders: Mapping[str, tuple[str, ...]]
    """The spellings by the folder's key, the last one first."""

    @property
    def folders(self) -> list[str]:
        """Each folder as last spelt, in order."""
        return sorted(spellings[0] for spellings in self.of_folders.values())

    def find(self, folder: str) -> tuple[str, ...]:
        """Every spelling known of a folder and the given one; first the one that a screen shows."""
        known = self.of_folders.get(folder_key(folder), ())
        return known if folder in known else (*known, folder)


def list_spellings(records: pd.DataFrame) -> Spellings:
    """The folders of these records."""
    last = records.sort_values("detected_at").drop_duplicates("folder", keep="last")[::-1]
    paths = last["folder"].groupby(find_folder_keys(last["folder"]), sort=False)
    return Spellings({str(key): tuple(spelt) for key, spelt in paths})
