"""Which owners' file is meant, and what is in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from contract.owners.file import OwnersFileError, read_owners_file
from contract.owners.model import Owners
from ops.errors import OpsError

ROOT: Final = Path(__file__).parents[2]
DEFAULT: Final = Path("owners.yaml")


class OwnersError(OpsError):
    """There is no owners' file, or it cannot be used."""


def find_file(named: Path | None, root: Path = ROOT) -> Path:
    """The file that was named; without one, that of the stacks' configuration, else `owners.yaml` here.

    Args:
        named: on the command line.
        root: the project's folder.

    Raises:
        OwnersError: there is none, or which one is meant is not clear.
    """
    if named is not None:
        return named
    configured = {root / value: file.name for file in _list_stack_files(root) if (value := _read_key(file))}
    if len(configured) > 1:
        files = ", ".join(sorted(configured.values()))
        raise OwnersError(f"{files} name different files in ownersFile. Name the one that you mean.")
    found = next(iter(configured), DEFAULT)
    if not configured and not found.exists():
        raise OwnersError(
            f"No Pulumi.<stack>.yaml has an ownersFile, and there is no {DEFAULT} here. Name the file."
        )
    return found


def read_owners(file: Path) -> Owners:
    """What is in the file.

    Raises:
        OwnersError: anything in it is wrong: all of that.
    """
    try:
        return read_owners_file(file)
    except OwnersFileError as error:
        raise OwnersError(str(error)) from None


def _list_stack_files(root: Path) -> Iterator[Path]:
    yield from sorted(root.glob("Pulumi.*.yaml"))


def _read_key(file: Path) -> str:
    try:
        project = yaml.safe_load((file.parent / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
        config = (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("config") or {}
    except (OSError, yaml.YAMLError) as error:
        raise OwnersError(f"{file.name} cannot be read: {error}") from None
    return str(config.get(f"{project}:ownersFile") or "")
