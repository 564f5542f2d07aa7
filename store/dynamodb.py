"""What all tables share: the specification from which a table is made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

MAX_INCLUDED = 20
"""Attributes that one index may include (NonKeyAttributes of DynamoDB's `Projection`)."""
MAX_INCLUDED_BY_ALL = 100
"""Attributes that all indexes of a table may include together; one that two indexes include counts twice."""


@dataclass(frozen=True, kw_only=True)
class IndexSpec:
    """A secondary index. All keys are strings."""

    name: str
    partition_key: str
    sort_key: str | None = None
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    included: Sequence[str] = ()
    """Attributes copied beside the keys, where the projection is `INCLUDE`."""
    local: bool = False
    """Has the table's own partition key, and so can be read consistently; made only with the table itself."""


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A table. All keys are strings. Its name in a stack and its expiry are configured."""

    name: str
    """Its default name, and its component's in Pulumi's state: a change of it replaces the table."""
    partition_key: str
    sort_key: str | None = None
    indexes: Sequence[IndexSpec] = ()
    expiry_attribute: str | None = None
    """The attribute after whose moment DynamoDB may delete an item; None where items stay."""
    streams: bool = False
    """Whether each new or changed item goes into a stream, as it is after the change."""

    @property
    def key_attributes(self) -> list[str]:
        """The keys of the table and of its indexes, each once."""
        keys = [self.partition_key, self.sort_key]
        for index in self.indexes:
            keys += [index.partition_key, index.sort_key]
        return list(dict.fromkeys(str(key) for key in keys if key is not None))
