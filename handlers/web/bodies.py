"""JSON in a request body, and what is wrong with it in the contract's words, with the PowerShell remedy.

No answer quotes what was read: a body holds passwords.
"""

import json
import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from json import JSONDecodeError
from typing import TYPE_CHECKING, Any, Final

from contract.answers import CLOCK_HINT, CREATION_HINT, UNTIL_HINT, UTF8_HINT, FieldProblem
from contract.limits import MAX_INTERVAL_MINUTES, MAX_PARTS, MAX_SLA_MINUTES, MIN_SLA_MINUTES
from handlers.web.errors import InvalidBodyError

if TYPE_CHECKING:
    # For types alone: AuthLambda ships no pydantic.
    from pydantic_core import ErrorDetails

_BODY: Final = "body"
# Without examples: whoever reads the answer as it is sent sees every backslash and quote escaped.
_BACKSLASH: Final = "write each backslash twice, as ConvertTo-Json does"
_QUOTES: Final = "put keys and texts in double quotes, as ConvertTo-Json does"
_UNCHANGED: Final = "send what ConvertTo-Json writes, unchanged"
_TWICE: Final = "it went through ConvertTo-Json twice: send what the first one wrote"
_DEEPER: Final = "in PowerShell, give ConvertTo-Json a greater depth: ConvertTo-Json -Depth 5"
# A text of JSON to its closing quote, or as far as it goes; it matches at every quote, so none is read twice.
_TEXT: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_END_OF_TEXT: Final = re.compile(r"\s*[,:}\]]")
_OTHER_QUOTES: Final = frozenset("'`\u2018\u2019\u201c\u201d")
# ConvertTo-Json writes these as text if they are nested too deeply for it.
_CUT: Final = {"list_type": "a list", "model_type": "an object", "model_attributes_type": "an object"}
_NO_NUMBER: Final = frozenset({"int_type", "int_from_float", "greater_than_equal", "less_than_equal"})
_MINUTES: Final = "a whole number of minutes in range"
_COUNT: Final = "a whole number in range"
_NUMBERS: Final = {
    "sla": (_MINUTES, f"from {MIN_SLA_MINUTES} to {MAX_SLA_MINUTES:,}"),
    "interval_minutes": (_MINUTES, f"from 1 to {MAX_INTERVAL_MINUTES:,}"),
    "file_count": (_COUNT, "from 0 on"),
    "part": (_COUNT, f"from 1 to {MAX_PARTS:,}"),
    "parts": (_COUNT, f"from 1 to {MAX_PARTS:,}"),
    "version": (_COUNT, "from 0 on"),
}
"""The whole numbers of all bodies, and their ranges."""
_MOMENTS: Final = {
    "creationDate": CREATION_HINT,
    "oldest_creation": CREATION_HINT,
    "until": UNTIL_HINT,
    "to": UNTIL_HINT,
}
"""How to send a moment; those of a run come from the clock."""
_NO_OBJECT: Final = ("is not an object", "send a JSON object")
_NO_GUID: Final = ("is not a GUID", "send one, in PowerShell: [guid]::NewGuid()")
_WORDS: Final = {
    "missing": ("is missing", "add it; names are case-sensitive"),
    "extra_forbidden": ("is no key of the contract", "leave it out; names are case-sensitive"),
    "string_type": ("is not text", "send a string"),
    "string_unicode": ("holds half of a surrogate pair", "send well-formed Unicode text"),
    "list_type": ("is not a list", "send a list, in PowerShell: @( … )"),
    "model_type": _NO_OBJECT,
    "model_attributes_type": _NO_OBJECT,
    "uuid_parsing": _NO_GUID,
    "uuid_type": _NO_GUID,
}
"""Problem and hint of pydantic's findings, where they are always the same."""
_EMPTY_LISTS: Final = {
    "files": "leave out a folder in which no file is stuck",
    "days": "name at least one day",
}


class DuplicateKeyError(ValueError):
    """An object has a key more than once, so its meaning depends on the reader."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; made for `json.loads(object_pairs_hook=…)`.

    Raises:
        DuplicateKeyError: two pairs have the same key.
    """
    given: dict[str, Any] = {}
    for key, value in pairs:
        if key in given:
            raise DuplicateKeyError(key)
        given[key] = value
    return given


def read_object(body: bytes) -> dict[str, Any]:
    """The object in a body of JSON encoded as UTF-8.

    Raises:
        InvalidBodyError: there is none, or it has a key twice.
    """
    # Without the causes: their messages quote what was read.
    try:
        given = json.loads(body.decode("utf-8-sig"), object_pairs_hook=unique_keys)
    except DuplicateKeyError:
        raise InvalidBodyError(
            [FieldProblem(_BODY, "has a key more than once", "send each key once")]
        ) from None
    except (ValueError, RecursionError):
        problem = find_broken_json(body) or describe_broken_json("it cannot be read")
        raise InvalidBodyError([problem]) from None
    if not isinstance(given, dict):
        raise InvalidBodyError([describe_no_object(given)])
    return given


