"""Teams: what a workflow's webhook takes, and how the card looks in a channel."""

import json
from datetime import datetime
from typing import Final
from uuid import uuid4

from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from pydantic import ValidationError

from contract.owners.model import ChannelKind
from local.receiver.card_elements import (
    ActionSet,
    Column,
    ColumnSet,
    Container,
    Element,
    Fact,
    FactSet,
    OpenUrl,
    RichTextBlock,
    Table,
    TableRow,
    TeamsMessage,
    TextBlock,
    TextRun,
)
from local.receiver.inbox import Received
from local.receiver.pieces import draw_link, join, wrap
from local.receiver.readers import Readers
from local.receiver.refusals import RefusedError
from local.receiver.texts import read_text

_MOST_BYTES: Final = 28 * 1024
"""https://learn.microsoft.com/en-us/connectors/teams: a message with a card has about 28 KB."""
_DEFAULT: Final = "default"
_SPACINGS: Final = frozenset({"none", "small", "medium", "large", "extralarge", "padding"})
_STYLES: Final = frozenset({"emphasis", "good", "attention", "warning", "accent"})
_LOOKS: Final = {
    "size": frozenset({"small", "medium", "large", "extralarge"}),
    "weight": frozenset({"lighter", "bolder"}),
    "color": frozenset({"accent", "good", "warning", "attention", "light", "dark"}),
    "font": frozenset({"monospace"}),
}
# The marks that cards know: bold, italic, lists and links.
_MARKDOWN: Final = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    ["emphasis", "link", "list", "escape", "newline", "entity"]
)


def read_teams(body: bytes, webhook: str, at: datetime, readers: Readers) -> Received:
    """A message that was posted to a workflow.

    Raises:
        RefusedError: Teams would not show it. A workflow takes it all the same, and fails where nobody looks.
    """
    card = _parse(body).attachments[0].content
    shown = join((*map(_draw, card.body), _draw_actions(card.actions)))
    text = read_text(shown)
    return Received(
        message_id=str(uuid4()),
        at=at,
        kind=ChannelKind.TEAMS,
        target=webhook,
        owners=readers.of(ChannelKind.TEAMS, webhook),
        subject=text.partition("\n")[0],
        text=text,
        shown=shown,
        facts=(("Card", f"Adaptive Card {card.version}, {len(body):,} bytes"),),
    )


def _parse(body: bytes) -> TeamsMessage:
    if len(body) > _MOST_BYTES:
        raise RefusedError(f"{len(body):,} bytes, of which Teams takes {_MOST_BYTES:,}")
    try:
        return TeamsMessage.model_validate(json.loads(body))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise RefusedError(f"{place}: {first['msg']}") from error
    except ValueError as error:
        raise RefusedError("not JSON") from error


def _draw(element: Element) -> Markup:
    line = Markup("<hr>") if element.separator else Markup()
    return line + wrap("div", _draw_bare(element), css=f"spacing-{_known(element.spacing, _SPACINGS)}")


def _draw_bare(element: Element) -> Markup:
    match element:
        case TextBlock():
            return wrap("div", _draw_markdown(element.text), css=_classes(element))
        case RichTextBlock():
            runs = (escape(one) if isinstance(one, str) else _draw_run(one) for one in element.inlines)
            return wrap("p", *runs, css="lines")
        case FactSet():
            return wrap("dl", *map(_draw_fact, element.facts), css="facts")
        case Container():
            return wrap("div", *map(_draw, element.items), css=f"style-{_known(element.style, _STYLES)}")
        case ColumnSet():
            return wrap("div", *map(_draw_column, element.columns), css="columns")
        case Table():
            return _draw_table(element)
        case ActionSet():
            return _draw_actions(element.actions)


def _draw_fact(fact: Fact) -> Markup:
    title, value = (_MARKDOWN.renderInline(text) for text in (fact.title, fact.value))
    return wrap("dt", _with_targets(title)) + wrap("dd", _with_targets(value))


def _draw_column(column: Column) -> Markup:
    width = "stretch" if column.width == "stretch" else "auto"
    return wrap("div", *map(_draw, column.items), css=f"column-{width}")


def _draw_table(table: Table) -> Markup:
    heads = int(table.first_row_as_headers)
    return wrap("table", *(_draw_row(row, "th" if n < heads else "td") for n, row in enumerate(table.rows)))


def _draw_row(row: TableRow, tag: str) -> Markup:
    return wrap("tr", *(wrap(tag, *map(_draw, cell.items)) for cell in row.cells))


def _draw_actions(actions: list[OpenUrl]) -> Markup:
    if not actions:
        return Markup()
    buttons = (draw_link(one.url, one.title, css="button") for one in actions)
    return wrap("div", join(buttons, between=" "), css="actions")


def _draw_run(run: TextRun) -> Markup:
    drawn = escape(run.text) if run.select is None else draw_link(run.select.url, run.text)
    for wanted, tag in ((run.italic, "em"), (run.strikethrough, "s"), (run.underline, "u")):
        if wanted:
            drawn = wrap(tag, drawn)
    return wrap("span", drawn, css=_classes(run))


def _draw_markdown(text: str) -> Markup:
    return _with_targets(_MARKDOWN.render(text))


def _with_targets(drawn: str) -> Markup:
    # What was drawn escapes whatever is no mark: no HTML passes through it.
    return Markup(drawn.replace("<a ", '<a rel="noreferrer noopener" target="_blank" '))  # noqa: S704


def _classes(text: TextBlock | TextRun) -> str:
    known = {name: _known(getattr(text, name), values) for name, values in _LOOKS.items()}
    named = [f"{name}-{value}" for name, value in known.items() if value != _DEFAULT]
    return " ".join([*named, *(["subtle"] if text.subtle else [])])


def _known(value: str, values: frozenset[str]) -> str:
    return value.lower() if value.lower() in values else _DEFAULT
