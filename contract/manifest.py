"""What a stack declares, as one of its outputs: the program writes it, the doctor compares AWS with it."""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Declared:
    """One resource of the program.

    Attributes:
        kind: the provider's word for it, such as `MetricAlarm`.
        settings: under the names of AWS's API, such as `Threshold`; None for what is not set.
    """

    kind: str
    settings: Mapping[str, Any]


def write_manifest(declared: Sequence[Declared]) -> str:
    """The resources as text. Packed, since most alarms are alike: 6 KB of what would be 50."""
    rows = sorted(([one.kind, one.settings] for one in declared), key=json.dumps)
    text = json.dumps(rows, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), level=9)).decode()


def read_manifest(text: str) -> list[Declared]:
    """The resources of such a text.

    Raises:
        ValueError: it is none.
    """
    try:
        return [Declared(*row) for row in json.loads(zlib.decompress(base64.b64decode(text, validate=True)))]
    except (TypeError, zlib.error) as error:
        raise ValueError(str(error)) from None


def digest_policy(document: str | Mapping[str, Any]) -> str:
    """A digest of a policy, however its JSON is written."""
    parsed = json.loads(document) if isinstance(document, str) else document
    return hashlib.sha256(json.dumps(parsed, sort_keys=True).encode()).hexdigest()[:16]
