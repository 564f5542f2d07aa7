"""How much of a message one delivery holds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from handlers.messages.message import Message
from handlers.messages.rendering.context import Context
from handlers.messages.rendering.document import Document
from handlers.messages.rendering.writing import sort_lines, write_document

_FIRST: Final = 8
"""Lines that are tried first: more than most messages have."""


def write_what_fits(
    message: Message, context: Context, fits: Callable[[Document], bool]
) -> tuple[Message, Document]:
    """The part of the message that a medium takes at once, the worst lines first, and that part in words.

    One line always fits: what it lists is cut to that.

    Args:
        message: with at least one line.
        context: what is known beside it.
        fits: whether the medium takes a document.
    """
    lines = sort_lines(message.lines)

    def write(number: int) -> tuple[Message, Document]:
        part = replace(message, lines=lines[:number])
        return part, write_document(part, context, following=len(lines) - number)

    # Doubled until it is too much, for a storm's whole is long. `low` fits, `high` does not.
    low, high, number = 0, len(lines) + 1, min(_FIRST, len(lines))
    while low + 1 < high:
        if number == 1 or fits(write(number)[1]):
            low = number
        else:
            high = number
        number = min(2 * low, len(lines)) if high > len(lines) else (low + high) // 2
    return write(low)
