from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.words import Clearing, IncidentStatus, UnknownReason
from store.dynamodb import MalformedItemError, Values
from store.incidents import Incident, IncidentAttribute, describe_incident, incident_key, parse_incident
from store.runs import Stamp

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 10**15).map(lambda us: EPOCH + timedelta(microseconds=us))
NAMES = st.text(min_size=1, max_size=20)
STAMPS = st.builds(Stamp, MOMENTS, NAMES, MOMENTS)
INCIDENTS = st.builds(
    Incident,
    incident_id=NAMES,
    sender=NAMES,
    folder=NAMES,
    status=st.sampled_from(IncidentStatus),
    reason=st.none() | st.sampled_from(UnknownReason),
    sla=st.integers(1, 525_600),
    opened=STAMPS,
    breached_since=MOMENTS,
    seen=STAMPS,
    unknown_since=st.none() | MOMENTS,
    ended_at=st.none() | MOMENTS,
    cleared_by=st.none() | st.sampled_from(Clearing),
    between=st.booleans(),
    file_count=st.integers(0, 10_000),
    peak_file_count=st.integers(0, 10_000),
    oldest_creation=st.none() | MOMENTS,
    reopened=st.integers(0, 9),
    previous_id=st.none() | NAMES,
    hashes=st.lists(NAMES, max_size=16).map(tuple),
    said_at=st.none() | MOMENTS,
)
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def an_incident(**changes: Any) -> Incident:
    stamp = Stamp(NOW - timedelta(hours=2), "run-1", NOW - timedelta(hours=2))
    return replace(
        Incident(
            incident_id="i", sender="s", sender_name="files-01", folder=r"D:\In", sla=20, opened=stamp,
            breached_since=NOW - timedelta(hours=3), seen=stamp, file_count=2, peak_file_count=3,
        ),
        **changes,
    )  # fmt: skip


def _item(incident: Incident, retention: timedelta | None = None) -> Values:
    described = describe_incident(incident, "files-01", latest=True, retention=retention)
    key = incident_key(incident.sender, incident.incident_id)
    return {str(name): value for name, value in (key | described).items() if value is not None}


@given(incident=INCIDENTS)
def test_an_incident_is_read_as_it_was_written(incident: Incident) -> None:
    assert parse_incident(_item(incident)) == replace(incident, sender_name="files-01")


def test_one_read_from_an_index_cannot_be_written_for_the_rules() -> None:
    """The index lacks what they need of it."""
    item = _item(an_incident())
    del item[IncidentAttribute.RULE_STATE]
    with pytest.raises(ValueError, match="not read in full"):
        _item(parse_incident(item))


@pytest.mark.parametrize("ended", [None, NOW])
def test_it_is_listed_as_live_or_by_the_day_of_its_end_and_expires_after_that(ended: datetime | None) -> None:
    status = IncidentStatus.CLEARED if ended else IncidentStatus.OPEN
    item = _item(an_incident(status=status, ended_at=ended), retention=timedelta(days=1))
    live = {name: name in item for name in (IncidentAttribute.LIVE_SHARD, IncidentAttribute.ENDED_ON)}
    assert live == {IncidentAttribute.LIVE_SHARD: not ended, IncidentAttribute.ENDED_ON: bool(ended)}
    expires = {"N": str(int((NOW + timedelta(days=1)).timestamp()))} if ended else None
    assert item.get(IncidentAttribute.EXPIRES_AT) == expires


@pytest.mark.parametrize("lacking", ["Folder", "SLA", "LastSeenRun"])
def test_an_item_that_lacks_an_attribute_is_malformed(lacking: str) -> None:
    item = _item(an_incident())
    del item[lacking]
    with pytest.raises(MalformedItemError):
        parse_incident(item)
