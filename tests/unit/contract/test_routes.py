"""A route is one entry of the table. What stands elsewhere for each of them must not be forgotten."""

import pytest

from contract.limits import MAX_KEY_CHARACTERS
from contract.routes import IDEMPOTENCY_KEY


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("a", True),
        ("5f0c36f4-2f5c-4f0e-9a2f-7b5a4c1c7c1e", True),
        ("x" * MAX_KEY_CHARACTERS, True),
        ("x" * (MAX_KEY_CHARACTERS + 1), False),
        ("", False),
        (" a", False),
        ("a\n", False),
    ],
)
def test_idempotency_key_is_plain_text_without_spaces_at_its_ends(value: str, accepted: bool) -> None:
    assert IDEMPOTENCY_KEY.accepts(value) is accepted
