"""Where the boxes of a drawing go and which way its lines run, as Graphviz has it.

Graphviz is given boxes of fixed sizes and numbers for names: no text of a pack reaches it, and what it finds depends on
no font of the machine. It comes with the Python package `pygraphviz`, the extra `graph` of this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

#: more boxes than any process has; beyond that a layout takes minutes and nobody could read it
MOST_BOXES = 600
POINTS = 72.0

Point = tuple[float, float]


class LayoutMissingError(Exception):
    """The package that lays pictures out is not installed."""


class TooLargeError(Exception):
    """A drawing has more boxes than can be laid out."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A line from one box to another. `back`: it runs against the order of the rows. `fixed_tail` and `fixed_head`: it
    leaves, or reaches, the middle of that side of the box.
    """

    tail: str
    head: str
    back: bool
    fixed_tail: bool
    fixed_head: bool


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes and places in points; y grows downwards. A line is its ends and the control points of cubic curves."""

    width: float
    height: float
    #: the middle of each box
    boxes: Mapping[str, Point]
    #: one for each link, in their order, from its tail to its head
    lines: Sequence[tuple[Point, ...]]


def laid_out(sizes: Mapping[str, tuple[float, float]], links: Sequence[Link]) -> Layout:
    """The layout of boxes of these sizes, from top to bottom. LayoutMissingError, TooLargeError."""
    if len(sizes) > MOST_BOXES:
        raise TooLargeError(f"{len(sizes)} boxes; {MOST_BOXES} is the most")
    try:
        import pygraphviz
    except ImportError as fault:
        raise LayoutMissingError(str(fault)) from None
    names = {key: f"b{number}" for number, key in enumerate(sizes)}
    text = ["digraph {", "graph [nodesep=0.25, ranksep=0.28]", 'node [shape=box, fixedsize=true, label=""]']
    text += ["edge [arrowhead=none]"]
    for key, (width, height) in sizes.items():
        text.append(f"{names[key]} [width={width / POINTS:.3f}, height={height / POINTS:.3f}]")
    for number, link in enumerate(links):
        tail = names[link.tail], link.fixed_tail
        head = names[link.head], link.fixed_head
        upper, lower = (head, tail) if link.back else (tail, head)
        # the comment, unlike the order of the edges, comes back as it went
        text.append(f"{upper[0]}{':s' * upper[1]} -> {lower[0]}{':n' * lower[1]} [comment={number}]")
    return _read(pygraphviz.AGraph(string="\n".join([*text, "}"])), names, links)


def _read(graph: object, names: Mapping[str, str], links: Sequence[Link]) -> Layout:
    graph.layout(prog="dot")  # type: ignore[attr-defined]
    box = [float(number) for number in graph.graph_attr["bb"].split(",")]  # type: ignore[attr-defined]
    height = box[3]
    boxes = {
        key: _point(graph.get_node(name).attr["pos"], height)  # type: ignore[attr-defined]
        for key, name in names.items()
    }
    lines: list[tuple[Point, ...]] = [()] * len(links)
    for edge in graph.edges():  # type: ignore[attr-defined]
        number = int(edge.attr["comment"])
        line = tuple(_point(pair, height) for pair in edge.attr["pos"].split())
        lines[number] = tuple(reversed(line)) if links[number].back else line
    return Layout(width=box[2], height=height, boxes=boxes, lines=lines)


def _point(pair: str, height: float) -> Point:
    x, y = pair.split(",")
    return float(x), height - float(y)
