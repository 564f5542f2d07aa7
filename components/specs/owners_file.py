"""The file `owners.yaml`, wherever the configuration says it is."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from contract.names import ROOT
from contract.owners.model import SHIPPED_NAME, Channel, Owners, dump_owners, list_channels
from contract.owners.reading import OwnersFileError, read_owners_file


def find_owners_file(value: str) -> Path:
    """The file that the key `ownersFile` names, relative to the project's folder."""
    return ROOT / value


def check_owners_file(value: str) -> str:
    """The path of a file in which all is right, or empty.

    Raises:
        ValueError: all that is wrong with it, each with its line.
    """
    if value:
        try:
            read_owners_file(find_owners_file(value))
        except OwnersFileError as error:
            raise ValueError("\n    ".join(error.problems)) from None
    return value


def ship_owners(owners: Owners | None) -> Mapping[str, str]:
    """What a function's package has to hold that wants to know whom folders belong to."""
    return {SHIPPED_NAME: dump_owners(owners)} if owners else {}


def list_all_channels(owners: Owners) -> Iterator[Channel]:
    """Every channel of every owner, in the order of the file."""
    for owner in owners.owners.values():
        for _, channel in list_channels(owner):
            yield channel
