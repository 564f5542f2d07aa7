"""A storm: what is told, and what has to be kept of it."""

import hashlib
from dataclasses import replace
from itertools import pairwise

from contract.words import IncidentStatus
from contract.words import NotificationKind as K
from handlers.notifications.plan import Storm, plan
from store.dynamodb import dump_chunks, load_chunks
from store.incidents import Incident
from store.notifications import RecipientState, list_notified
from tests.oracles.notifications.fixtures import HOUR, MINUTE, START, an_incident, ended
from tests.oracles.notifications.playing import Story


def storm(number: int, at_once: int) -> list[Incident]:
    """Incidents of fifty servers with ids as they are, so many at each minute."""
    return [
        an_incident(
            hashlib.blake2b(str(one).encode(), digest_size=16).hexdigest(),
            sender=hashlib.blake2b(str(one % 50).encode(), digest_size=16).hexdigest(),
            opened_at=START + one // at_once * MINUTE,
            file_count=one % 90 + 1,
            oldest_creation=START - (one % 300) * MINUTE,
        )
        for one in range(number)
    ]


def test_many_in_a_row_are_a_digest_each_two_minutes_and_what_is_kept_of_them_is_small() -> None:
    story, waiting = Story(), storm(500, 10)
    for minute in range(60):
        story.so(*(one for one in waiting if one.opened_at == START + minute * MINUTE))
        story.until(minute)
    assert len({name for _, notices in story.heard for kind, name in notices if kind is K.NEW}) == 500
    digests = sorted({minute for minute, _ in story.heard})
    assert all(later - sooner >= 2 for sooner, later in pairwise(digests))
    story.so(*(replace(one, file_count=one.file_count * 3) for one in list(story.incidents.values())[::3]))
    story.now += 5 * HOUR
    story.until(390)
    [chunk] = dump_chunks(story.state)
    assert load_chunks(RecipientState, [chunk]) == story.state
    # An id is 16 bytes that nothing makes smaller: so 5,000 fit into an item.
    assert len(chunk) < 60 * 500


def test_ends_of_a_storm_wait_for_most_of_it_and_say_how_much_is_over() -> None:
    story, incidents = Story(), storm(40, 40)
    story.so(*incidents)
    ((minute, begun),) = story.until(3)
    assert (minute, sorted(begun)) == (2, sorted((K.NEW, one.incident_id) for one in incidents))
    story.so(*(ended(one, IncidentStatus.CLEARED, story.now) for one in incidents[:10]))
    # Half an hour after the last notification, or as soon as most of it is over.
    ((minute, ends),) = story.until(33)
    assert (minute, sorted(ends)) == (32, sorted((K.CLEARED, one.incident_id) for one in incidents[:10]))
    story.so(*(ended(one, IncidentStatus.CLEARED, story.now) for one in incidents[10:31]))
    assert story.until(36) == []
    story.state = plan(story.recipient, story.state, story.situation).state
    [notification] = plan(story.recipient, story.state, story.situation).notifications
    left = tuple(sorted(incidents[31:], key=lambda one: one.incident_id))
    assert notification.storm == Storm(total=40, over=31, how=K.CLEARED, remaining=left)
    ((minute, ends),) = story.until(40)
    assert (minute, sorted(ends)) == (37, sorted((K.CLEARED, one.incident_id) for one in incidents[10:31]))
    story.so(*(ended(one, IncidentStatus.CLOSED, story.now) for one in incidents[31:]))
    story.now += 4 * MINUTE
    story.state = plan(story.recipient, story.state, story.situation).state
    [notification] = plan(story.recipient, story.state, story.situation).notifications
    assert notification.storm == Storm(total=40, over=40, how=None)
    story.until(45)
    assert list_notified(story.state) == []
