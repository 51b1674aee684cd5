"""Pictures as SVG, to be opened in any browser.

All text goes through one function that escapes it, every name in an attribute is a number of ours, and there is no
script, link or style from a pack. Each line of text says how long it is, so that it fits its box in any font.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

import msgspec

from rulesengine.render.graph.layout import Layout, Link, Point, laid_out
from rulesengine.render.graph.measure import width_of
from rulesengine.render.graph.model import Arrow, Drawing, Line, Picture, Place
from rulesengine.render.style import clean

LINE = 14.0
SIZE = 11.0
PAD = 8.0
MARGIN = 24.0
TITLE = 40.0
LEGEND = 46.0
DOT = 14.0

_STYLE = """
text { font: 11px Helvetica, Arial, "Liberation Sans", sans-serif; fill: #52606d; text-anchor: middle; }
.title { font-size: 17px; font-weight: bold; fill: #1f2933; text-anchor: start; }
.legend { text-anchor: start; }
.name { font-weight: bold; fill: #1f2933; }
.who { fill: #0b5d94; }
.time { fill: #9c4221; }
.inner { text-anchor: start; }
.place rect { fill: #f5f7fa; stroke: #3e4c59; }
.any rect { fill: #ffffff; stroke-dasharray: 2 3; }
.start circle { fill: #1f2933; }
.label rect { fill: #ffffff; stroke: none; }
.line { fill: none; stroke: #616e7c; stroke-width: 1.2; }
.deadline .line { stroke: #b0532a; stroke-dasharray: 5 4; }
.tip { fill: #616e7c; }
.deadline .tip { fill: #b0532a; }
.trace .missed { opacity: 0.35; }
.walked rect, .walked .line { stroke: #0a7d3c; }
.walked .tip, .walked circle { fill: #0a7d3c; }
.trace .walked .line, .trace .place.walked rect { stroke-width: 2.6; }
.trace .place.walked rect { fill: #e3f8e9; }
.walked .label rect { stroke: none; }
.coverage .missed.place rect { stroke: #ba2525; stroke-width: 2.2; fill: #ffe8e8; }
.coverage .missed .line { stroke: #ba2525; stroke-width: 2.2; }
.coverage .missed .tip, .coverage .missed circle { fill: #ba2525; }
.coverage .missed .name, .coverage text.missed { fill: #ba2525; }
.coverage .begun .line { stroke: #b0532a; stroke-width: 2.2; }
"""


class _Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One laid-out process."""

    drawing: Drawing
    layout: Layout
    links: tuple[tuple[Arrow, Link, bool], ...]


def svg(picture: Picture) -> str:
    """The picture as one SVG document, its processes one below another. LayoutMissingError, TooLargeError."""
    sheets = [_sheet(drawing) for drawing in picture.drawings]
    titles = [_title(sheet.drawing) for sheet in sheets]
    width = max([sheet.layout.width for sheet in sheets] + [width_of(title, 17, bold=True) for title in titles] + [560])
    height = sum(TITLE + sheet.layout.height + MARGIN for sheet in sheets) + LEGEND + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width + 2 * MARGIN)}" height="{_n(height)}" '
        f'viewBox="0 0 {_n(width + 2 * MARGIN)} {_n(height)}" role="img">',
        f"<title>{_safe(picture.title)}</title>",
        f"<style>{_STYLE}</style>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<g class="{picture.story or "plain"}">',
    ]
    top = MARGIN
    for sheet, title in zip(sheets, titles, strict=True):
        lines.append(f'<text class="title" x="{_n(MARGIN)}" y="{_n(top + 16)}">{_safe(title)}</text>')
        top += TITLE
        lines.append(f'<g transform="translate({_n(MARGIN)} {_n(top)})">')
        lines += _drawn(sheet)
        lines.append("</g>")
        top += sheet.layout.height + MARGIN
    lines += _legend(picture, top + 12)
    return "\n".join([*lines, "</g>", "</svg>"]) + "\n"


def _title(drawing: Drawing) -> str:
    return f"{drawing.process}: {drawing.title}" if drawing.title else drawing.process


# from a drawing to boxes and lines


def _sheet(drawing: Drawing) -> _Sheet:
    sizes = {place.key: _size(place) for place in drawing.places}
    sizes |= {f"rule {arrow.key}": _box(arrow.lines) for arrow in drawing.arrows}
    row = {place.key: number for number, place in enumerate(drawing.places)}
    links = tuple(link for arrow in drawing.arrows for link in _links(arrow, row))
    return _Sheet(drawing=drawing, layout=laid_out(sizes, [link for _, link, _ in links]), links=links)


def _links(arrow: Arrow, row: dict[str, int]) -> Iterator[tuple[Arrow, Link, bool]]:
    """The lines of an arrow, and whether each has a tip. A rule that leads back to states further up is drawn upwards,
    so that rows stay in the order in which the pack names the states.
    """
    own = f"rule {arrow.key}"
    first = min(row[source] for source in arrow.sources)
    back = bool(arrow.targets) and all(row[target] < first for target in arrow.targets)
    forth = not arrow.targets or all(row[t] > row[s] for t in arrow.targets for s in arrow.sources)
    fixed = back or forth
    for source in arrow.sources:
        link = Link(tail=source, head=own, back=back, fixed_tail=False, fixed_head=fixed)
        yield arrow, link, not arrow.targets
    for target in arrow.targets:
        yield arrow, Link(tail=own, head=target, back=back, fixed_tail=fixed, fixed_head=False), True


def _box(lines: Sequence[Line]) -> tuple[float, float]:
    widest = max((width_of(line.text, SIZE, bold=line.role == "name") for line in lines), default=0.0)
    return widest + PAD, len(lines) * LINE + 4


def _size(place: Place) -> tuple[float, float]:
    if place.kind == "start":
        return DOT, DOT
    width, height = _box(place.lines)
    for entry in place.inner:
        wide, high = _box(entry.lines)
        width, height = max(width, wide + 10), height + high
    return width + 2 * PAD, height + PAD + (4 if place.inner else 0)


# from boxes and lines to SVG


def _drawn(sheet: _Sheet) -> Iterator[str]:
    lines: dict[str, list[str]] = {}
    for (arrow, _, tipped), points in zip(sheet.links, sheet.layout.lines, strict=True):
        lines.setdefault(arrow.key, []).extend(_curve(points, tipped))
    for arrow in sheet.drawing.arrows:
        yield f'<g class="{_class(arrow.kind, arrow.mark)}">'
        yield f"<title>{_safe(arrow.note)}</title>"
        yield from lines.get(arrow.key, ())
        yield from _label(arrow, sheet.layout.boxes[f"rule {arrow.key}"])
        yield "</g>"
    for place in sheet.drawing.places:
        yield from _place(place, sheet.layout.boxes[place.key])


def _class(*names: str) -> str:
    return " ".join(name for name in names if name)


def _curve(points: Sequence[Point], tipped: bool) -> Iterator[str]:
    first, *rest = points
    if tipped:
        rest, tip = _with_tip(first, rest)
    told = [f"M{_n(first[0])} {_n(first[1])}"]
    for at in range(0, len(rest), 3):
        told.append("C" + " ".join(f"{_n(x)} {_n(y)}" for x, y in rest[at : at + 3]))
    yield f'<path class="line" d="{"".join(told)}"/>'
    if tipped:
        yield f'<path class="tip" d="{tip}"/>'


def _with_tip(first: Point, rest: list[Point]) -> tuple[list[Point], str]:
    """The line ending a little earlier, and the tip between its end and the box."""
    end = rest[-1]
    before = next((p for p in reversed([first, *rest[:-1]]) if _far(p, end) > 1), first)
    length = _far(before, end) or 1.0
    dx, dy = (end[0] - before[0]) / length, (end[1] - before[1]) / length
    x, y = end[0] - 8 * dx, end[1] - 8 * dy
    corners = [end, (x - 3.4 * dy, y + 3.4 * dx), (x + 3.4 * dy, y - 3.4 * dx)]
    told = "M" + "L".join(f"{_n(a)} {_n(b)}" for a, b in corners) + "Z"
    return [*rest[:-1], (x + dx, y + dy)], told


def _far(one: Point, other: Point) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def _label(arrow: Arrow, middle: Point) -> Iterator[str]:
    width, height = _box(arrow.lines)
    yield '<g class="label">'
    yield _rect(middle, width, height, 2)
    yield from _lines(arrow.lines, middle[0], middle[1] - height / 2 + 2)
    yield "</g>"


def _place(place: Place, middle: Point) -> Iterator[str]:
    kind = "place any" if place.kind == "any" else place.kind if place.kind == "start" else f"place {place.kind}"
    yield f'<g class="{_class(kind, place.mark)}">'
    if place.note:
        yield f"<title>{_safe(place.note)}</title>"
    if place.kind == "start":
        yield f'<circle cx="{_n(middle[0])}" cy="{_n(middle[1])}" r="{_n(DOT / 2)}"/>'
    else:
        width, height = _size(place)
        yield _rect(middle, width, height, 7)
        if place.kind == "final":
            yield _rect(middle, width - 6, height - 6, 5)
        top = middle[1] - height / 2 + PAD / 2 + 2
        yield from _lines(place.lines, middle[0], top)
        top += len(place.lines) * LINE + 4
        for entry in place.inner:
            left = middle[0] - width / 2 + PAD + 10
            yield f'<circle cx="{_n(left - 7)}" cy="{_n(top + 8)}" r="1.6" fill="#52606d"/>'
            yield from _lines(entry.lines, left, top, "inner", entry.mark)
            top += len(entry.lines) * LINE + 4
    yield "</g>"


def _rect(middle: Point, width: float, height: float, corner: float) -> str:
    x, y = middle[0] - width / 2, middle[1] - height / 2
    return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(corner)}"/>'


def _lines(lines: Iterable[Line], x: float, top: float, *classes: str) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield _text(line.text, x, top + number * LINE + 10.5, line.role, *classes)


def _text(text: str, x: float, y: float, role: str, *classes: str) -> str:
    long = width_of(text, SIZE, bold=role == "name")
    fits = f' textLength="{_n(long)}" lengthAdjust="spacingAndGlyphs"' if text.strip() else ""
    return f'<text class="{_class(role, *classes)}" x="{_n(x)}" y="{_n(y)}"{fits}>{_safe(text)}</text>'


def _legend(picture: Picture, top: float) -> Iterator[str]:
    told = ["Solid: what somebody does.  Dashed: what is due, and by when.  Double border: final."]
    if picture.story == "trace":
        told.append(f"Green: the path of “{picture.told}”; the numbers tell the order.")
    elif picture.story == "coverage":
        told.append(f"Red: what {picture.told} leave out.  Amber and dashed: a time that never ran out.")
    for number, line in enumerate(told):
        yield f'<text class="legend" x="{_n(MARGIN)}" y="{_n(top + number * 16)}">{_safe(line)}</text>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _safe(text: str) -> str:
    """Text for an element: markup escaped, what XML does not allow replaced, and all in ASCII, so that it is the same
    document whatever the output is encoded in.
    """
    told = "\n".join(clean(line) for line in text.split("\n"))
    return escape(told).encode("ascii", "xmlcharrefreplace").decode("ascii")
