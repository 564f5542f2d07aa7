"""Names that would do something, were they obeyed; and messages that are full of them."""

from typing import Any, Final

from hypothesis import strategies as st

from contract.owners.model import Channel
from contract.words import IncidentStatus, NotificationKind, UnknownReason
from handlers.notifications.document import RenderContext
from handlers.notifications.plan import Notification
from handlers.notifications.rules import Notice
from handlers.notifications.situation import NamedFile
from store.senders import UnreadableFolder
from tests.unit.handlers.notifications.samples import (
    MAIL,
    NOW,
    context,
    incident,
    notice,
    notification,
    sender,
)  # fmt: skip

NAMES: Final = (
    "<script>alert(1)</script>.xml", "\"><img src=x onerror=alert(1)>", "&lt;b&gt;&amp;&#60;",
    "</bdi></code>", "</style></title><a href='//x'>y</a>", "<!channel> <!here> <@U123> <#C1>", "<https://evil.example.com|I>",
    "*bold* _it_ ~gone~ `code` ```pre```", "[click](https://evil.example.com)", "![](//evil.example.com/x)",
    "# Heading\n- item", "https://evil.example.com/x.zip", "orders.zip", "mailto:x@evil.com", "www.evil.com",
    "@channel", "a\r\nBcc: evil@example.com", "a\nSubject: other", "=?utf-8?q?evil?=", "\u202egnp.exe",
    "a\u2066b\u2069c", "\u200b\ufeff\u00ad", "שלם.csv", "ملف.txt", "\x00\x07\x1b[31m", "\ud800",
    "\u2028\u2029", "👩\u200d👩\u200d👧.csv", "数据\\输入", "a" * 1024, "\\" * 500, '"' * 500, "\u0301" * 300,
    "{{ date }} ${x} %s {0}", ":smile: <at>x</at>", "C:\\" + "x\\" * 400 + "end", " ", ".", "🚀" * 300,
)  # fmt: skip
"""Of files, folders, servers and people: any of them may be any of these."""
names: Final = st.one_of(st.sampled_from(NAMES), st.text(min_size=1, max_size=250))


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    """A line of any kind, of anything."""
    kind, number = draw(st.sampled_from(NotificationKind)), draw(st.integers(0, 10**6))
    if kind.word == "server":
        folder = UnreadableFolder(folder=draw(names), owner="orders", error=draw(names))
        count = draw(st.integers(0, 30)) if kind is NotificationKind.SILENT else 0
        unknown = tuple(incident(f"u{n}", folder=draw(names), file_count=n) for n in range(count))
        named = folder if kind.reason in ("unreadable", "readable") else None
        return notice(kind, sender=sender(name=draw(names), key=draw(names)), folder=named, unknown=unknown)
    status = draw(st.sampled_from(IncidentStatus))
    changes: dict[str, Any] = {
        "status": status,
        "folder": draw(names),
        "sender_name": draw(names),
        "acknowledged_by": draw(st.just("") | names),
        "file_count": draw(st.integers(1, 10**7)),
        "ended_at": NOW if status not in (IncidentStatus.OPEN, IncidentStatus.UNKNOWN) else None,
        "reason": None if status is IncidentStatus.OPEN else draw(st.sampled_from(UnknownReason)),
        "oldest_creation": draw(st.none() | st.just(incident().oldest_creation)),
    }
    return notice(kind, incident(f"i{number}", **changes), since=NOW)


@st.composite
def notifications(
    draw: st.DrawFn, most: int = 6, channel: Channel = MAIL
) -> tuple[Notification, RenderContext]:
    """A message of one or several lines, with its files."""
    said = draw(st.lists(notices(), min_size=1, max_size=most))
    some = st.lists(names.map(lambda name: NamedFile(name=name, created=NOW)), max_size=3)
    files = {one.incident.incident_id: draw(some) for one in said if one.incident}
    return notification(*said, channel=channel), context(files=files)
