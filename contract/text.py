"""What a spreadsheet takes for a formula."""

from typing import Final

FORMULA: Final = r"[=+\-@\t\r\n]|\s+[=+\-@]"
"""How such a text begins, as a regular expression. In files for people an apostrophe goes before it."""
