"""Which owners' file is meant, and what is in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

from contract.names import ROOT, LocalOutput
from contract.owners.model import Owners
from contract.owners.reading import OwnersFileError, read_owners_file
from ops.errors import OpsError
from ops.stack import OutputsError, Stack

DEFAULT: Final = Path("owners.yaml")
_HOW: Final = "with --file FILE, or after `owners check`"


class OwnersError(OpsError):
    """There is no owners' file, or it cannot be used."""


def find_file(named: Path | None, root: Path = ROOT, *, local: Path | None = None) -> Path:
    """The file that was named; without one, that of the stacks' configuration, else `owners.yaml` here.

    Args:
        named: on the command line.
        root: the project's folder.
        local: that of a local stack, for where there is none of these.

    Raises:
        OwnersError: there is none, or which one is meant is not clear.
    """
    if named is not None:
        return named
    configured = {root / value: file.name for file in _list_stack_files(root) if (value := _read_key(file))}
    if len(configured) > 1:
        files = ", ".join(sorted(configured.values()))
        raise OwnersError(f"{files} name different files in ownersFile. Name the one that you mean, {_HOW}.")
    if configured:
        return next(iter(configured))
    if DEFAULT.exists():
        return DEFAULT
    if local is not None:
        return local
    raise OwnersError(
        f"No Pulumi.<stack>.yaml has an ownersFile, there is no {DEFAULT} here, and no local stack of this "
        f"folder is up. Name the file, {_HOW}; docs/owners.md says how to write one."
    )


def find_local_file(stack: Stack) -> Path | None:
    """The file that a local stack was brought up with; None of a stack in AWS, whose outputs name none."""
    named = stack.outputs.get(LocalOutput.OWNERS_FILE)
    return Path(named) if named else None


def find_file_without_stack(named: Path | None) -> Path:
    """The file for a command that needs no stack, and so may find none.

    Raises:
        OwnersError: as `find_file`.
    """
    try:
        stack = Stack.read(None)
    except OutputsError:
        stack = Stack.none()
    return find_file(named, local=find_local_file(stack))


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
