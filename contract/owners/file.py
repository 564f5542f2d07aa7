"""Reads `owners.yaml`. Only the program, ops and the local stack do: functions have what came of it."""

from collections.abc import Sequence
from pathlib import Path

from contract.owners.model import Owners
from contract.owners.reading.owners import read_owners
from contract.owners.reading.rules import read_owner_name, read_rules
from contract.owners.reading.yaml_file import YamlFile


class OwnersFileError(Exception):
    """The file cannot be used.

    Attributes:
        problems: what is wrong, such as `owners.yaml:12: ...`, in the order of the lines.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_owners_file(path: Path) -> Owners:
    """What the file says.

    Raises:
        OwnersFileError: it cannot be read, or anything in it is wrong: all of that, each with its line.
    """
    file = YamlFile()
    owners = _read(file, _read_text(path))
    if owners is None or file.problems:
        raise OwnersFileError([f"{path.name}:{one.line}: {one.text}" for one in sorted(file.problems)])
    return owners


def _read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise OwnersFileError([f"{path.name}: there is no file {path}."]) from None
    except OSError as error:
        raise OwnersFileError([f"{path.name}: {path} cannot be read: {error.strerror}."]) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise OwnersFileError([f"{path.name}:{line}: is not UTF-8: save the file as UTF-8."]) from None


def _read(file: YamlFile, text: str) -> Owners | None:
    node = file.parse(text)
    if node is None:
        return None
    parts = file.read_mapping(
        node, "the file", ("default", "owners", "rules"), required=("default", "owners")
    )
    owners = read_owners(file, parts.get("owners"))
    default = read_owner_name(file, parts.get("default"), "default", owners)
    rules = read_rules(file, parts.get("rules"), owners)
    return Owners(owners=owners, rules=rules, default=default) if default else None
