"""What docs/notifications.md says of subjects is what is sent."""

import re

import pytest

from contract.names import ROOT
from contract.text import reveal
from contract.words import NotificationKind
from handlers.notifications.writing import write_document
from tests.unit.handlers.notifications.samples import DOCS, context, digest, single

PAGE = (ROOT / "docs" / "notifications.md").read_text()
SUBJECTS = dict(re.findall(r"^\| (`\w+`|several at once) \| `(.+)` \|$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("kind", NotificationKind)
def test_every_kind_has_its_subject(kind: NotificationKind) -> None:
    notification = single(kind)
    assert SUBJECTS[f"`{kind}`"] == write_document(notification, context(*notification.notices)).subject


def test_a_digest_has_its_subject() -> None:
    notification = digest()
    assert SUBJECTS["several at once"] == write_document(notification, context(*notification.notices)).subject


def test_the_link_in_every_notification_leads_to_a_section() -> None:
    link = write_document(single(NotificationKind.NEW), context()).help
    assert link is not None
    assert link.url == f"{DOCS}/notifications.md#how-to-get-fewer"
    assert "\n## How to get fewer\n" in PAGE


def test_what_cannot_be_seen_is_shown_so() -> None:
    (shown,) = re.findall(r"`(invoice.+)`", PAGE)
    assert shown == reveal("invoice\u202efdp.exe")
