"""Keys of items, and how they fit into DynamoDB's."""

import hashlib
from typing import Final

from handlers.projection.updates import Values
from store.incidents import IncidentAttribute
from store.senders import OWN_PART, SenderAttribute

MAX_SORT_KEY_BYTES: Final = 1024
"""Bytes of UTF-8 of a sort key (DynamoDB quotas)."""
_DIGEST_BYTES: Final = 16


def fit_key(text: str, most: int = MAX_SORT_KEY_BYTES) -> str:
    """The text, or its digest where it has more than `most` bytes: to lower case, a path may grow."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most else hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


def incident_key(sender: str, incident_id: str) -> Values:
    """The key of an incident's item."""
    return {IncidentAttribute.SENDER: {"S": sender}, IncidentAttribute.INCIDENT_ID: {"S": incident_id}}


def own_key(sender: str) -> Values:
    """The key of a sender's own item."""
    return {SenderAttribute.SENDER: {"S": sender}, SenderAttribute.PART: {"S": OWN_PART}}
