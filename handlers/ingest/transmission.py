"""What can happen to a report on its way and still parse: letters lost, a key sent twice.

Both checks look for a trace in the raw bytes, which costs next to nothing, and read closely
only where there is one.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from contract.answers import FieldProblem
from contract.remedies import LOST_LETTER, UTF8_HINT
from contract.report import Report
from handlers.web.errors import InvalidBodyError
from handlers.web.json_body import DuplicateKeyError, unique_keys

_LOST: Final = LOST_LETTER.encode()
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")
_OF_REPORT: Final = ("sla_error",)
_OF_FOLDER: Final = ("folder", "sla", "files")
_OF_FILE: Final = ("filename", "creationDate")
_KEYS: Final = frozenset((*_OF_REPORT, *_OF_FOLDER, *_OF_FILE))


def check_transmission(body: bytes, report: Report) -> None:
    """Holds the parsed report against the bytes it came from.

    Raises:
        InvalidBodyError: a name lost letters on the way, or an object has a key of the contract twice.
    """
    if _LOST in body and (problems := list(_find_lost_letters(report))):
        raise InvalidBodyError(problems)
    if _may_repeat_a_key(body, report):
        try:
            json.loads(body, object_pairs_hook=_unique_known_keys)
        except DuplicateKeyError as duplicate:
            raise InvalidBodyError(
                [FieldProblem(duplicate.key, "appears more than once in an object", "send each key once")]
            ) from None


def _find_lost_letters(report: Report) -> Iterator[FieldProblem]:
    for position, folder in enumerate(report.sla_error):
        place = f"sla_error[{position}]"
        if LOST_LETTER in folder.folder:
            yield _describe_lost(f"{place}.folder")
        for number, file in enumerate(folder.files):
            if LOST_LETTER in file.filename:
                yield _describe_lost(f"{place}.files[{number}].filename")


def _describe_lost(field: str) -> FieldProblem:
    return FieldProblem(
        field,
        "lost letters on the way, because the body was not UTF-8",
        f"{UTF8_HINT}; a name that really holds U+FFFD is taken when written as \\ufffd",
    )


def _may_repeat_a_key(body: bytes, report: Report) -> bool:
    # Each object has each of its keys at least once. If no key is escaped and each occurs exactly
    # once per object, none repeats.
    if _ESCAPED_LETTER.search(body):
        return True
    folders = len(report.sla_error)
    files = sum(len(folder.files) for folder in report.sla_error)
    expected = {_OF_REPORT: 1, _OF_FOLDER: folders, _OF_FILE: files}
    return any(
        body.count(f'"{key}"'.encode()) != objects for keys, objects in expected.items() for key in keys
    )


def _unique_known_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return unique_keys([pair for pair in pairs if pair[0] in _KEYS])
