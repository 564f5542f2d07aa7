"""Teams, by webhooks of workflows."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from handlers.notifications.delivery import Poster, WebhookAddresses, check_answer, encode_body
from handlers.notifications.document import (
    Document,
    Fact,
    Files,
    ListItem,
    ListSection,
    Phrase,
    Tone,
    count_more,
)
from handlers.notifications.situation import Recipient

_SERVICE: Final = "Teams"
_FATAL: Final = frozenset(
    {"WorkflowTriggerIsNotEnabled", "WorkflowNotFound", "DirectApiAuthorizationRequired"}
)
"""Errors of Azure Logic Apps, on which workflows run: switched off, deleted, and an address cut short."""


class TeamsChannel:
    """Sends to webhooks of workflows. Threads may share it.

    Args:
        webhooks: knows their addresses.
        poster: sends requests.
    """

    def __init__(self, webhooks: WebhookAddresses, poster: Poster) -> None:
        self._webhooks = webhooks
        self._poster = poster

    def fits(self, document: Document) -> bool:
        """Whether one card holds it."""
        return fits_teams(document)

    def send(self, recipient: Recipient, document: Document) -> None:
        """Sends a document to the recipient's webhook. For what it raises, see `Medium`.

        What the workflow makes of it, it does not tell.
        """
        webhook = recipient.channel.targets[0]
        body = encode_body(render_teams(document))
        answer = self._poster.post(self._webhooks.find(webhook), body, _SERVICE)
        check_answer(answer, _SERVICE, webhook, _FATAL)


MAX_CARD_BYTES: Final = 27_000
"""Bytes of the whole body as JSON: Teams takes about 28 KB ("Limits and specifications for Teams")."""
_STYLES: Final = {Tone.BAD: "attention", Tone.UNSURE: "warning", Tone.GOOD: "good"}
_LABEL_WIDTH: Final = "130px"

Element = dict[str, Any]


def fits_teams(document: Document) -> bool:
    """Whether it can be sent as one card."""
    return len(encode_body(render_teams(document))) <= MAX_CARD_BYTES


def render_teams(document: Document) -> dict[str, Any]:
    """The body of the request."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        # Markdown may be obeyed here: our own words alone.
        "fallbackText": document.headline,
        "msteams": {"width": "Full"},
        "body": list(_list_elements(document)),
        "actions": [_open(link.url, title=link.text) for link in (document.way, document.help) if link],
    }
    return {
        "type": "message",
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
    for index, fact in enumerate(document.facts):
        yield _render_fact(fact, spacing="Default" if index == 0 else "None")
    for section in document.sections:
        yield from _render_section(section)
    if document.files:
        yield from _render_files(document.files)
    for index, note in enumerate(document.notes):
        yield _block(_runs(note, size="Small", isSubtle=True), separator=index == 0)


def _render_fact(fact: Fact, spacing: str) -> Element:
    label = _block([_run(fact.label, isSubtle=True)])
    return {
        "type": "ColumnSet",
        "spacing": spacing,
        "columns": [
            {"type": "Column", "width": _LABEL_WIDTH, "items": [label]},
            {"type": "Column", "width": "stretch", "items": [_block(_runs(fact.value))]},
        ],
    }


def _render_section(section: ListSection) -> Iterator[Element]:
    yield _title(section.title)
    for entry in section.entries:
        yield _render_entry(entry)
    if section.more:
        yield _block([_run(count_more(section.more), isSubtle=True)], spacing="Small")


def _render_entry(entry: ListItem) -> Element:
    runs = [_run(f"{entry.sign} "), *_runs(entry.place), _run("\n"), *_runs(entry.said, isSubtle=True)]
    if entry.url:
        runs += [_run(" "), {**_run("Open"), "selectAction": _open(entry.url)}]
    return _block(runs, spacing="Small")


def _render_files(files: Files) -> Iterator[Element]:
    if not files.rows:
        yield _block([_run(files.title, isSubtle=True)])
        return
    yield _title(files.title)
    for row in files.rows:
        yield _block([*_runs(row.name), _run("  "), *_runs(row.said, isSubtle=True)], spacing="Small")
    if files.more:
        yield _block([_run(count_more(files.more), isSubtle=True)], spacing="Small")


def _title(text: str) -> Element:
    return _block([_run(text, weight="Bolder")], spacing="Medium")


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
