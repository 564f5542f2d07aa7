"""Command line: python -m docs.generate [--check]."""

import argparse
import json
import sys
from pathlib import Path

from bench.figures import PAGES_FIGURES, read_published
from contract.names import ROOT
from docs.generate.api import build_api_page, build_openapi
from docs.generate.figures import FigureError, fill_figures, find_pages
from docs.generate.markdown import build_configuration_page


def build_pages() -> dict[Path, str]:
    """The text of every generated file, and of every page that quotes figures."""
    docs, published = ROOT / "docs", read_published(PAGES_FIGURES)
    pages = {
        docs / "api.md": build_api_page(),
        docs / "configuration.md": build_configuration_page(ROOT),
        docs / "openapi.json": json.dumps(build_openapi(), indent=2, ensure_ascii=False) + "\n",
    }
    for page in find_pages(ROOT):
        try:
            pages[page] = fill_figures(page.read_text(encoding="utf-8"), published)
        except FigureError as error:
            raise FigureError(f"{page.relative_to(ROOT)}: {error}") from error
    return pages


def main() -> int:
    """Writes or compares; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a page is behind")
    check = parser.parse_args().check
    try:
        pages = build_pages()
    except FigureError as error:
        print(error)
        return 1
    behind = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
    for path in behind:
        if check:
            print(f"{path.relative_to(ROOT)} is behind code or figures: write it again with `make docs`.")
        else:
            path.write_text(pages[path], encoding="utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    return 1 if check and behind else 0


if __name__ == "__main__":
    sys.exit(main())
