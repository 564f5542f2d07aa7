"""A digest that is too large goes in parts, the worst first, and nothing of it is lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.words import IncidentStatus, NotificationKind
from handlers.notifications.document import Document, NamedFile
from handlers.notifications.mail import MAX_HTML_BYTES, MailChannel
from handlers.notifications.situation import Notice
from handlers.notifications.slack import MAX_BLOCKS, MAX_BLOCKS_CHARACTERS, SlackChannel, render_slack
from handlers.notifications.sns import MAX_TOPIC_BYTES, TopicChannel
from handlers.notifications.teams import MAX_CARD_BYTES, TeamsChannel, render_teams
from handlers.notifications.writing import write_document, write_what_fits
from store.senders import UnreadableFolder
from tests.unit.handlers.notifications.samples import (
    DASHBOARD,
    LINES,
    ago,
    context,
    digest,
    incident,
    notice,
    notification,
    walk,
)  # fmt: skip

MEDIA = {
    "mail": MailChannel.fits,
    "slack": SlackChannel.fits,
    "teams": TeamsChannel.fits,
    "topic": TopicChannel.fits,
}
BY_MEDIUM = pytest.mark.parametrize("fits", MEDIA.values(), ids=MEDIA)


def storm(number: int) -> list[Notice]:
    return [
        notice(
            NotificationKind.CLEARED if index % 5 == 0 else NotificationKind.NEW,
            incident(
                f"i{index}",
                folder=f"D:\\Transfer\\Partners\\Partner {index:04}\\Inbound",
                breached_since=ago(minutes=index),
                **({"status": IncidentStatus.CLEARED, "ended_at": ago(minutes=1)} if index % 5 == 0 else {}),
            ),
        )
        for index in range(number)
    ]


@BY_MEDIUM
def test_a_storm_goes_in_parts_that_fit_and_name_every_folder(fits: Callable[[Document], bool]) -> None:
    left, said, parts = storm(1000), list[Notice](), 0
    while left:
        part, document = write_what_fits(notification(*left), context(), fits)
        assert fits(document)
        named = {entry.place[0].text for section in document.sections for entry in section.items}
        assert (
            named == {one.incident.folder for one in part.notices if one.incident} or len(part.notices) == 1
        )
        sent = set(part.notices)
        left = [one for one in left if one not in sent]
        said += part.notices
        parts += 1
    assert len(said) == len(set(said)) == 1000
    assert 1 < parts < 130


@BY_MEDIUM
def test_what_is_worst_comes_first(fits: Callable[[Document], bool]) -> None:
    part, document = write_what_fits(notification(*storm(1000)), context(), fits)
    assert {one.kind for one in part.notices} == {NotificationKind.NEW}
    since = [one.incident.breached_since for one in part.notices if one.incident]
    assert since == sorted(since)
    assert min(since) == ago(minutes=999)
    following = "".join(part.text for note in document.notes for part in note)
    assert following.startswith(f"{1000 - len(part.notices):,} more follow in another notification.")


@BY_MEDIUM
def test_a_morning_of_eight_is_one_message(fits: Callable[[Document], bool]) -> None:
    notices = storm(8)
    part, document = write_what_fits(notification(*notices), context(*notices), fits)
    assert set(part.notices) == set(notices)
    assert "follow" not in "".join(part.text for note in document.notes for part in note)


@BY_MEDIUM
@pytest.mark.parametrize(
    "name", ["\\" * 1024, "🚀" * 1024, "\u0301" * 1024, "<" * 1024, "א" * 1024, "\0" * 1024]
)
@pytest.mark.parametrize("kind", NotificationKind)
def test_one_line_fits_whatever_it_names(
    fits: Callable[[Document], bool], name: str, kind: NotificationKind
) -> None:
    known = LINES[kind]
    crowd = tuple(replace(incident(f"u{index}"), folder=name) for index in range(100))
    folder = UnreadableFolder(folder=name, owner="orders", error=name) if known.folder else None
    about = (
        replace(known.incident, folder=name, sender_name=name, acknowledged_by=name)
        if known.incident
        else None
    )
    server = known.sender and replace(known.sender, name=name, key=name[:129])
    one = replace(known, incident=about, sender=server, folder=folder, unknown=crowd if known.unknown else ())
    files = {"a1": [NamedFile(name=name, created=ago(hours=index)) for index in range(20)]}
    assert fits(write_document(notification(one), context(files=files)))


def test_media_are_held_to_what_they_take() -> None:
    assert MAX_BLOCKS == 50
    assert MAX_BLOCKS_CHARACTERS < 13_172  # refused, by those who tried
    assert MAX_CARD_BYTES < 28 * 1024
    assert MAX_HTML_BYTES < 102 * 1024
    assert MAX_TOPIC_BYTES < 64 * 1024


@given(st.integers(1, 40), st.integers(0, 50))
def test_as_much_as_fits_is_taken(number: int, most: int) -> None:
    def fits(document: Document) -> bool:
        return sum(len(section.items) for section in document.sections) <= most

    part, _ = write_what_fits(notification(*storm(number)), context(), fits)
    # A single line has no list of them.
    assert len(part.notices) == max(1, min(number, most))


def test_what_is_handed_back_are_the_lines_that_were_given() -> None:
    sent = notification(*storm(30))
    part, _ = write_what_fits(sent, context(), SlackChannel.fits)
    assert set(part.notices) < set(sent.notices)
    assert part == replace(sent, notices=part.notices)


@pytest.mark.parametrize(("render", "link"), [(render_slack, "link"), (render_teams, "Action.OpenUrl")])
def test_a_digest_links_each_of_its_incidents(render: Callable[[Document], object], link: str) -> None:
    sent = digest()
    payload = render(write_document(sent, context(*sent.notices)))
    links = {one["url"] for one in walk(payload) if one.get("type") == link}
    assert {f"{DASHBOARD}/?incident=b{number}" for number in range(1, 6)} <= links
