"""A server's story: its items are real ones, and what it costs is what a count by hand gives."""

from datetime import timedelta

import pytest

from bench.capacity.items import item_bytes
from bench.capacity.stack import INCIDENTS, SENDERS
from bench.capacity.story import Story, run_units, tell_story
from contract.incidents import IncidentAttribute, IncidentIndex, IncidentStatus
from contract.senders import LIST_PREFIX, SET_PREFIX, SenderAttribute, SenderIndex, SenderKind
from handlers.projection.incident_items import read_incident
from handlers.runs.run_items import read_run_item

KINDS = list(SenderKind)
_SENDERS, _INCIDENTS = SENDERS.table_name, INCIDENTS.table_name


def story_of(kind: SenderKind, folders: int = 10) -> Story:
    return tell_story(kind, timedelta(minutes=15), folders, 25)


@pytest.mark.parametrize("kind", KINDS)
def test_server_is_of_its_kind_and_up(kind: SenderKind) -> None:
    sender = story_of(kind).sender
    assert sender[SenderAttribute.KIND]["S"] == kind
    assert sender[SenderAttribute.STATE]["S"] == "up"
    assert sender[SenderAttribute.OPEN]["N"] == "1"


@pytest.mark.parametrize("kind", KINDS)
def test_items_are_those_that_are_read(kind: SenderKind) -> None:
    story = story_of(kind)
    run = read_run_item(story.run).run
    assert [breach.files for breach in run.breaches] == [25]
    assert read_run_item(story.empty_run).run.breaches == ()
    assert (run.listing is not None) == (kind is SenderKind.LISTING)
    assert read_incident(story.opened).status is IncidentStatus.OPEN
    ended = IncidentStatus.LAPSED if kind is SenderKind.STOCK else IncidentStatus.CLEARED
    assert read_incident(story.ended).status is ended
    assert story.ended[IncidentAttribute.INCIDENT_ID] == story.opened[IncidentAttribute.INCIDENT_ID]


@pytest.mark.parametrize("kind", KINDS)
def test_run_is_one_unit_of_at_most_a_kilobyte(kind: SenderKind) -> None:
    story = story_of(kind)
    assert item_bytes(story.empty_run) < item_bytes(story.run) <= 1_024
    assert run_units(story.run) == run_units(story.empty_run) == 1
    assert run_units({"k": {"S": "x" * 1_024}}) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_repeated_run_reads_one_item_and_writes_one(kind: SenderKind) -> None:
    """Of 1 to 2 KB; its entry among those that are up changes, and when it wakes moves."""
    story = story_of(kind)
    assert 1_024 < item_bytes(story.sender) <= 2_048
    assert story.repeated.written == {
        (_SENDERS, ""): 2,
        (_SENDERS, SenderIndex.STATE): 1,
        (_SENDERS, SenderIndex.WAKE): 2,
    }
    assert story.repeated.reads == 1


def test_repeated_run_costs_the_same_however_many_folders_are_watched() -> None:
    few, many = (story_of(SenderKind.LISTING, folders) for folders in (2, 200))
    assert few.repeated == many.repeated
    assert item_bytes(few.run) < item_bytes(many.run)


@pytest.mark.parametrize("kind", KINDS)
def test_run_that_opens_an_incident_is_a_transaction(kind: SenderKind) -> None:
    """Of the sender (2 KB), the folder's set (1), the incident (2) and the one before it (2), each twice."""
    opens = story_of(kind).opens.written
    assert 1_024 < item_bytes(story_of(kind).opened) <= 2_048
    assert opens[_SENDERS, ""] == 2 * (2 + 1)
    assert opens[_INCIDENTS, ""] == 2 * (2 + 2)
    # The new one is put into the local index of the latest, the old one leaves it.
    assert opens[_INCIDENTS, IncidentIndex.LATEST] == 2 * (2 + 2)
    assert opens[_INCIDENTS, IncidentIndex.LIVE] == 1
    assert opens[_INCIDENTS, IncidentIndex.ID] == 1


def test_end_that_a_run_tells_is_one_transaction_and_one_that_time_tells_two() -> None:
    told, guessed = story_of(SenderKind.REGULAR).ends, story_of(SenderKind.STOCK).ends
    assert told.written[_INCIDENTS, ""] == 2 * 2
    assert guessed.written[_INCIDENTS, ""] == 2 * told.written[_INCIDENTS, ""]
    # It leaves what is live: at once, or after it moved there from open to unknown.
    assert told.written[_INCIDENTS, IncidentIndex.LIVE] == 1
    assert guessed.written[_INCIDENTS, IncidentIndex.LIVE] == 2 + 1
    assert told.written[_INCIDENTS, IncidentIndex.ENDED] == 2


@pytest.mark.parametrize("kind", KINDS)
def test_sender_keeps_a_set_and_a_list_where_it_sends_one(kind: SenderKind) -> None:
    parts = {part[SenderAttribute.PART]["S"].split("#")[0] for part in story_of(kind).parts}
    lists = {LIST_PREFIX.rstrip("#")} if kind is SenderKind.LISTING else set()
    assert parts == {"sender", SET_PREFIX.rstrip("#"), *lists}
