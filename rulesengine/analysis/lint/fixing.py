"""Entries taken out of a file, and nothing else touched: comments, order and the look of the rest stay."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rulesengine.analysis.lint.advice import Edit

_COMMENT = re.compile(r"(?:^|\s)(#.*)$")
_AFTER = re.compile(r"\s*,\s*")
_BEFORE = re.compile(r"\s*,\s*$")


def mended(text: str, edits: Iterable[Edit]) -> str:
    """The text without the entries. One that shares its lines with what cannot be told apart from it is left."""
    lines = text.split("\n")
    # from the end, so that places before stay where they are
    for edit in sorted(set(edits), key=lambda edit: edit.key, reverse=True):
        _take_out(lines, edit)
    return "\n".join(lines)


def _take_out(lines: list[str], edit: Edit) -> None:
    first, start = edit.key.line - 1, edit.key.column - 1
    last, end = edit.value.end_line - 1, edit.value.end_column - 1
    # a block ends where the next line begins
    while last > first and not lines[last][:end].strip():
        last, end = last - 1, len(lines[last - 1])
    before, after = lines[first][:start], lines[last][end:]
    if not before.strip() and (not after.strip() or after.lstrip().startswith("#")):
        comments = [match[1] for line in lines[first:last] if (match := _COMMENT.search(line))]
        comments += [after.strip()] if after.strip() else []
        lines[first : last + 1] = [before + comment for comment in comments]
    elif first == last:
        comma = _AFTER.match(after)
        if comma is not None:
            lines[first] = before + after[comma.end() :]
        elif before.rstrip().endswith((",", "{")):
            lines[first] = _BEFORE.sub("", before) + after
