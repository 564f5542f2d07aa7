"""A message in words, for any medium. Renderers choose how it looks, never what it says."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import StrEnum, unique
from typing import Final
from zoneinfo import ZoneInfo

from contract.text import reveal, show

NAME_WIDTH = 200
"""Characters that are shown of a name from outside; what is longer is cut in the middle."""


@unique
class Tone(StrEnum):
    """What a message is to its reader, for a colour. Never that alone: a sign says the same."""

    BAD = "bad"
    UNSURE = "unsure"
    GOOD = "good"


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
    """A name from outside, on which nothing of it has any effect."""
    return (Span(show(text, width), name=True),)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that is known."""

    label: str
    value: Phrase


@dataclass(frozen=True, kw_only=True)
class ListItem:
    """One line of a list of folders and servers."""

    sign: str
    place: Phrase
    said: Phrase
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class ListSection:
    """Entries under a title."""

    title: str
    entries: tuple[ListItem, ...]
    more: int = 0
    """How many there are beside them."""


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """A file in a list."""

    name: Phrase
    said: Phrase
    """How long it waits, and since when; in a digest, where it is."""


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files of a message."""

    title: str
    rows: tuple[FileRow, ...]
    more: int
    """How many there are beside them."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A way to somewhere. Following it changes nothing."""

    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """What a reader is told."""

    subject: str
    """Printable ASCII, at most `subjects.MAX_SUBJECT` characters."""
    tone: Tone
    sign: str
    headline: str
    """Our own words: what happened, without where."""
    place: Phrase = ()
    """Where; empty in a digest."""
    lead: Phrase = ()
    """What it means, in a sentence or two."""
    facts: tuple[Fact, ...] = ()
    sections: tuple[ListSection, ...] = ()
    files: Files | None = None
    way: Link | None = None
    """To what it is about."""
    notes: tuple[Phrase, ...] = ()
    """Why the reader gets this, and how to get fewer."""
    help: Link | None = None
    """To more about messages."""
    thread: str = ""
    """What it is about, as the log calls it: mails about the same lie together. Empty in a digest, which
    would tie the threads of all that it names into one."""


SHOWN_FILES: Final = 10
"""Files that a message lists, the worst first; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class NamedFile:
    """A file of an incident, as its last sighting told it."""

    name: str
    created: datetime | None = None
    """None where the date tells no age."""


@dataclass(frozen=True, kw_only=True)
class RenderContext:
    """What is known when a message is put into words."""

    now: datetime
    dashboard_url: str = ""
    """Where links lead; empty for none."""
    docs_url: str = ""
    """The folder `docs` on the web; empty for no link to it."""
    files: Mapping[str, Sequence[NamedFile]] = field(default_factory=dict)
    """By incident id, at least the worst `SHOWN_FILES` of each. An incident without any: its records are
    gone. One that is missing: its files were not looked up, and nothing is said of them."""


_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_time(moment: datetime, zone: ZoneInfo, *, named: bool = True) -> str:
    """`Thu 26 Nov 2026, 09:00 Europe/Berlin`; without the zone's name where that is told once for several."""
    local = _localize(moment, zone)
    return f"{_DAYS[local.weekday()]} {_format(local)}{f' {zone.key}' if named else ''}"


def format_short(moment: datetime, zone: ZoneInfo) -> str:
    """`26 Nov 2026, 09:00`: for lists."""
    return _format(_localize(moment, zone))


def _format(local: datetime) -> str:
    # In the hour that comes twice when clocks are set back, and then alone, the offset's name tells which.
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    which = f" {local.tzname()}" if twice else ""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}{which}"


def _localize(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # The first and the last day that there is, of some other zone.
        return moment.astimezone(UTC)


def render_text(document: Document) -> str:
    """Lines of text, paragraphs apart, ending in a line feed. Names have no line feeds."""
    return "\n".join(_list_lines(document)) + "\n"


def read_phrase(phrase: Phrase) -> str:
    """A phrase as bare text."""
    return "".join(part.text for part in phrase)


def count_more(more: int) -> str:
    """What stands under a list that is longer than what is shown of it."""
    return f"and {more:,} more"


def _list_lines(document: Document) -> Iterator[str]:
    yield f"{document.sign} {document.headline}"
    if document.place:
        yield read_phrase(document.place)
    if document.lead:
        yield ""
        yield read_phrase(document.lead)
    if document.way:
        yield _write_link(document.way)
    if document.facts:
        yield ""
        yield from (f"{fact.label}: {read_phrase(fact.value)}" for fact in document.facts)
    for section in document.sections:
        yield ""
        yield from _list_section(section)
    if document.files:
        yield ""
        yield from _list_files(document.files)
    yield ""
    yield from (read_phrase(note) for note in document.notes)
    if document.help:
        yield _write_link(document.help)


def _write_link(link: Link) -> str:
    return f"{link.text}: {link.url}"


def _list_section(section: ListSection) -> Iterator[str]:
    yield f"{section.title}:"
    for entry in section.entries:
        yield from _list_entry(entry)
    if section.more:
        yield f"  {count_more(section.more)}"


def _list_entry(entry: ListItem) -> Iterator[str]:
    yield f"{entry.sign} {read_phrase(entry.place)}"
    yield f"  {read_phrase(entry.said)}"
    if entry.url:
        yield f"  {entry.url}"


def _list_files(files: Files) -> Iterator[str]:
    if not files.rows:
        yield files.title
        return
    yield f"{files.title}:"
    for row in files.rows:
        yield f"- {read_phrase(row.name)}, {read_phrase(row.said)}"
    if files.more:
        yield f"  {count_more(files.more)}"


_SPELT: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i",
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "€": "EUR",
    }
)  # fmt: skip
"""What is spelt otherwise where it cannot be taken apart into a letter and its mark."""
_OTHER: Final = re.compile(r"[^ -~]+")
"""A stretch of what has no like in ASCII. A `?` stands for it: no name on Windows has one."""


def to_ascii(text: str) -> str:
    r"""The nearest printable ASCII.

    >>> to_ascii("D:\\Aufträge\\数据\\in")
    'D:\\Auftrage\\?\\in'
    """
    if not (text.isascii() and text.isprintable()):
        apart = unicodedata.normalize("NFKD", reveal(text).translate(_SPELT))
        # A mark on a letter that is left behind without it.
        bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
        text = _OTHER.sub("?", bare)
    # In the header of a mail, `=?` begins a word in another character set (RFC 2047).
    return text.replace("=?", "= ?").strip() or "?"
