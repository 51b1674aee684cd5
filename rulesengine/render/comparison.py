"""Packs side by side, and what is due in several of them, as text, as Markdown and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from rulesengine.render import jsons
from rulesengine.render.answers import ASSUMED, obligations
from rulesengine.render.moments import Clock
from rulesengine.render.style import Paint, Role, clean, columns, pad, plain, wrapped
from rulesengine.vocabulary import Cell, Comparison, Due, Entry, Otherwise, Vocabulary

#: columns between two packs, and the fewest that one pack needs; with less they stand below each other
GAP, NARROW = 2, 30


def text(told: Comparison, paint: Paint = plain, width: int = 100) -> str:
    """Topics one after the other, and the packs side by side; below each other where they would be too narrow."""
    number = len(told.packs)
    each = (width - GAP * (number - 1)) // max(number, 1)
    beside = each >= NARROW
    heads = [f"{one.name} {one.version}{f' ({one.variant})' if one.variant else ''}" for one in told.packs]
    lines: list[str] = []
    if beside:
        lines += _across([[(head, "title")] for head in heads], each, paint)
    for row in told.rows:
        lines += ["", paint(clean(row.title), "title")]
        cells = [list(_cell(cell, each if beside else width - 4)) for cell in row.cells]
        if beside:
            lines += _across(cells, each, paint)
            continue
        for head, cell in zip(heads, cells, strict=True):
            lines.append(f"  {paint(head, 'who')}")
            lines += [f"    {paint(line, look)}" if look else f"    {line}" for line, look in cell]
    return "\n".join(lines)


def _across(cells: list[list[tuple[str, Role | None]]], each: int, paint: Paint) -> list[str]:
    """The lines of several cells next to each other."""
    lines = []
    for beside in zip_longest(*cells, fillvalue=("", None)):
        parts = [paint(pad(line, each), look) if look else pad(line, each) for line, look in beside]
        lines.append((" " * GAP).join(parts).rstrip())
    return lines


def _cell(cell: Cell, width: int) -> Iterator[tuple[str, Role | None]]:
    """The lines of a cell, each with its look."""
    if not cell.entries:
        yield from ((line, None) for line in _narrow(f"no rule: {cell.none}", width, 2))
    for entry in cell.entries:
        yield from ((line, None) for line in _narrow("; ".join(entry.says), width, 2))
        yield from ((line, "quiet") for line in _narrow(f"  {_citation(entry)}", width, 4))
        for other in entry.otherwise:
            yield from ((line, "quiet") for line in _narrow(f"  {_otherwise(entry, other)}", width, 4))


def _narrow(line: str, width: int, hang: int) -> list[str]:
    """A line in pieces of at most `width` columns; a word that is longer is cut."""
    found = textwrap.wrap(clean(line), width, subsequent_indent=" " * hang, break_on_hyphens=False)
    # wide characters take more columns than letters
    return found if all(columns(piece) <= width for piece in found) else textwrap.wrap(clean(line), max(1, width // 2))


def _citation(entry: Entry) -> str:
    """`claim.solve [RK-28]`; what the modeller has decided alone is only said to be assumed."""
    cites = dict.fromkeys("assumed" if source.startswith(ASSUMED) else source for source in entry.source)
    return f"{entry.rule} [{', '.join(cites)}]" if cites else entry.rule


def _otherwise(entry: Entry, other: Otherwise) -> str:
    says = "; ".join(other.says)
    if other.variants:
        return f"{', '.join(other.variants)}: {says}"
    of = "" if other.readable == entry.rule else f" of {other.readable}"
    return f"read as {other.reading}{of}: {says}"


def markdown(told: Comparison) -> str:
    """A table: topics down, packs across."""
    heads = ["", *(_escaped(f"{one.title} {one.version}") for one in told.packs)]
    rows = [[_escaped(row.title), *(_markdown_cell(cell) for cell in row.cells)] for row in told.rows]
    table = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


def _markdown_cell(cell: Cell) -> str:
    if not cell.entries:
        return f"no rule: {_escaped(cell.none)}"
    parts = []
    for entry in cell.entries:
        lines = [f"{_escaped('; '.join(entry.says))} `{_citation(entry)}`"]
        lines += [f"*{_escaped(_otherwise(entry, other))}*" for other in entry.otherwise]
        parts.append("<br>".join(lines))
    return "<br>".join(parts)


def _escaped(line: str) -> str:
    """Text whose signs a table of Markdown does not take for its own."""
    for sign in "\\`*_|[]<>":
        line = line.replace(sign, f"\\{sign}")
    return clean(line)


def comparison(told: Comparison) -> jsons.Data:
    """A comparison for programs."""
    return {
        "packs": [
            {"pack": one.name, "title": one.title, "version": one.version, "variant": one.variant} for one in told.packs
        ],
        "topics": [
            {"topic": row.topic, "title": row.title, "cells": [_cell_data(cell) for cell in row.cells]}
            for row in told.rows
        ],
    }


def _cell_data(cell: Cell) -> jsons.Data:
    return {
        "pack": cell.pack,
        "none": cell.none,
        "rules": [
            {
                "rule": entry.rule,
                "form": entry.form,
                "title": entry.title,
                "says": list(entry.says),
                "otherwise": [
                    {
                        "variants": list(other.variants),
                        "readable": other.readable,
                        "reading": other.reading,
                        "question": other.question,
                        "says": list(other.says),
                    }
                    for other in entry.otherwise
                ],
                "source": list(entry.source),
            }
            for entry in cell.entries
        ],
    }


# what is due, anywhere


def due(found: Iterable[Due], vocabulary: Vocabulary, clock: Clock, paint: Paint = plain, width: int = 100) -> str:
    """What is due in several cases, soonest first, each as its own pack says it, below what it is in common words."""
    blocks = []
    for one in found:
        mark = f"{one.case + 1} {one.pack}"
        head, *rest = obligations([one.obligation], clock, paint, width).split("\n")
        common = wrapped(": ".join([mark, *filter(None, ["; ".join(_common(one, vocabulary))])]), 4, width)
        blocks.append("\n".join([head, *common, *rest]))
    return "\n\n".join(blocks) or "Nothing is due."


def _common(one: Due, vocabulary: Vocabulary) -> Iterator[str]:
    for topic in one.topics:
        yield vocabulary.topics[topic]
    if one.owed_by != one.obligation.owed_by:
        yield f"owed by {one.owed_by}"
    if one.standing.status:
        why = f" ({one.standing.reason})" if one.standing.reason else ""
        yield f"{one.standing.kind} {one.standing.status}{why}"


def due_data(one: Due) -> jsons.Data:
    """What is due for programs: the obligation as `due` gives it, and the common words."""
    return {
        "case": one.case,
        "pack": one.pack,
        **jsons.obligation(one.obligation),
        "common": {
            "kind": one.standing.kind,
            "status": one.standing.status,
            "reason": one.standing.reason,
            "owed_by": one.owed_by,
            "topics": list(one.topics),
            "met_by": list(one.met_by),
            "then": one.then,
        },
    }
