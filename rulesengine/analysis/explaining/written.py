"""Where a part of a pack stands: its lines, in each file of the chain of packs that says something of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from rulesengine.analysis.explaining.subjects import at_path
from rulesengine.diagnostics import Span
from rulesengine.document import Node


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a part in one file. `role`: `here` (in the pack itself or where it inherits it from), `overridden`
    (what a pack further down the chain of `extends` lays its own lines over), `removed` (taken away by `null`).
    """

    file: str
    line: int
    end_line: int
    role: str
    text: str


def written_in(chain: Sequence[tuple[Path, Node]], path: tuple[str, ...]) -> tuple[Written, ...]:
    """The part under these keys in every document of a chain, the pack's own first."""
    found: list[Written] = []
    for file, document in chain:
        stands = at_path(document, path)
        if stands is None:
            continue
        node, place = stands
        role = "removed" if node.value is None else "overridden" if found else "here"
        text, last = _lines(file, place, node.span)
        found.append(Written(file=place.file, line=place.line, end_line=last, role=role, text=text))
    return tuple(found)


def _lines(file: Path, key: Span, value: Span) -> tuple[str, int]:
    """The text from a key to the end of its value, without the indentation they have in common; and its last line."""
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    first = lines[key.line - 1]
    indent = len(first) - len(first.lstrip())
    if indent != key.column - 1:
        # one entry of a map that stands on one line with others
        last = max(key.line, value.end_line)
        taken = lines[key.line - 1 : last]
        taken[-1] = taken[-1][: value.end_column - 1] if value.end_line == last else taken[-1]
        return "\n".join([taken[0][key.column - 1 :], *(line.strip() for line in taken[1:])]), last
    last = key.line
    for number in range(key.line, len(lines)):
        line = lines[number]
        if line.strip() and not line.lstrip().startswith("#"):
            if len(line) - len(line.lstrip()) <= indent:
                break
            last = number + 1
    return "\n".join(line[indent:].rstrip() for line in lines[key.line - 1 : last]), last
