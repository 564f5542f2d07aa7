"""What tells one table from another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

MAX_INCLUDED = 20
"""Attributes that an index may name to be copied into it (NonKeyAttributes of DynamoDB's `Projection`)."""
MAX_INCLUDED_BY_ALL = 100
"""Those of all indexes of a table together; one that two of them name counts twice."""


@dataclass(frozen=True, kw_only=True)
class IndexSpec:
    """A secondary index. All keys are text."""

    name: str
    partition_key: str
    sort_key: str | None = None
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    included: Sequence[str] = ()
    """What is copied beside the keys, where the projection is `INCLUDE`."""
    local: bool = False
    """Under the table's own partition key, and so consistent; only there from the table's creation on."""


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A table. All keys are text."""

    component: str
    """Its type among the components: what Pulumi knows it by, never to be changed."""
    table_name: str
    partition_key: str
    sort_key: str | None = None
    indexes: Sequence[IndexSpec]
    expiry_attribute: str | None = None
    """Which one tells when an item may go; None where none ever does."""
    expires: bool = False
    """Whether DynamoDB deletes an item once that moment has passed."""
    streams: bool = False
    """Whether every new or changed item goes into a stream, as it is then."""

    @property
    def key_attributes(self) -> list[str]:
        """The keys of the table and of its indexes, each once."""
        keys = [self.partition_key, self.sort_key]
        for index in self.indexes:
            keys += [index.partition_key, index.sort_key]
        return list(dict.fromkeys(str(key) for key in keys if key is not None))
