"""Proof that one breach went on: a file that was stuck then is still stuck now."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from handlers.incidents.rules import HASHES, PROOF_HOLDS

_BYTES: Final = 6
"""Eight characters of base64: that any two of a million files share one has a chance of 1 in 560."""


def file_hash(name: str, created: str) -> str:
    """A short hash of a stuck file: its name, and its creation date as it is stored."""
    # The length keeps ("a", "b:c") apart from ("a:b", "c"). A lone surrogate is a name Windows allows.
    text = f"{len(name)}:{name}:{created}".encode("utf-8", "surrogatepass")
    return b64encode(hashlib.blake2b(text, digest_size=_BYTES).digest()).decode()


def kept(hashes: Iterable[str]) -> tuple[str, ...]:
    """The ones to keep of a folder's stuck files: the smallest, so that two runs keep the same ones."""
    return tuple(sorted(set(hashes))[:HASHES])


def proves(then: Iterable[str], seen: datetime, now: Iterable[str], at: datetime) -> bool:
    """Whether a file of those stuck at `seen` is among those stuck `at` a later moment."""
    return at - seen <= PROOF_HOLDS and not set(then).isdisjoint(now)
