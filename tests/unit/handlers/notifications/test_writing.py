"""A digest that is too large goes in parts, the worst first, and nothing of it is lost."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contract.words import IncidentStatus, NotificationKind
from handlers.notifications import mail, slack, sns, teams
from handlers.notifications.document import Document, Link, NamedFile
from handlers.notifications.mail import MAX_HTML_BYTES
from handlers.notifications.situation import Notice, Storm
from handlers.notifications.slack import MAX_BLOCKS, MAX_BLOCKS_CHARACTERS, render_slack
from handlers.notifications.sns import MAX_TOPIC_BYTES
from handlers.notifications.teams import MAX_CARD_BYTES, render_teams
from handlers.notifications.writing import MOST_LISTED, write_document, write_what_fits
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
    "mail": mail.fits,
    "slack": slack.fits,
    "teams": teams.fits,
    "topic": sns.fits,
}
BY_MEDIUM = pytest.mark.parametrize("fits", MEDIA.values(), ids=MEDIA)


def storm(number: int) -> list[Notice]:
    """As the plan has it: four of five are stuck, the others cleared."""
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
        for index in sorted(range(number), key=lambda index: index % 5 == 0)
    ]


@BY_MEDIUM
def test_a_storm_is_one_message_that_counts_all_and_names_the_worst(fits: Callable[[Document], bool]) -> None:
    notices = storm(200)
    document = write_what_fits(notification(*notices), context(*notices), fits)
    assert fits(document)
    assert document.headline == "Files stuck in 160 folders, 40 cleared, oldest 3 h 10 min"
    stuck_now, cleared, _ = document.sections
    assert len(stuck_now.items) + len(cleared.items) == MOST_LISTED
    assert (len(stuck_now.items) + stuck_now.more, len(cleared.items) + cleared.more) == (160, 40)
    assert document.link == Link(text="Open the list", url=f"{DASHBOARD}/?owner=orders")


@pytest.mark.parametrize(
    ("notices", "of", "subject"),
    [
        (storm(50)[:40], Storm(total=200, over=0),
         "Files stuck in 200 folders, 40 of them new, oldest 3 h 10 min, worst D:\\...\\Inbound on FILES01"),
        (storm(900)[-180:], Storm(total=200, over=180, how=NotificationKind.CLEARED),
         "180 of 200 cleared; 20 remain"),
        (storm(50)[-10:], Storm(total=11, over=10), "10 of 11 over; 1 remains"),
        (storm(50)[-10:], Storm(total=200, over=200, how=NotificationKind.NOT_REPORTED),
         "All 200 no longer reported"),
    ],
)  # fmt: skip
def test_a_part_of_a_storm_says_what_became_of_all_of_it(
    notices: list[Notice], of: Storm, subject: str
) -> None:
    document = write_document(replace(notification(*notices), storm=of), context())
    assert document.subject == subject
    assert subject.startswith(document.headline.partition(", oldest")[0])


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


def test_a_digest_lists_what_the_medium_takes() -> None:
    def fits(document: Document) -> bool:
        return sum(len(section.items) for section in document.sections) <= 4

    document = write_what_fits(notification(*storm(30)), context(), fits)
    assert [(len(one.items), one.more) for one in document.sections] == [(2, 22), (1, 5)]


@pytest.mark.parametrize(("render", "link"), [(render_slack, "link"), (render_teams, "Action.OpenUrl")])
def test_a_digest_links_each_of_its_incidents(render: Callable[[Document], object], link: str) -> None:
    sent = digest()
    payload = render(write_document(sent, context(*sent.notices)))
    links = {one["url"] for one in walk(payload) if one.get("type") == link}
    assert {f"{DASHBOARD}/?incident=b{number}" for number in range(1, 6)} <= links
