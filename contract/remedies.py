"""How to mend a request, in words that both the gateway and the functions use."""

from typing import Final

LOST_LETTER: Final = "\ufffd"
"""What a gateway puts in place of each byte that is not UTF-8; which letter it was is lost."""
UTF8_HINT: Final = (
    "encode it as UTF-8; Windows PowerShell 5.1 sends text as Latin-1, so give it the bytes: "
    "-Body ([Text.Encoding]::UTF8.GetBytes($json))"
)
DEPTH_HINT: Final = "in PowerShell, give ConvertTo-Json a greater depth: ConvertTo-Json -Depth 5"
DATE_HINT: Final = "send ISO 8601 with an offset; in PowerShell: $file.CreationTime.ToString('o')"
HANDED_ON: Final = "bytes as the gateway hands it on"
COUNTED_TWICE: Final = "Quotes, backslashes and line ends count twice."
"""Why a request is larger than it looks: a function gets its body as text in JSON."""
HOW_TO_SPLIT: Final = (
    "Send the folders in several requests, and the files of a folder with very many in several too."
)