def find_broken_json(body: bytes) -> FieldProblem | None:
    """What is wrong with a body that cannot be read; None if Python's own reader accepts it."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return FieldProblem(_BODY, "is not UTF-8", UTF8_HINT)
    if "\0" in text:  # UTF-16 and UTF-32 have one in each ASCII letter
        return FieldProblem(_BODY, "is not UTF-8", UTF8_HINT)
    try:
        json.loads(text)
    except JSONDecodeError as error:
        return _describe(text, error)
    except RecursionError:
        return describe_broken_json("it nests too deeply")
    except ValueError:
        return describe_broken_json("a number has too many digits")
    return None


def read_windows_1252(body: bytes) -> bytes | None:
    """The same text in UTF-8, where a body is none but can be Windows-1252; None otherwise.

    Windows PowerShell 5.1 sends text so. The bytes arrive where a gateway hands them on as base64.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError):
            return body.decode("cp1252").encode() if b"\0" not in body else None
    return None


def describe_broken_json(what: str, hint: str = _UNCHANGED) -> FieldProblem:
    """The problem of a body that is not JSON."""
    return FieldProblem(_BODY, f"is not JSON: {what}", hint)


def describe_no_object(value: object) -> FieldProblem:
    """The problem of a body that is JSON, but not an object."""
    if isinstance(value, str):
        return FieldProblem(_BODY, "is text where an object is expected", _TWICE)
    return FieldProblem(_BODY, "is not an object", "send one JSON object with the keys of the contract")


def _describe(text: str, error: JSONDecodeError) -> FieldProblem:
    backslash = _find_backslash(text, error)
    if backslash is not None:
        return describe_broken_json(f"a single backslash at {_locate(text, backslash)}", _BACKSLASH)
    what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
    found = text[error.pos : error.pos + 1]
    unquoted = error.msg.startswith("Expecting") and (found.isalpha() or found in _OTHER_QUOTES)
    return describe_broken_json(f"{what} at {_locate(text, error.pos)}", _QUOTES if unquoted else _UNCHANGED)


def _find_backslash(text: str, error: JSONDecodeError) -> int | None:
    """Where a single backslash spoils the text: an invalid escape, or an escaped closing quote."""
    if error.msg.startswith("Invalid \\"):
        return text.rindex("\\", 0, error.pos + 1)
    # After an escaped quote the text goes on to the next one, and what follows makes no sense.
    end = len(text) if error.msg.startswith("Unterminated") else error.pos
    for last in deque(_TEXT.finditer(text, 0, end), maxlen=1):
        if text[last.end() : end].strip():
            return None
        for escape in _ESCAPE.finditer(text, *last.span()):
            if escape[0] == '\\"' and _END_OF_TEXT.match(text, escape.end()):
                return escape.start()
    return None


def _locate(text: str, position: int) -> str:
    line_start = text.rfind("\n", 0, position) + 1
    return f"line {text.count(chr(10), 0, position) + 1}, column {position - line_start + 1}"


def describe_problem(detail: "ErrorDetails", place: tuple[int | str, ...] = ()) -> FieldProblem:
    """One of pydantic's findings in the contract's words; `place` comes before its location."""
    location = (*place, *detail["loc"])
    field = _format_path(location)
    context: dict[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind in ("model_type", "model_attributes_type") and not location:
        return describe_no_object(detail["input"])
    if kind in _CUT and isinstance(detail["input"], str):
        return FieldProblem(field, f"is text where {_CUT[kind]} is expected", _DEEPER)
    name = str(location[-1]) if location else ""
    if kind in _NO_NUMBER and name in _NUMBERS:
        what, span = _NUMBERS[name]
        hint = f"send a number {span}, without quotes; in PowerShell: [int]${name}"
        return FieldProblem(field, f"is not {what}", hint)
    if kind in _WORDS:
        return FieldProblem(field, *_WORDS[kind])
    match kind:
        case "enum" | "literal_error":
            return FieldProblem(field, "is none of those there are", f"send {context['expected']}")
        case "string_too_long":
            return FieldProblem(field, "is too long", f"send at most {context['max_length']} characters")
        case "too_short":
            return FieldProblem(field, "is an empty list", _EMPTY_LISTS[name])
        case "timezone_aware":
            return FieldProblem(field, "has no offset from UTC", _MOMENTS.get(name, CLOCK_HINT))
        case "moment" | "datetime_parsing" | "datetime_from_date_parsing" | "datetime_object_invalid":
            return FieldProblem(field, "is not a date and time", _MOMENTS.get(name, CLOCK_HINT))
        case _:
            return FieldProblem(field, detail["msg"], context.get("hint", "see docs/api.md of this service"))


def _format_path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        name = step if step != "" else '""'  # a key may be the empty text, too
        path += f"[{name}]" if isinstance(name, int) else f".{name}" if path else name
    return path
