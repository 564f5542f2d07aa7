"""Owners of incidents that are corrected while others write the same incidents."""

from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from handlers.messages.sending.correcting import correct_owners
from handlers.messages.sending.reading import Misattributed


def _correct(*codes: str) -> int:
    answers: list[Any] = [
        ClientError({"Error": {"Code": code}}, "UpdateItem") if code else {} for code in codes
    ]
    some = [
        Misattributed(sender="files-01", incident_id=str(number), owner="orders")
        for number in range(len(codes))
    ]
    client = Mock()
    client.update_item.side_effect = answers
    corrected = correct_owners(client, "incidents", some, lambda: 10.0)
    assert client.update_item.call_count == len(codes)
    return corrected


def test_one_that_is_gone_or_being_written_keeps_none_from_being_corrected() -> None:
    assert _correct("ConditionalCheckFailedException", "", "TransactionConflictException", "") == 2


def test_a_table_that_refuses_is_no_small_matter() -> None:
    with pytest.raises(ClientError):
        _correct("AccessDeniedException")
