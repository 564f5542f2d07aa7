"""The key that makes a request the same as one before it."""

from contract.answers import FieldProblem
from contract.limits import MAX_KEY_CHARACTERS
from contract.routes import IDEMPOTENCY_KEY
from handlers.web.errors import InvalidBodyError


def check_idempotency_key(key: str | None) -> None:
    """Raises `InvalidBodyError` where a key is sent that is none."""
    if key is not None and not IDEMPOTENCY_KEY.accepts(key):
        raise InvalidBodyError(
            [
                FieldProblem(
                    f"header {IDEMPOTENCY_KEY.name}",
                    "is empty, too long or not plain text",
                    f"send 1 to {MAX_KEY_CHARACTERS} ASCII characters, such as a new GUID for each report "
                    "or action",
                )
            ]
        )
