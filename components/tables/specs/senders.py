"""FileSlaSenders: who reports, and how each of them is."""

from components.settings import Settings
from components.tables.specs.table import IndexSpec, TableSpec
from store.senders import SenderAttribute, SenderIndex

_ALL = list(SenderAttribute)
_SHOWN = _ALL[_ALL.index(SenderAttribute.STATE) :]
"""What a page shows of a sender, and of its last refused report."""
_INDEX_KEYS = (SenderAttribute.STATE, SenderAttribute.SENDER_NAME)
# An index may name twenty (DynamoDB quotas). These are shown of one sender, whose items are read for that.
_OF_ONE = (
    SenderAttribute.UNREADABLE_FOLDERS,
    SenderAttribute.HOURS,
    SenderAttribute.SILENCES,
    SenderAttribute.PROBLEMS,
    SenderAttribute.REQUEST_ID,
)


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
                included=[str(attribute) for attribute in _SHOWN if attribute not in _INDEX_KEYS + _OF_ONE],
            ),
            IndexSpec(
                name=SenderIndex.WAKE,
                partition_key=SenderAttribute.WAKES_IN,
                sort_key=SenderAttribute.WAKES_AT,
                projection="KEYS_ONLY",
            ),
        ],
    )
