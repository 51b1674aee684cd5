"""python tools/manual/outside.py FOLDER: ends with 1 where a built page would ask another machine for something.

Looks at what a browser loads by itself: scripts, styles, fonts, pictures, frames, and links too, so that every link of
the pages leads to another page of the folder. The documentation has no outside addresses at all.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

LOADING = {"src", "href", "srcset", "data", "action", "poster", "formaction", "background", "xlink:href"}
ADDRESS = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
#: what a style sheet loads
STYLE = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""", re.IGNORECASE)
#: what a script could ask for: an address in a string, beside the names of XML's dialects, which are no addresses
SCRIPT = re.compile(r"""["'`](https?://[^"'`\s]+)""")
NAMES = re.compile(r"https?://www\.w3\.org/\d{4}/")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        for name, value in attrs:
            if name in LOADING and value and ADDRESS.match(value):
                self.found.append(value)
            if name == "style" and value:
                self.found += in_style(value)

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "style":
            self.found += in_style(data)
        if self._within == "script":
            self.found += in_script(data)


def in_style(text: str) -> list[str]:
    """The outside addresses in a style sheet."""
    return [address for address in STYLE.findall(text) if ADDRESS.match(address)]


def in_script(text: str) -> list[str]:
    """The outside addresses in a script, in comments not."""
    return [address for address in SCRIPT.findall(text) if not NAMES.match(address)]


def in_page(text: str) -> list[str]:
    """The outside addresses in a page, or in a picture as SVG."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.found


READERS = {".html": in_page, ".svg": in_page, ".css": in_style, ".js": in_script}


def outside(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each file below the folder that names an outside address, with the address."""
    for file in sorted(folder.rglob("*")):
        if file.suffix in READERS:
            for address in READERS[file.suffix](file.read_text(encoding="utf-8")):
                yield file, address


def main(folder: str) -> int:
    """Says what was found, and counts the pages."""
    found = list(outside(Path(folder)))
    for file, address in found:
        print(f"{file}: {address}")
    pages = len(list(Path(folder).rglob("*.html")))
    print(f"{pages} pages in {folder}, {len(found) or 'no'} outside addresses")
    return 1 if found or not pages else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
