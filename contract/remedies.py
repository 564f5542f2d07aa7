"""How to mend a request, in words that both the gateway and the functions use."""

from typing import Final

LOST_LETTER: Final = "\ufffd"
"""What a gateway puts in place of each byte that is not UTF-8; which letter it was is lost."""
_GIVE_BYTES: Final = (
    "encode it as UTF-8; Windows PowerShell 5.1 sends text as Latin-1, so give it the bytes: "
    "-Body ([Text.Encoding]::UTF8.GetBytes({}))"
)
UTF8_HINT: Final = _GIVE_BYTES.format("$json")
# Without examples: whoever reads the answer as it is sent sees every backslash and quote escaped.
BACKSLASH_HINT: Final = "write each backslash twice, as ConvertTo-Json does"
QUOTES_HINT: Final = "put keys and texts in double quotes, as ConvertTo-Json does"
JSON_HINT: Final = "send what ConvertTo-Json writes, unchanged"
ANY_JSON_HINT: Final = (
    "send one JSON object; write each backslash twice, and put keys and texts in double quotes: "
    "ConvertTo-Json does both; " + _GIVE_BYTES.format("...")
    # A gateway's template takes a dollar sign for the beginning of a variable.
)
"""For a body that is no JSON, where no more is known of it."""
OBJECT_HINT: Final = "send one JSON object with the keys of the contract"
TWICE_HINT: Final = "it went through ConvertTo-Json twice: send what the first one wrote"
DEPTH_HINT: Final = "in PowerShell, give ConvertTo-Json a greater depth: ConvertTo-Json -Depth 5"
_AS_ISO: Final = "send ISO 8601 with an offset; in PowerShell: {}.ToString('o')"
CREATION_HINT: Final = _AS_ISO.format("$file.CreationTime")
CLOCK_HINT: Final = _AS_ISO.format("(Get-Date)")
UNTIL_HINT: Final = _AS_ISO.format("(Get-Date).AddHours(8)")
AHEAD_HINT: Final = (
    "send a moment from {} to {} days from now; in PowerShell: (Get-Date).AddHours(8).ToString('o')"
)
HANDED_ON: Final = "bytes as the gateway hands it on"
COUNTED_TWICE: Final = "Quotes, backslashes and line ends count twice."
"""Why a request is larger than it looks: a function gets its body as text in JSON."""
HOW_TO_SPLIT: Final = (
    "Send the folders in several requests, and the files of a folder with very many in several too. "
    "Where the report has a run, give each request the same run.id, its own run.part, and run.parts."
)
