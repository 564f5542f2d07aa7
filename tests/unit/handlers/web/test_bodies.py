"""A body that is no JSON is told where and why, with the remedy, and without a word of what it holds."""

import pytest

from contract.answers import FieldProblem
from handlers.actions.parsing import parse_action
from handlers.auth import parse_sign_in
from handlers.ingest.parsing import parse_report
from handlers.web.errors import InvalidBodyError

SECRET = "hush"
PARSERS = [parse_report, parse_sign_in, parse_action]
BACKSLASH, QUOTES, WRITER, UTF8 = "backslash twice", "double quotes", "ConvertTo-Json", "UTF8.GetBytes"


def _problem(parse: object, body: str | bytes) -> FieldProblem:
    assert callable(parse)
    with pytest.raises(InvalidBodyError) as refused:
        parse(body if isinstance(body, bytes) else body.encode())
    [problem] = refused.value.problems
    assert SECRET not in f"{problem}"
    assert problem.field == "body"
    return problem


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    ("body", "place", "hint"),
    [
        # A single backslash, where it is no escape, half of one, and where it takes the quote with it.
        (r'{"hush": "C:\data"}', "a single backslash at line 1, column 13", BACKSLASH),
        ('{\r\n  "hush": "\\\\nas\\out"\r\n}', "a single backslash at line 2, column 17", BACKSLASH),
        (r'{"hush": "C:\\data\", "sla": 20}', "a single backslash at line 1, column 19", BACKSLASH),
        ('{\n"hush": "C:\\",\n"sla": 20}', "a single backslash at line 2, column 12", BACKSLASH),
        (r'{"hush": "C:\\data\"}', "a single backslash at line 1, column 19", BACKSLASH),
        (r'{"é": "hush", "hush": ["C:\"]}', "a single backslash at line 1, column 27", BACKSLASH),
        # Quotes.
        ("{'hush': 1}", "at line 1, column 2", QUOTES),
        ("{hush: 1}", "at line 1, column 2", QUOTES),
        # The rest.
        ('{"a": "hush', "at line 1, column 7", WRITER),
        ('{"a": 1} hush', "at line 1, column 10", WRITER),
        ('{"a": 1\n "hush": 2}', "at line 2, column 2", WRITER),
        ("[" * 5_000, "nests too deeply", WRITER),
        # A name may end in a quote, and a backslash before it is none of a path then.
        (r'{"a": "hush\\\", b", "c" 1}', "at line 1, column 26", WRITER),
        (r'{"a": "hush\\", "c" 1}', "at line 1, column 21", WRITER),
    ],
)
def test_body_that_is_no_json_is_told_where_and_why(parse: object, body: str, place: str, hint: str) -> None:
    problem = _problem(parse, body)
    assert problem.problem.startswith("is not JSON: ")
    assert place in problem.problem
    assert hint in problem.hint


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-32-be"])
def test_body_that_is_not_utf_8_is_told_so(parse: object, encoding: str) -> None:
    # U+0081 is in Latin-1, and not in Windows-1252.
    problem = _problem(parse, '{"hush": "março\x81"}'.encode(encoding))
    assert (problem.problem, UTF8 in problem.hint) == ("is not UTF-8", True)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("body", ["[]", "[1]", "1", "true", "null"])
def test_body_that_is_no_object_is_told_so(parse: object, body: str) -> None:
    problem = _problem(parse, body)
    assert problem.problem == "is not an object"


@pytest.mark.parametrize("parse", PARSERS)
def test_body_that_was_made_json_twice_is_told_so(parse: object) -> None:
    problem = _problem(parse, r'"{\"hush\": 1}"')
    assert problem.problem == "is text where an object is expected"
    assert "ConvertTo-Json twice" in problem.hint


def test_what_only_the_stricter_reader_refuses_is_told_as_well() -> None:
    assert "line 1 column 14" in _problem(parse_report, r'{"a": "\ud800"}').problem
