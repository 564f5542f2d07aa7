"""A document as plain text: of a mail, and all of a message to a topic."""

from collections.abc import Iterator

from handlers.messages.rendering.document import Document, Entry, Files, Link, Phrase, Section


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


def _list_section(section: Section) -> Iterator[str]:
    yield f"{section.title}:"
    for entry in section.entries:
        yield from _list_entry(entry)
    if section.more:
        yield f"  {count_more(section.more)}"


def _list_entry(entry: Entry) -> Iterator[str]:
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
