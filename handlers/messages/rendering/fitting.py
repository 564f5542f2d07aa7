"""How much of a message one delivery holds."""

from collections.abc import Callable
from dataclasses import replace

from handlers.messages.message import Message
from handlers.messages.rendering.context import Context
from handlers.messages.rendering.document import Document
from handlers.messages.rendering.writing import sort_lines, write_document


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

    whole = write(len(lines))
    if fits(whole[1]):
        return whole
    low, high = 1, len(lines)
    # `low` fits, or is the least that there is; `high` does not fit.
    while high - low > 1:
        middle = (low + high) // 2
        if fits(write(middle)[1]):
            low = middle
        else:
            high = middle
    return write(low)
