"""FileSlaSenders: who reports, and how each of them is."""

from components.settings import Settings
from components.tables.specs.table import IndexSpec, TableSpec
from contract.senders import SenderAttribute, SenderIndex

_ALL = list(SenderAttribute)
_OF_A_SENDER = _ALL[_ALL.index(SenderAttribute.STATE) : _ALL.index(SenderAttribute.REFUSED_AT)]
"""What a page shows of a sender; what comes after it is of its last refused report."""
_INDEX_KEYS = (SenderAttribute.STATE, SenderAttribute.SENDER_NAME)


def describe_senders(settings: Settings) -> TableSpec:
    """The table as the stack's settings want it."""
    return TableSpec(
        component="FileSlaSenders",
        table_name=settings.senders_table_name,
        partition_key=SenderAttribute.SENDER,
        sort_key=SenderAttribute.PART,
        indexes=[
            IndexSpec(
                name=SenderIndex.STATE,
                partition_key=SenderAttribute.STATE,
                sort_key=SenderAttribute.SENDER_NAME,
                # Without the body, which changes at each run and is many times as large.
                projection="INCLUDE",
                included=[str(attribute) for attribute in _OF_A_SENDER if attribute not in _INDEX_KEYS],
            ),
            IndexSpec(
                name=SenderIndex.WAKE,
                partition_key=SenderAttribute.WAKES_IN,
                sort_key=SenderAttribute.WAKES_AT,
                projection="KEYS_ONLY",
            ),
        ],
    )
