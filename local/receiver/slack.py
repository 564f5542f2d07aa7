"""Slack: what its webhooks take and answer, and how it shows a message."""

import json
from datetime import datetime
from typing import Final
from uuid import uuid4

from markupsafe import Markup, escape
from pydantic import ValidationError

from contract.owners.model import ChannelKind
from local.receiver.inbox import Received
from local.receiver.mrkdwn import draw_mrkdwn, unescape
from local.receiver.pieces import draw_link, join, wrap
from local.receiver.readers import Readers
from local.receiver.refusals import RefusedError
from local.receiver.slack_blocks import (
    Actions,
    Block,
    Button,
    Context,
    Divider,
    Header,
    Mrkdwn,
    PlainText,
    RichElement,
    RichList,
    RichPreformatted,
    RichQuote,
    RichSection,
    RichText,
    RichTextBlock,
    Section,
    SlackMessage,
)
from local.receiver.texts import read_text

TAKEN: Final = "ok"
"""The body of the answer to what is taken."""
_STYLES: Final = (("bold", "strong"), ("italic", "em"), ("strike", "s"), ("code", "code"))


def read_slack(body: bytes, webhook: str, at: datetime, readers: Readers) -> Received:
    """A message that was posted to a webhook.

    Raises:
        RefusedError: Slack would not take it.
    """
    message = _parse(body)
    said = draw_mrkdwn(message.text) if message.mrkdwn else escape(unescape(message.text))
    notified = read_text(said)
    shown = join(map(_draw_block, message.blocks)) or wrap("p", said, css="lines")
    return Received(
        message_id=str(uuid4()),
        at=at,
        kind=ChannelKind.SLACK,
        target=webhook,
        owners=readers.of(ChannelKind.SLACK, webhook),
        subject=(notified or read_text(shown)).partition("\n")[0],
        text=read_text(shown),
        shown=shown,
        facts=(("Notification", notified),),
    )


def _parse(body: bytes) -> SlackMessage:
    try:
        message = SlackMessage.model_validate(json.loads(body))
    except ValidationError as error:
        within = {problem["loc"][:1] for problem in error.errors()}
        raise RefusedError("invalid_blocks" if ("blocks",) in within else "invalid_payload") from error
    except ValueError as error:
        raise RefusedError("invalid_payload") from error
    if not message.text and not message.blocks:
        raise RefusedError("no_text")
    return message


def _draw_block(block: Block) -> Markup:
    match block:
        case Header():
            return wrap("h2", block.text.text)
        case Section():
            return _draw_section(block)
        case Divider():
            return Markup("<hr>")
        case Context():
            return wrap("div", join(map(_draw_text, block.elements), between=" "), css="context")
        case Actions():
            return wrap("div", join(map(_draw_button, block.elements), between=" "), css="actions")
        case RichTextBlock():
            return join(map(_draw_rich, block.elements))


def _draw_section(section: Section) -> Markup:
    said = Markup() if section.text is None else wrap("p", _draw_text(section.text))
    if section.fields is not None:
        said += wrap("div", *(wrap("p", _draw_text(field)) for field in section.fields), css="fields")
    button = "" if section.accessory is None else _draw_button(section.accessory)
    return wrap("div", wrap("div", said), button, css="section")


def _draw_text(text: PlainText | Mrkdwn) -> Markup:
    return wrap("span", draw_mrkdwn(text.text) if isinstance(text, Mrkdwn) else text.text, css="lines")


def _draw_button(button: Button) -> Markup:
    return draw_link(button.url or "", button.text.text, css="button")


def _draw_rich(part: RichSection | RichPreformatted | RichQuote | RichList) -> Markup:
    match part:
        case RichList():
            entries = (wrap("li", _draw_pieces(one.elements)) for one in part.elements)
            return wrap("ol" if part.style == "ordered" else "ul", *entries)
        case RichPreformatted():
            return wrap("pre", _draw_pieces(part.elements))
        case RichQuote():
            return wrap("blockquote", _draw_pieces(part.elements))
        case RichSection():
            return wrap("p", _draw_pieces(part.elements), css="lines")


def _draw_pieces(elements: list[RichElement]) -> Markup:
    return join(_draw_piece(one) for one in elements)


def _draw_piece(element: RichElement) -> Markup:
    if isinstance(element, RichText):
        drawn = escape(element.text)
    else:
        drawn = draw_link(element.url, element.text or element.url)
    for name, tag in _STYLES:
        if getattr(element.style, name):
            drawn = wrap(tag, drawn)
    return drawn
