"""JSON that no one should send, as text: much of it cannot be written by a JSON library."""

import json
from typing import Final

from hypothesis import strategies as st

HOLE: Final = '"@@"'
"""Where a template takes a text; no JSON library has to agree with it."""

KNOWN_TROUBLE: Final = (
    "", "NaN", "-Infinity", "1e400", "-0", "20.0", "20.5", "1" * 5000, "0x14", "00020", "'20'", '"20"',
    '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"a\\u0000b"', '"\\ufffd"', '"\ufffd"', '"   "',
    '"\\u200b"', '"\u202egnp.xcod"', '"שלום.csv"', '"👩‍👩‍👧‍👦.csv"', '"a\\nb"', '"' + "x" * 1025 + '"',
    '"' + "é" * 513 + '"', "[" * 5000,
    "[" * 150 + "]" * 150, '{"a":' * 300 + "1" + "}" * 300, "[" + "{}," * 5000 + "1]",
    '"System.Object[]"', '"@{filename=a.csv; creationDate=07/31/2024 00:00:00}"', "{}", "[]", "null", "[[]]",
    '{"sla":1,"sla":2}', '{"filename":"a","filename":"b"}', '{"username":"a","username":"b"}',
    '"/Date(1574202819000)/"', '"\\/Date(1574202819000-0300)\\/"', '"/Date(99999999999999999)/"',
    '"/Date(-99999999999999999)/"', '{"value":"/Date(1574202819000)/","DisplayHint":2}', '{"value":7}',
    '"2024-07-31T00:00:00"', '"2024-07-31"', '"0000-00-00T00:00:00Z"', '"9999-12-31T23:59:59.9999999-23:59"',
    '"0001-01-01T00:00:00+23:59"', '"2016-12-31T23:59:60Z"', '"2024-02-30T00:00:00Z"', '"31/07/2024 00:00"',
    '"2024-07-31T00:00:00+99:99"', '"2024-07-31T24:00:00Z"', "1722380400", "-1",
)  # fmt: skip

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    # Lone surrogates too, which json writes as escapes.
    | st.text(st.characters(codec=None), max_size=10)
)
_keys = st.sampled_from(["sla_error", "folder", "sla", "files", "filename", "creationDate", "value", "x"])
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4)
)
json_texts = _values.map(json.dumps)
"""Odd JSON."""
