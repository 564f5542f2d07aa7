"""How many stuck files fit into one report, by what wrote it."""

from dataclasses import dataclass

from contract.limits import MAX_REPORT_BYTES
from handlers.web.requests import measure_in_event

FILENAME = "invoices_20261124_001.xml"
"""A name of 25 characters; a longer one takes as much more of each file as it is longer."""
CREATION_DATE = "2026-11-24T08:00:17.1234567-03:00"


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a program writes the list of a folder's stuck files."""

    written_by: str
    indent: int
    """Spaces before the brace of a file; its keys have `step` more."""
    step: int
    colon: str
    line_end: str

    def write(self, filename: str = FILENAME, creation_date: str = CREATION_DATE) -> bytes:
        """One file of several, from its indentation to the end of its last line."""
        outer, inner = " " * self.indent, " " * (self.indent + self.step)
        lines = [
            f"{outer}{{",
            f'{inner}"filename"{self.colon}"{filename}",',
            f'{inner}"creationDate"{self.colon}"{creation_date}"',
            f"{outer}}},",
        ]
        return "".join(f"{line}{self.line_end}" for line in lines).encode()

    @property
    def files_that_fit(self) -> int:
        """Rounded down to hundreds, which leaves room for the folder itself."""
        return MAX_REPORT_BYTES // measure_in_event(self.write()) // 100 * 100


POWERSHELL_7_LINUX = Form(written_by="PowerShell 7 on Linux", indent=8, step=2, colon=": ", line_end="\n")
POWERSHELL_7_WINDOWS = Form(
    written_by="PowerShell 7 on Windows", indent=8, step=2, colon=": ", line_end="\r\n"
)
POWERSHELL_5 = Form(written_by="Windows PowerShell 5.1", indent=40, step=4, colon=":  ", line_end="\r\n")
COMPRESSED = Form(
    written_by="either, with `ConvertTo-Json -Compress`", indent=0, step=0, colon=":", line_end=""
)
FORMS = (POWERSHELL_7_LINUX, POWERSHELL_7_WINDOWS, POWERSHELL_5, COMPRESSED)
