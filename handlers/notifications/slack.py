"""Slack: a document as a message of Block Kit, sent to an incoming webhook.

Names from outside stand in `rich_text` alone, which Slack shows as it is. In `mrkdwn` there is no way to
write a plain `*`, and `<!channel>` alerts everybody. Links are elements of their own there, so that only the
fallback has to be escaped, which is `mrkdwn` wherever it is shown.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from handlers.notifications.delivery import DeliveryError, Webhooks, encode_body
from handlers.notifications.document import (
    Document,
    Link,
    ListSection,
    Phrase,
    count_more,
    read_phrase,
    render_text,
    unlink,
)
from store.notifications import Recipient

MAX_BLOCKS: Final = 50
"""Blocks of one message (Slack's reference, "Blocks")."""
MAX_BLOCKS_CHARACTERS: Final = 12_000
"""Characters of all blocks as JSON. Not documented: users of Slack's own library saw about 13,200 refused
with `msg_blocks_too_long`."""
MAX_PLAIN: Final = 4000
"""Characters of a message without blocks, beyond which Slack says that people do not read on ("Text")."""

Block = dict[str, Any]
Element = dict[str, Any]


def fits(document: Document) -> bool:
    """Whether one message holds it."""
    blocks = render_slack(document)["attachments"][0]["blocks"]
    return len(blocks) <= MAX_BLOCKS and len(encode_body(blocks).decode()) <= MAX_BLOCKS_CHARACTERS


def send(webhooks: Webhooks, recipient: Recipient, document: Document) -> None:
    """Sends a document to the recipient's webhook. For what it raises, see `Webhooks.post`."""
    post = partial(webhooks.post, recipient.channel.targets[0], service="Slack")
    try:
        post(encode_body(render_slack(document)))
    except DeliveryError as error:
        if error.status != HTTPStatus.BAD_REQUEST:
            raise
    else:
        return
    # Slack rejects the layout. Better plain than never.
    post(encode_body(render_plainly(document)))


def render_slack(document: Document) -> dict[str, Any]:
    """The body of the request."""
    first = f"{document.sign} {document.subject}\n{read_phrase(document.first_line)}"
    return {
        # What a phone shows; it stands above what is coloured.
        "text": _escape(first.rstrip()),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "attachments": [{"color": document.tone.colour, "blocks": list(_list_blocks(document))}],
    }


def render_plainly(document: Document) -> dict[str, Any]:
    """The body of a request without blocks, should Slack not like them."""
    return {"text": _escape(render_text(document)[:MAX_PLAIN]), "mrkdwn": False, "unfurl_links": False}


def _list_blocks(document: Document) -> Iterator[Block]:
    place = [*_style(document.place), _text("\n")] if document.place else []
    head = [*place, *_style(document.lead)]
    for index, link in enumerate(document.links):
        head += [_text("  " if index else "\n"), _link(link)]
    facts = [
        element
        for label, value in document.facts.items()
        for element in (_text(f"{label}: ", bold=True), *_style(value), _text("\n"))
    ]
    yield _rich(_section(head), *([_section(facts[:-1])] if facts else ()))
    for section in document.sections:
        yield _render_section(section)
    notes = [element for note in document.notes for element in (*_style(note, italic=True), _text(" "))]
    yield _rich(_section([*notes, *([_link(document.help)] if document.help else ())]))


def _render_section(section: ListSection) -> Block:
    joint = " " if section.files else "\n"
    items = []
    for item in section.items:
        link = [_text(" "), _link(Link(text="Open", url=item.url))] if item.url else []
        items.append(_section([*_style(item.name), _text(joint), *_style(item.said), *link]))
    if section.more:
        items.append(_section([_text(count_more(section.more))]))
    title = _section([_text(section.title, **({"bold": True} if items else {}))])
    listed = {"type": "rich_text_list", "style": "bullet", "elements": items}
    return _rich(title, *([listed] if items else ()))


def _rich(*elements: Element) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _section(elements: Iterable[Element]) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def _style(phrase: Phrase, **style: bool) -> list[Element]:
    """The parts of a phrase; names look like code."""
    return [
        _text(part.text, **({**style, "code": True} if part.name else style)) for part in phrase if part.text
    ]


def _text(text: str, **style: bool) -> Element:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _link(link: Link) -> Element:
    return {"type": "link", "url": link.url, "text": link.text}


def _escape(text: str) -> str:
    """The three characters by which links and mentions are written (Slack's reference, "Escaping text").

    And no name becomes a link for looking like one.
    """
    return unlink(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
