"""Teams: a document as an Adaptive Card, sent to the webhook of a workflow.

Layout only: `wording` and `writing` have the words.

Every text stands in a `RichTextBlock`, whose runs are shown as they are: a `TextBlock` and a `FactSet` obey
Markdown, in which the name of a file could be a link. Workflows show cards up to version 1.4; of a newer one
they say that it cannot be displayed (users of Prometheus Alertmanager found this).
"""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any, Final

from handlers.notifications.delivery import Webhooks, encode_body
from handlers.notifications.document import (
    Document,
    ListSection,
    Phrase,
    Tone,
    count_more,
    read_phrase,
    unlink,
)
from store.notifications import Recipient

MAX_CARD_BYTES: Final = 27_000
"""Bytes of the whole body as JSON: Teams takes about 28 KB ("Limits and specifications for Teams")."""
_STYLES: Final = {Tone.BAD: "attention", Tone.UNSURE: "warning", Tone.GOOD: "good"}
_LABEL_WIDTH: Final = "130px"
_FATAL: Final = frozenset(
    {"WorkflowTriggerIsNotEnabled", "WorkflowNotFound", "DirectApiAuthorizationRequired"}
)
"""Errors of Azure Logic Apps, on which workflows run: switched off, deleted, an address cut short."""

Element = dict[str, Any]


def fits(document: Document) -> bool:
    """Whether one card holds it."""
    return len(encode_body(render_teams(document))) <= MAX_CARD_BYTES


def send(webhooks: Webhooks, recipient: Recipient, document: Document) -> None:
    """Sends a document to the recipient's webhook. For what it raises, see `Webhooks.post`.

    The workflow does not say what it does with it.
    """
    webhooks.post(recipient.channel.targets[0], encode_body(render_teams(document)), "Teams", fatal=_FATAL)


def render_teams(document: Document) -> dict[str, Any]:
    """The body of the request."""
    own = "".join(part.text for part in takewhile(lambda part: not part.name, document.first_line))
    links = [*document.links, *([document.help] if document.help else ())]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        # Markdown may be obeyed here: our own words alone.
        "fallbackText": f"{document.headline}. {own.rstrip(': ')}".strip(),
        "msteams": {"width": "Full"},
        "body": list(_list_elements(document)),
        "actions": [_open(link.url, title=link.text) for link in links],
    }
    return {
        "type": "message",
        # What a phone shows.
        "summary": f"{document.sign} {unlink(document.subject)}. {read_phrase(document.first_line)}",
        "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
        ],
    }


def _list_elements(document: Document) -> Iterator[Element]:
    headline = _run(f"{document.sign} {document.headline}", size="Large", weight="Bolder")
    head = [_block([headline]), *([_block(_runs(document.place))] if document.place else ())]
    yield {"type": "Container", "style": _STYLES[document.tone], "bleed": True, "items": head}
    if document.lead:
        yield _block(_runs(document.lead))
    for index, (label, value) in enumerate(document.facts.items()):
        columns = [(_LABEL_WIDTH, [_run(label, isSubtle=True)]), ("stretch", _runs(value))]
        yield {
            "type": "ColumnSet",
            "spacing": "Default" if index == 0 else "None",
            "columns": [
                {"type": "Column", "width": width, "items": [_block(runs)]} for width, runs in columns
            ],
        }
    for section in document.sections:
        yield from _render_section(section)
    for index, note in enumerate(document.notes):
        yield _block(_runs(note, size="Small", isSubtle=True), separator=index == 0)


def _render_section(section: ListSection) -> Iterator[Element]:
    if not section.items:
        yield _block([_run(section.title, isSubtle=True)])
        return
    yield _block([_run(section.title, weight="Bolder")], spacing="Medium")
    for item in section.items:
        sign = [_run(f"{item.sign} ")] if item.sign else []
        joint = _run("  " if section.files else "\n")
        link = [_run(" "), {**_run("Open"), "selectAction": _open(item.url)}] if item.url else []
        runs = [*sign, *_runs(item.name), joint, *_runs(item.said, isSubtle=True), *link]
        yield _block(runs, spacing="Small")
    if section.more:
        yield _block([_run(count_more(section.more), isSubtle=True)], spacing="Small")


def _block(runs: Iterable[Element], **look: Any) -> Element:
    return {
        "type": "RichTextBlock",
        "inlines": list(runs),
        **{key: value for key, value in look.items() if value},
    }


def _runs(phrase: Phrase, **look: Any) -> list[Element]:
    """The parts of a phrase; names look like code."""
    return [
        _run(part.text, **({**look, "fontType": "Monospace"} if part.name else look))
        for part in phrase
        if part.text
    ]


def _open(url: str, **look: str) -> Element:
    return {"type": "Action.OpenUrl", "url": url, **look}


def _run(text: str, **look: Any) -> Element:
    return {"type": "TextRun", "text": text, **look}
