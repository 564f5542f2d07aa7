"""Text that comes from elsewhere, on its way into Markdown."""

import re
from typing import Final

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^\"'])")


def escape_markdown(text: str) -> str:
    """`text` as one line of Markdown that shows exactly it, without emphasis, HTML, formulas or icons."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
