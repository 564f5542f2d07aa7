"""What can happen to a report on its way and still parse: letters lost, a key sent twice.

Both are looked for in the raw bytes, which costs next to nothing, and closely only where there is a trace.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pydantic import BaseModel

from contract.answers import LOST_LETTER, FieldProblem
from contract.report import ListedFolder, Report, ReportedFolder, ReportedRun, StuckFile
from handlers.web.errors import InvalidBodyError
from handlers.web.json_body import DuplicateKeyError, unique_keys

_LOST: Final = LOST_LETTER.encode()
_ESCAPED_LETTER: Final = re.compile(rb"\\u00[4-7]")


def _list_keys(*models: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for model in models for name, field in model.model_fields.items())


_STOCK_KEYS: Final = _list_keys(Report, ReportedFolder, StuckFile)
"""What a report has that tells nothing of its run; fewer keys are sooner counted."""
_KEYS: Final = _STOCK_KEYS | _list_keys(ReportedRun, ListedFolder)


def check_transmission(body: bytes, report: Report) -> None:
    """Holds the parsed report against the bytes it came from.

    Raises:
        InvalidBodyError: an object has a key of the contract twice.
    """
    if not _may_repeat_a_key(body, report):
        return
    try:
        json.loads(body, object_pairs_hook=_unique_known_keys)
    except DuplicateKeyError as duplicate:
        raise InvalidBodyError(
            [FieldProblem(duplicate.key, "appears more than once in an object", "send each key once")]
        ) from None


def count_lost_letters(body: bytes, report: Report) -> int:
    r"""How many different names of folders and files lost letters, because the body had not been UTF-8.

    A name that really holds U+FFFD does not count where the body has it escaped, as `\ufffd`.
    """
    if _LOST not in body:
        return 0
    return len({name for name in _list_names(report) if LOST_LETTER in name})


def _list_names(report: Report) -> Iterator[str]:
    for breach in report.sla_error:
        yield breach.folder
        for file in breach.files:
            yield file.filename
    if report.run is not None:
        for listed in report.run.folders or ():
            yield listed.folder


def _may_repeat_a_key(body: bytes, report: Report) -> bool:
    # If no key is escaped and each occurs exactly as often as there are objects that have it, none repeats.
    if _ESCAPED_LETTER.search(body):
        return True
    expected = Counter(dict.fromkeys(_STOCK_KEYS if report.run is None else _KEYS, 0))
    for objects in _list_objects(report):
        expected.update(_count_keys(objects))
    return any(body.count(f'"{key}"'.encode()) != times for key, times in expected.items())


def _list_objects(report: Report) -> Iterator[Sequence[BaseModel]]:
    """Every object of the report, those of one type together."""
    yield [report]
    yield report.sla_error
    yield [file for folder in report.sla_error for file in folder.files]
    if report.run is not None:
        yield [report.run]
        yield report.run.folders or []


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
