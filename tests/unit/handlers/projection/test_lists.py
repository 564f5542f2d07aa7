"""What a sender's own item says of its last list, however that came, and once it sends none."""

from datetime import timedelta

import pytest

from handlers.projection.stream import apply_runs
from store.runs import Listing, ToldRun
from store.senders import SenderAttribute
from tests.oracles.incidents.playing import run
from tests.projection import ACCOUNT, Projection

OF_THE_LIST = {SenderAttribute.WATCHED, SenderAttribute.UNREADABLE, SenderAttribute.UNREADABLE_FOLDERS}
FIRST = Listing(read=frozenset({r"d:\in"}), errors=((r"e:\in", "Access is denied."),))
SECOND = Listing(read=frozenset({r"d:\out"}))


def _told(hours: float, listing: Listing | None, part: int = 1, parts: int = 1) -> ToldRun:
    one = run(hours, listing=listing, part=part, parts=parts)
    spelt = {r"e:\in": r"E:\In"} if listing is FIRST else {}
    return ToldRun(run=one, sender_name="files", reported_by="files", spelt=spelt, lost_letters=part)


def _replay(projection: Projection) -> None:
    now = projection.now + timedelta(hours=2)
    projection.sweeper.replays.replay(projection.store.read(ACCOUNT), now)


def test_a_list_in_parts_is_told_as_one(projection: Projection) -> None:
    projection.put(_told(0, FIRST, part=1, parts=2), _told(0, SECOND, part=2, parts=2))
    _replay(projection)
    own = projection.own()
    assert (own[SenderAttribute.WATCHED], own[SenderAttribute.UNREADABLE]) == ("3", "1")
    [unreadable] = own[SenderAttribute.UNREADABLE_FOLDERS]
    assert unreadable["M"]["Folder"] == {"S": r"E:\In"}
    assert own[SenderAttribute.LOST_LETTERS] == "3"


@pytest.mark.parametrize("refold", [False, True])
def test_who_sends_no_list_any_more_has_none(projection: Projection, refold: bool) -> None:
    told = [_told(0, FIRST), _told(1, None)]
    projection.put(*told)
    apply_runs(projection.store, ACCOUNT, told[:1])
    assert projection.own().keys() >= OF_THE_LIST
    if refold:
        _replay(projection)
    else:
        apply_runs(projection.store, ACCOUNT, told[1:])
    assert not projection.own().keys() & OF_THE_LIST
