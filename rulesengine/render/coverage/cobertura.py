"""Coverage in the XML of Cobertura, which most services that show coverage beside a change can read.

A pack is a package, a process a class, and the lines are those of the files in which its rules stand. A line with
several things to try is a branch: `condition-coverage` counts them. There are no times in it: the same packs and
scenarios always give the same report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rulesengine.coverage import Coverage, Item
from rulesengine.render.coverage.lines import Lines, by_file, hits, tried
from rulesengine.render.style import clean

DOCTYPE = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'


def cobertura(coverages: Iterable[Coverage], version: str, shown: Callable[[str], str] = str) -> str:
    """One document for these packs; `shown` gives the path by which a file is known in its repository."""
    listed = list(coverages)
    root = Element("coverage")
    every = [lines for one in listed for lines in by_file([one]).values()]
    _rates(root, every, totals=True)
    root.attrib.update({"complexity": "0", "version": version, "timestamp": "0"})
    SubElement(SubElement(root, "sources"), "source").text = "."
    packages = SubElement(root, "packages")
    for coverage in listed:
        files = by_file([coverage])
        package = SubElement(packages, "package", {"name": clean(coverage.pack)})
        _rates(package, files.values())
        package.set("complexity", "0")
        classes = SubElement(package, "classes")
        for file, lines in files.items():
            for process, own in _processes(lines).items():
                element = SubElement(classes, "class", {"name": process, "filename": clean(shown(file))})
                _rates(element, [own])
                element.set("complexity", "0")
                SubElement(element, "methods")
                _lines(SubElement(element, "lines"), own)
    indent(root)
    body = tostring(root, encoding="us-ascii").decode("ascii")
    body = body.removeprefix("<?xml version='1.0' encoding='us-ascii'?>\n")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{body}\n'


def _processes(lines: Lines) -> dict[str, dict[int, tuple[Item, ...]]]:
    found: dict[str, dict[int, tuple[Item, ...]]] = {}
    for number, items in lines.items():
        for item in items:
            own = found.setdefault(item.rule.partition(".")[0], {})
            own[number] = (*own.get(number, ()), item)
    return found


def _rates(element: Element, files: Iterable[Lines], *, totals: bool = False) -> None:
    lines: Sequence[tuple[Item, ...]] = [items for of in files for items in of.values()]
    branches = [items for items in lines if len(items) > 1]
    counts = {
        "line": (sum(hits(items) > 0 for items in lines), len(lines)),
        "branch": (sum(tried(items) for items in branches), sum(len(items) for items in branches)),
    }
    for what, (covered, valid) in counts.items():
        element.set(f"{what}-rate", f"{covered / valid if valid else 1:.4f}")
    if totals:
        for what, plural in (("line", "lines"), ("branch", "branches")):
            element.set(f"{plural}-covered", str(counts[what][0]))
            element.set(f"{plural}-valid", str(counts[what][1]))


def _lines(parent: Element, lines: Lines) -> None:
    for number, items in lines.items():
        line = SubElement(parent, "line", {"number": str(number), "hits": str(hits(items)), "branch": "false"})
        if len(items) > 1:
            line.set("branch", "true")
            done = tried(items)
            line.set("condition-coverage", f"{100 * done // len(items)}% ({done}/{len(items)})")
