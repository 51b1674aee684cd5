"""The contents: `index.md` names every page once, in sections, and the built pages have them beside each page."""

from __future__ import annotations

import re
from pathlib import Path

from rulesengine.diagnostics import CATALOGUE

DOCS = Path(__file__).resolve().parents[2] / "docs"
MADE_HERE = re.compile(r"^<!-- made here: (?P<what>\w+) ?(?P<of>[^>]*?) ?-->$", re.MULTILINE)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\((?P<page>[\w/-]+)\.md\)")


def doors(index: str) -> dict[str, list[str]]:
    """The sections of the contents, each with the pages that it is the first to link to."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    _, *parts = SECTION.split(index)
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        pages = [page for page in LINK.findall(text) if page not in seen]
        found[title] = list(dict.fromkeys(pages))
        seen.update(pages)
    return found


def behind_no_door() -> list[str]:
    """The pages that the contents do not link to."""
    linked = {page for pages in doors((DOCS / "index.md").read_text(encoding="utf-8")).values() for page in pages}
    names = {page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.rglob("*.md")} - {"index"}
    listed = {f"codes/{code}" for code in CATALOGUE} | {name for name in names if name.startswith("decisions/")}
    return sorted(names - linked - listed)


def opened(index: str) -> str:
    """The contents with a table of what is behind each door."""
    return index + "".join(tree(pages, title) for title, pages in doors(index).items())


def tree(pages: list[str], caption: str = "") -> str:
    """What Sphinx needs to know that pages stand below another one; it is not shown."""
    options = ":hidden:\n" + (f":caption: {caption}\n" if caption else "")
    return f"\n\n```{{toctree}}\n{options}\n" + "\n".join(pages) + "\n```\n"


def title_of(page: Path) -> str:
    """The heading of a page."""
    return page.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# ")


def decisions() -> str:
    """The pages of decisions, by their titles."""
    pages = sorted((DOCS / "decisions").glob("*.md"))
    listed = [f"- [{title_of(page)}](decisions/{page.name})" for page in pages]
    return "\n".join(listed) + tree([f"decisions/{page.stem}" for page in pages])
