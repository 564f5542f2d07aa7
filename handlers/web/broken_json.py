"""What keeps a body from being JSON, or an object: where, why, and how to mend it.

No answer quotes what it read: a body holds passwords.
"""

import json
import re
from collections import deque
from json import JSONDecodeError
from typing import Final

from contract.answers import (
    BACKSLASH_HINT,
    JSON_HINT,
    OBJECT_HINT,
    QUOTES_HINT,
    TWICE_HINT,
    UTF8_HINT,
    FieldProblem,
)

_BODY: Final = "body"
# A text of JSON to its closing quote, or as far as it goes; it matches at every quote, so none is read twice.
_TEXT: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_END_OF_TEXT: Final = re.compile(r"\s*[,:}\]]")
_OTHER_QUOTES: Final = frozenset("'`\u2018\u2019\u201c\u201d")


def find_broken_json(body: bytes) -> FieldProblem | None:
    """What is wrong with a body that cannot be read; None where Python's own reader takes it."""
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


def describe_broken_json(what: str, hint: str = JSON_HINT) -> FieldProblem:
    """A body that is no JSON."""
    return FieldProblem(_BODY, f"is not JSON: {what}", hint)


def describe_no_object(value: object) -> FieldProblem:
    """A body that is JSON, but no object."""
    if isinstance(value, str):
        return FieldProblem(_BODY, "is text where an object is expected", TWICE_HINT)
    return FieldProblem(_BODY, "is not an object", OBJECT_HINT)


def _describe(text: str, error: JSONDecodeError) -> FieldProblem:
    backslash = _find_backslash(text, error)
    if backslash is not None:
        return describe_broken_json(f"a single backslash at {_locate(text, backslash)}", BACKSLASH_HINT)
    what = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
    found = text[error.pos : error.pos + 1]
    unquoted = error.msg.startswith("Expecting") and (found.isalpha() or found in _OTHER_QUOTES)
    return describe_broken_json(
        f"{what} at {_locate(text, error.pos)}", QUOTES_HINT if unquoted else JSON_HINT
    )


def _find_backslash(text: str, error: JSONDecodeError) -> int | None:
    """Where a single backslash spoils the text: an escape that is none, or one of the closing quote."""
    if error.msg.startswith("Invalid \\"):
        return text.rindex("\\", 0, error.pos + 1)
    # After an escaped quote a text goes on to the next one, and what follows that makes no sense.
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
