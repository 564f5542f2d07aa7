"""Keys that fit into DynamoDB's."""

import hashlib
from typing import Final

MAX_SORT_KEY_BYTES: Final = 1024
"""Bytes of UTF-8 of a sort key (DynamoDB quotas)."""
_DIGEST_BYTES: Final = 16


def fit_key(text: str, most: int = MAX_SORT_KEY_BYTES) -> str:
    """The text, or its digest where it has more than `most` bytes: to lower case, a path may grow."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most else hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()
