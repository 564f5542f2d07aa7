"""What can happen to a report on its way and still parse: letters lost, a key sent twice.

Both checks look for a trace in the raw bytes, which costs next to nothing, and read closely
only where there is one.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel

from contract.answers import FieldProblem
from contract.remedies import LOST_LETTER, UTF8_HINT
from contract.report import Report, ReportedFolder, StuckFile
from handlers.web.errors import InvalidBodyError
from handlers.web.json_body import DuplicateKeyError, unique_keys

_LOST: Final = LOST_LETTER.encode()
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")
_KEYS: Final = frozenset(
    field.alias or name
    for model in (Report, ReportedFolder, StuckFile)
    for name, field in model.model_fields.items()
)


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
    # If no key is escaped and each occurs exactly as often as there are objects that have it, none repeats.
    if _ESCAPED_LETTER.search(body):
        return True
    files = [file for folder in report.sla_error for file in folder.files]
    expected = Counter(dict.fromkeys(_KEYS, 0))
    for objects in ([report], report.sla_error, files):
        expected.update(_count_keys(objects))
    return any(body.count(f'"{key}"'.encode()) != times for key, times in expected.items())


def _count_keys(objects: Sequence[BaseModel]) -> dict[str, int]:
    """How many of these objects, which are of one type, have each of its keys."""
    if not objects:
        return {}
    return {
        field.alias or name: len(objects)
        if field.is_required()
        else sum(name in one.model_fields_set for one in objects)
        for name, field in type(objects[0]).model_fields.items()
    }


def _unique_known_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return unique_keys([pair for pair in pairs if pair[0] in _KEYS])
