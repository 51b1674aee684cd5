"""The results as a picture: what an event costs with each engine, and how costs grow with packs and cases."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from xml.sax.saxutils import escape

from measuring import Spread, spread
from report import Table, number

WIDTH, LABELS, BAR = 760, 190, 26
COLOURS = ("#1f6f8b", "#c8553d", "#588157", "#8d5a97")
STYLE = "font-family='system-ui, sans-serif' font-size='13' fill='#222'"


def picture(events: Table | None, growth: Sequence[Table]) -> str:
    """An SVG with a panel for each that is there."""
    panels: list[str] = []
    height = 10
    if events is not None:
        panels.append(f"<g transform='translate(0 {height})'>{bars(events)}</g>")
        height += 70 + BAR * len(events.rows)
    if growth:
        panels.append(f"<g transform='translate(0 {height})'>{lines(growth)}</g>")
        height += 330
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' {STYLE}>\n"
        f"<rect width='{WIDTH}' height='{height}' fill='white'/>\n" + "\n".join(panels) + "\n</svg>\n"
    )


def bars(table: Table) -> str:
    """A bar to the median for each row, with a line between the quartiles."""
    spreads = [spread(row.values) for row in table.rows]
    scale = (WIDTH - LABELS - 110) / max(found.high for found in spreads)
    shown = [title(f"{table.title}, CPU time")]
    for place, (row, found) in enumerate(zip(table.rows, spreads, strict=True)):
        y = 40 + place * BAR
        end = LABELS + found.middle * scale
        colour = COLOURS[0] if row.name.startswith("rulesengine") else "#9aa5ab"
        shown += [
            text(LABELS - 8, y + 14, row.name, "end"),
            f"<rect x='{LABELS}' y='{y}' width='{end - LABELS:.1f}' height='{BAR - 8}' fill='{colour}'/>",
            whisker(found, y + (BAR - 8) / 2, scale),
            text(LABELS + found.high * scale + 8, y + 14, f"{number(found.middle)} {row.unit}"),
        ]
    return "\n".join(shown)


def whisker(found: Spread, y: float, scale: float) -> str:
    left, right = (LABELS + edge * scale for edge in (found.low, found.high))
    return (
        f"<path d='M{left:.1f} {y}H{right:.1f}M{left:.1f} {y - 4}v8M{right:.1f} {y - 4}v8' stroke='#222' fill='none'/>"
    )


def lines(tables: Sequence[Table]) -> str:
    """A line for each table: the cost relative to its smallest size, over the size."""
    top, bottom, left, right = 40, 230, 60, WIDTH - 40
    found = [[(size(row.name), spread(row.relative)) for row in table.rows] for table in tables]
    widest = max(log10(at) for line in found for at, _ in line)
    highest = max(1.5, *(edges.high for line in found for _, edges in line)) * 1.05

    def x(at: int) -> float:
        return left + (right - left) * log10(at) / widest

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / highest

    shown = [title("A decision as packs and cases grow, relative to the smallest")]
    for power in range(round(widest) + 1):
        shown.append(text(x(10**power), bottom + 18, f"{10**power:,}", "middle"))
    for value in (0, 1, highest / 1.05):
        shown.append(f"<path d='M{left} {y(value):.1f}H{right}' stroke='#ddd'/>")
        shown.append(text(left - 8, y(value) + 4, f"{number(value)}×" if value else "0", "end"))
    for place, (table, line, colour) in enumerate(zip(tables, found, COLOURS, strict=False)):
        points = " ".join(f"{x(at):.1f},{y(edges.middle):.1f}" for at, edges in line)
        shown.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/>")
        for at, edges in line:
            shown.append(f"<circle cx='{x(at):.1f}' cy='{y(edges.middle):.1f}' r='3.5' fill='{colour}'/>")
            shown.append(f"<path d='M{x(at):.1f} {y(edges.low):.1f}V{y(edges.high):.1f}' stroke='{colour}'/>")
        shown.append(f"<rect x='{left}' y='{bottom + 31 + place * 17}' width='12' height='12' fill='{colour}'/>")
        unit = "rules" if "rules" in table.rows[-1].name else "instances"
        shown.append(text(left + 20, bottom + 42 + place * 17, f"{table.title} ({unit})"))
    return "\n".join(shown)


def size(name: str) -> int:
    """The number a row is named by: `1,000 rules`."""
    return int(name.split(maxsplit=1)[0].replace(",", ""))


def title(words: str) -> str:
    return f"<text x='16' y='20' font-size='15' font-weight='600'>{escape(words)}</text>"


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(words)}</text>"
