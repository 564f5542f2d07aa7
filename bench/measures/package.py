"""What is in the packages that Lambda gets."""

import tempfile
from collections import Counter
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

from bench.figures import Figure, counted
from components.functions.specs import package as function_package
from components.functions.specs.package import build_package

FUNCTIONS = ("file-sla-error", "auth")
BREAKDOWN = Path(".bench/packages.txt")


def measure() -> list[Figure]:
    """Compares the packages for AWS with all that their dependencies bring, and writes a breakdown."""
    figures: list[Figure] = []
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for name in FUNCTIONS:
            ours = build_package(name, "arm64").path
            with patch.multiple(function_package, UNUSED=(), CACHE=Path(scratch)):
                everything = build_package(name, "arm64").path
            figures += [
                counted(f"package of {name}, {how}, vs unpruned", size(ours), size(everything), "kB")
                for how, size in (("zipped", _zipped), ("unzipped", _unzipped))
            ]
            lines += [f"{name}", *_breakdown(ours), ""]
    BREAKDOWN.write_text("\n".join(lines))
    return figures


def _zipped(archive: Path) -> float:
    return archive.stat().st_size / 1000


def _unzipped(archive: Path) -> float:
    with ZipFile(archive) as package:
        return sum(entry.file_size for entry in package.infolist()) / 1000


def _breakdown(archive: Path) -> list[str]:
    """Zipped and unzipped kilobytes by top-level name, the largest first."""
    zipped: Counter[str] = Counter()
    unzipped: Counter[str] = Counter()
    with ZipFile(archive) as package:
        for entry in package.infolist():
            name = entry.filename.split("/")[0]
            zipped[name] += entry.compress_size
            unzipped[name] += entry.file_size
    return [
        f"{size / 1000:9,.0f} {unzipped[name] / 1000:9,.0f}  {name}" for name, size in zipped.most_common()
    ]
