"""Pages of the documentation as a terminal shows them: headings, paragraphs, lists and examples."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.render.style import Paint, clean, plain, wrapped


def page(text: str, paint: Paint = plain, width: int = 100) -> str:
    """A page of Markdown: its marks taken off, paragraphs filled to the width, examples indented."""
    return "\n".join(_lines(text, paint, width)).strip("\n")


def sections(text: str) -> dict[str, str]:
    """The sections of a page by their `##` headings, heading included."""
    found: dict[str, str] = {}
    for part in text.split("\n## ")[1:]:
        heading, _, body = part.partition("\n")
        found[heading.strip()] = f"# {heading}\n{body}"
    return found


def _lines(text: str, paint: Paint, width: int) -> Iterator[str]:
    paragraph: list[str] = []
    inside = False
    for line in [*text.split("\n"), ""]:
        if line.startswith("```"):
            inside = not inside
        elif inside:
            yield paint(clean(f"    {line}"), "code") if line else ""
        elif line.startswith("#"):
            yield paint(clean(line.lstrip("# ")), "title")
        elif line.strip():
            paragraph.append(line.strip())
        else:
            if paragraph:
                yield from wrapped(" ".join(paragraph), 0, width, hang=0)
                paragraph = []
            yield ""
