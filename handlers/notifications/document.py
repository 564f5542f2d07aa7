"""A notification in words, for any medium: media choose how it looks, never what it says."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from typing import Final, Literal
from zoneinfo import ZoneInfo

from contract.owners.model import Owners
from contract.text import show
from contract.words import OVER, NotificationKind
from handlers.notifications.rules import Notice
from handlers.notifications.situation import NamedFile

NAME_WIDTH = 200
"""Characters of a name from outside; what is longer is cut in the middle."""


@unique
class Tone(StrEnum):
    """What a notification is to its reader, for a colour. A sign always says the same."""

    BAD = "bad"
    UNSURE = "unsure"
    GOOD = "good"

    @property
    def severity(self) -> str:
        """The same as PagerDuty, and filters of SNS, spell it."""
        return {Tone.BAD: "error", Tone.UNSURE: "warning", Tone.GOOD: "info"}[self]

    @property
    def colour(self) -> str:
        """As HTML and Slack spell it."""
        return {Tone.BAD: "#b3261e", Tone.UNSURE: "#9a6700", Tone.GOOD: "#1a7f37"}[self]


@dataclass(frozen=True)
class Span:
    """A stretch of a phrase."""

    text: str
    """As it is to be read: renderers escape it whole."""
    name: bool = False
    """Whether it is a name from outside: of a folder, a file, a server, a person."""


Phrase = tuple[Span, ...]


def say(text: str) -> Phrase:
    """A phrase of our own words."""
    return (Span(text),)


def name(text: str, width: int = NAME_WIDTH) -> Phrase:
    """A name from outside, shown and never obeyed."""
    return (Span(show(text, width), name=True),)


@dataclass(frozen=True, kw_only=True)
class ListItem:
    """A folder, a server or a file in a list."""

    name: Phrase
    said: Phrase
    sign: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class ListSection:
    """A list under a title."""

    title: str
    items: tuple[ListItem, ...] = ()
    more: int = 0
    """How many there are beside them."""
    files: bool = False
    """Whether it lists files, a line each."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link. Following it changes nothing."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """All that a reader sees."""

    subject: str
    """At most `wording.MAX_SUBJECT` characters."""
    first_line: Phrase
    """What a phone shows below the subject: what that does not say."""
    about: Notice | None = None
    """The one notice; None in a digest."""
    at: datetime
    """When it is written."""
    key: str = ""
    """Identifies what the one notice is about."""
    tone: Tone
    sign: str
    headline: str
    """What happened, in our own words, without the place."""
    place: Phrase = ()
    """Folder and server; in a digest, the worst ones."""
    lead: Phrase = ()
    """What it means, in a sentence or two."""
    facts: Mapping[str, Phrase] = field(default_factory=dict)
    """What is known, by labels."""
    sections: tuple[ListSection, ...] = ()
    links: tuple[Link, ...] = ()
    """Actions on a live incident, and at last the subject's page of the dashboard; empty without one."""
    notes: tuple[Phrase, ...] = ()
    """Why the reader gets this, and how to get fewer."""
    help: Link | None = None
    """To the documents about notifications."""

    @property
    def kind(self) -> str:
        """A word of `NotificationKind`, or `digest`, or `test`."""
        return self.about.kind.word if self.about else "test" if self.key else "digest"

    @property
    def reason(self) -> str:
        """Of the kind; "" where it has none."""
        return self.about.kind.reason if self.about else ""

    @property
    def state(self) -> Literal["open", "acknowledged", "ended"]:
        """That of what the one notice is about, for services that keep an alert of each; a test is open."""
        if self.about and self.about.kind in OVER:
            return "ended"
        return "acknowledged" if self.kind == NotificationKind.ACKNOWLEDGED.word else "open"


def read_facts(document: Document) -> dict[str, str]:
    """The facts as bare text, by their labels."""
    return {label: read_phrase(value) for label, value in document.facts.items()}


@dataclass(frozen=True, kw_only=True)
class RenderContext:
    """What a notification is written with, besides its notices."""

    now: datetime
    dashboard_url: str = ""
    """Where links lead; empty for none."""
    docs_url: str = ""
    """The folder `docs` on the web; empty for no link to it."""
    shared: Collection[str] = ()
    """Names that servers of several accounts have, without case."""
    owners: Owners | None = None
    """What the owners' file says, for the instructions of its rules."""
    files: Mapping[str, Sequence[NamedFile]] = field(default_factory=dict)
    """By incident id, the oldest `SHOWN_FILES` of each, by rank. Empty where an incident's records are gone;
    one that is missing was not looked up, and its files are not mentioned."""


def format_time(moment: datetime, zone: ZoneInfo, *, named: bool = True) -> str:
    """`Thu 26 Nov 2026, 09:00 Europe/Berlin`; without the zone's name where several share it."""
    return f"{moment.astimezone(zone):%a} {format_short(moment, zone)}{f' {zone.key}' if named else ''}"


def format_short(moment: datetime, zone: ZoneInfo) -> str:
    """`26 Nov 2026, 09:00`: for lists."""
    local = moment.astimezone(zone)
    # Only in the hour that comes twice when clocks are set back, the offset's name tells which one it is.
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{local.day} {local:%b %Y, %H:%M}{f' {local.tzname()}' if twice else ''}"


def format_clock(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`09:00` for today, `26 Nov, 09:00` for another day."""
    local = moment.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if today else f"{local.day} {local:%b, %H:%M}"


def render_text(document: Document) -> str:
    """Lines of text, paragraphs apart, ending in a line feed. Names have no line feeds."""
    return "\n".join(_list_lines(document)) + "\n"


_LINKED: Final = re.compile(r"[.@](?=\w)|(?<=[A-Za-z]{2}):(?=[\w/])|/(?=/)")
_WORD_JOINER: Final = "\u2060"
"""Not seen, and no part of an address."""


def read_phrase(phrase: Phrase) -> str:
    """A phrase as bare text, in which no program makes a link of a name."""
    return "".join(unlink(span.text) if span.name else span.text for span in phrase)


def unlink(text: str, parting: str = _WORD_JOINER) -> str:
    """A name in which no program sees an address such as `www.example.com`, `orders.zip` or `a@b.example`."""
    return _LINKED.sub(rf"\g<0>{parting}", text)


def count_more(more: int) -> str:
    """The last line of a list that is longer than what is shown."""
    return f"and {more:,} more"


def _list_lines(document: Document) -> Iterator[str]:
    yield f"{document.sign} {document.headline}"
    if document.place:
        yield read_phrase(document.place)
    if document.lead:
        yield from ("", read_phrase(document.lead))
    yield from (f"{link.text}: {link.url}" for link in document.links)
    if document.facts:
        yield from ("", *(f"{label}: {value}" for label, value in read_facts(document).items()))
    for section in document.sections:
        yield from ("", f"{section.title}:" if section.items else section.title)
        for item in section.items:
            joint = ", " if section.files else "\n  "
            yield f"{item.sign or '-'} {read_phrase(item.name)}{joint}{read_phrase(item.said)}"
            if item.url:
                yield f"  {item.url}"
        if section.more:
            yield f"  {count_more(section.more)}"
    yield from ("", *(read_phrase(note) for note in document.notes))
    if document.help:
        yield f"{document.help.text}: {document.help.url}"
