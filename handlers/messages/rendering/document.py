"""A message in words, for any medium. Renderers choose how it looks, never what it says."""

from dataclasses import dataclass
from enum import StrEnum, unique

from handlers.messages.rendering.shown import show

NAME_WIDTH = 200
"""Characters that are shown of a name from outside; what is longer is cut in the middle."""


@unique
class Tone(StrEnum):
    """What a message is to its reader, for a colour. Never that alone: a sign says the same."""

    BAD = "bad"
    UNSURE = "unsure"
    GOOD = "good"


@dataclass(frozen=True)
class Part:
    """A stretch of a phrase."""

    text: str
    """As it is to be read: renderers escape it whole."""
    name: bool = False
    """Whether it is a name from outside: of a folder, a file, a server, a person."""


Phrase = tuple[Part, ...]


def say(text: str) -> Phrase:
    """A phrase of our own words."""
    return (Part(text),)


def name(text: str, width: int = NAME_WIDTH) -> Phrase:
    """A name from outside, on which nothing of it has any effect."""
    return (Part(show(text, width), name=True),)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that is known."""

    label: str
    value: Phrase


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a list of folders and servers."""

    sign: str
    place: Phrase
    said: Phrase
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """Entries under a title."""

    title: str
    entries: tuple[Entry, ...]
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
    sections: tuple[Section, ...] = ()
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
