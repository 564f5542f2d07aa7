"""Names that come from elsewhere, on their way into Markdown."""

import re
from typing import Final

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^\"'])")


def plain(text: str) -> str:
    """`text` as Markdown that shows exactly it: no emphasis, links, HTML, formulas, icons or lists."""
    return _MARKUP.sub(r"\\\1", text)
