"""Pictures in the DOT language of Graphviz.

Every text stands in a quoted string: quotes and backslashes are escaped, so nothing of a pack can end it or become one
of the escapes by which Graphviz fills in names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rulesengine.render.graph.model import Arrow, Drawing, Line, Mark, Picture, Place, Story

_HEAD = (
    'node [shape=box, style="rounded,filled", fillcolor=white, fontname=Helvetica, fontsize=11, margin="0.12,0.06"]',
    "edge [fontname=Helvetica, fontsize=10, arrowsize=0.7]",
)
_COLOURS: dict[Story, dict[Mark, str]] = {
    "": {},
    "trace": {"walked": "#0a7d3c", "missed": "#b8c0ca"},
    "coverage": {"walked": "#0a7d3c", "begun": "#b44d12", "missed": "#ba2525"},
}


def dot(picture: Picture) -> str:
    """The picture as one digraph, each process a cluster. Transitions and deadlines are nodes of their own, so that a
    rule with several states to leave is written once; the lines of deadlines are dashed.
    """
    lines = ["digraph rules {", f"  label={_text([picture.title])};", "  compound=true;", "  rankdir=TB;"]
    lines += [f"  {line};" for line in _HEAD]
    for drawing in picture.drawings:
        lines += _cluster(drawing, picture.story)
    return "\n".join([*lines, "}"]) + "\n"


def _cluster(drawing: Drawing, story: Story) -> Iterator[str]:
    yield f"  subgraph {_quoted('cluster_' + drawing.process)} {{"
    title = f"{drawing.process}: {drawing.title}" if drawing.title else drawing.process
    yield f"    label={_text([title])};"
    for place in drawing.places:
        yield f"    {_quoted(place.key)} [{', '.join(_place(place, story))}];"
    for arrow in drawing.arrows:
        yield from (f"    {line};" for line in _arrow(arrow, story))
    yield "  }"


def _place(place: Place, story: Story) -> Iterator[str]:
    if place.kind == "start":
        yield 'shape=circle, label="", width=0.15, style=filled, fillcolor=black'
    else:
        entries = [line for entry in place.inner for line in _entry(entry.lines)]
        yield f"label={_text([*_texts(place.lines), *entries])}"
        if place.kind == "final":
            yield "peripheries=2"
        if place.kind == "any":
            yield 'style="rounded,dashed"'
    yield from _colour(place.mark, story)


def _arrow(arrow: Arrow, story: Story) -> Iterator[str]:
    own = _quoted(f"rule {arrow.key}")
    look = ["shape=plaintext", "style=solid", "fontsize=10", f"label={_text(_texts(arrow.lines))}"]
    colour = _COLOURS[story].get(arrow.mark)
    look += [f'fontcolor="{colour}"'] if colour else []
    yield f"{own} [{', '.join(look)}]"
    line = ["style=dashed"] if arrow.kind == "deadline" else []
    line += _colour(arrow.mark, story)
    for source in arrow.sources:
        attributes = [*line, "arrowhead=none"] if arrow.targets else line
        yield f"{_quoted(source)} -> {own}{_attributes(attributes)}"
    for target in arrow.targets:
        yield f"{own} -> {_quoted(target)}{_attributes(line)}"


def _attributes(given: Iterable[str]) -> str:
    told = ", ".join(given)
    return f" [{told}]" if told else ""


def _colour(mark: Mark, story: Story) -> Iterator[str]:
    if colour := _COLOURS[story].get(mark):
        yield f'color="{colour}"'
        if (mark, story) in (("walked", "trace"), ("missed", "coverage")):
            yield "penwidth=2"


def _texts(lines: Iterable[Line]) -> list[str]:
    return [line.text for line in lines]


def _entry(lines: Iterable[Line]) -> list[str]:
    return [("· " if number == 0 else "  ") + line.text for number, line in enumerate(lines)]


def _text(lines: Iterable[str]) -> str:
    """A label: its lines, centred, in one quoted string."""
    return '"' + "\\n".join(_escaped(line) for line in lines) + '"'


def _quoted(name: str) -> str:
    return f'"{_escaped(name)}"'


def _escaped(text: str) -> str:
    # `&` begins a character reference in a label
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
