"""Bodies of reports as the script sends them."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """How many folders a report names, and how many files in each."""

    folders: int
    files: int

    def __str__(self) -> str:
        return f"{self.folders} x {self.files:,}"


TYPICAL = Shape(4, 25)
"""The report of a bad hour on one server: 100 files."""
SHAPES = (TYPICAL, Shape(1, 1_000), Shape(1, 20_000))


def body(shape: Shape) -> bytes:
    """A report of that shape, in the form that ConvertTo-Json gives it."""
    report = {
        "sla_error": [
            {
                "folder": rf"C:\Jobs\Invoices\Inbound_{folder}",
                "sla": 30,
                "files": [
                    {
                        "filename": f"INV-{folder * shape.files + file:06}.xml",
                        "creationDate": f"2026-11-{1 + file % 20:02}T08:{file % 60:02}:17.1234567-03:00",
                    }
                    for file in range(shape.files)
                ],
            }
            for folder in range(shape.folders)
        ]
    }
    return json.dumps(report, indent=2).encode()
