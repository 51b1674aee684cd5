"""An entry put into the text of a document, with every comment and every line of it left as it is.

The place is found by the places of the values; what comes out is read again, and has to be the old document with the
entry in it and nothing else changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node, plain, read

#: columns by which what belongs to something stands further to the right
INDENT = 2


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A value as it is written, "" for one that is to be filled in, and a comment that stands behind it in a block."""

    text: str = ""
    comment: str = ""


Entry: TypeAlias = Mapping[str, "Entry | Written"]


class CannotInsertError(Exception):
    """The entry cannot be put there; the message says why, `place` where, and `code` of what kind that is."""

    def __init__(self, message: str, place: Span, code: str = "RE203") -> None:
        super().__init__(message)
        self.place = place
        self.code = code


def block(entry: Entry, indent: int = 0) -> list[str]:
    """The lines of a map, one below the other."""
    lines = []
    for key, value in entry.items():
        if isinstance(value, Written):
            told = (
                f"{key}:" + (f" {value.text}" if value.text else "") + (f"  # {value.comment}" if value.comment else "")
            )
            lines.append(" " * indent + told)
        else:
            lines += [" " * indent + f"{key}:", *block(value, indent + INDENT)]
    return lines


def flow(entry: Entry) -> str:
    """A map on one line; comments have no place there."""
    return "{" + ", ".join(f"{key}: {_flow(value)}" for key, value in entry.items()) + "}"


def _flow(value: Entry | Written) -> str:
    return (value.text or "null") if isinstance(value, Written) else flow(value)


def inserted(text: str, path: Sequence[str], entry: Entry, file: str, *, apart: bool = False) -> str:
    """The text with `entry` at the end of `path`, whose last key is new; maps on the way that are missing are made.

    `apart`: with an empty line before it. CannotInsertError where that cannot be done.
    """
    node, found = read(text, file)
    if node is None or any(d.severity == "error" for d in found):
        raise CannotInsertError(found[0].message, found[0].span, found[0].code)
    if not isinstance(node.value, dict):
        raise CannotInsertError("This is no map of keys and values.", node.span)
    above, key = node, ""
    inner, depth = node, 0
    while depth < len(path) and isinstance(inner.value, dict) and path[depth] in inner.value:
        above, key = inner, path[depth]
        inner = inner.value[key]
        depth += 1
    if depth == len(path):
        raise CannotInsertError(f"'{'.'.join(path)}' is there already.", above.keys[key], "RE312")
    whole: Entry = entry
    for step in reversed(path[depth + 1 :]):
        whole = {step: whole}
    whole = {path[depth]: whole}
    changed = _put(text, above, key, inner, whole, apart=apart)
    _check(node, changed, path[:depth], whole, file)
    return changed


def _put(text: str, above: Node, key: str, inner: Node, whole: Entry, *, apart: bool) -> str:
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    newline = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    if isinstance(inner.value, dict) and inner.value and not _in_braces(lines, inner):
        column = min(place.column for place in inner.keys.values())
        at = _after(lines, inner.span.end_line, column)
        new = block(whole, column - 1)
        return mark + _with_lines(lines, at, ["", *new] if apart else new, newline)
    if inner.value is None or (isinstance(inner.value, dict) and not inner.value):
        return mark + _below(lines, above, key, inner, whole, newline)
    if isinstance(inner.value, dict):
        return mark + _within(lines, inner, whole)
    raise CannotInsertError(f"'{key}' holds something else than a map.", inner.span)


def _in_braces(lines: Sequence[str], node: Node) -> bool:
    begin = lines[node.span.line - 1][node.span.column - 1 :]
    if begin.startswith("*"):
        raise CannotInsertError(
            "This stands for something that is written elsewhere: write it in full first.", node.span
        )
    return begin.startswith("{")


def _after(lines: Sequence[str], line: int, column: int) -> int:
    """The number of lines up to the end of a block, with the comments that belong to it."""
    while line < len(lines) and re.match(rf" {{{column - 1},}}#", lines[line]):
        line += 1
    return line


def _with_lines(lines: Sequence[str], at: int, new: Sequence[str], newline: str) -> str:
    before = "".join(lines[:at])
    if before and not before.endswith("\n"):
        before += newline
    return before + "".join(line + newline for line in new) + "".join(lines[at:])


def _below(lines: list[str], above: Node, key: str, inner: Node, whole: Entry, newline: str) -> str:
    """Behind a key with nothing, or with `{}`, behind it."""
    place = above.keys[key]
    number = place.end_line - 1
    line = lines[number]
    if _in_braces(lines, above):
        raise CannotInsertError(f"'{key}' stands in braces with nothing behind it: write '{{}}' there first.", place)
    if inner.value is not None:
        if inner.span.line != inner.span.end_line:
            raise CannotInsertError(f"The braces behind '{key}' are empty: write them on one line.", inner.span)
        number = inner.span.line - 1
        line = lines[number]
        line = line[: inner.span.column - 1].rstrip(" ") + line[inner.span.end_column - 1 :]
    elif inner.span.line != place.line or not re.match(r"\s*:\s*(#.*)?$", line[place.end_column - 1 :]):
        # an alias, or null written out
        raise CannotInsertError(f"Take away what stands behind '{key}' first.", inner.span)
    lines[number] = line
    return _with_lines(lines, number + 1, block(whole, place.column - 1 + INDENT), newline)


def _within(lines: list[str], inner: Node, whole: Entry) -> str:
    """Before the closing brace."""
    number, column = inner.span.end_line - 1, inner.span.end_column - 2
    before = "".join(lines[:number]) + lines[number][:column]
    comma = "" if before.rstrip().endswith(",") else ","
    told = flow(whole)[1:-1]
    return before.rstrip() + f"{comma} {told}" + lines[number][column:] + "".join(lines[number + 1 :])


def _check(before: Node, changed: str, path: Sequence[str], whole: Entry, file: str) -> None:
    """That the changed text is the old document with the entry, and nothing else."""
    after, found = read(changed, file)
    wanted = plain(before)
    inner = wanted
    for number, step in enumerate(path):
        if inner[step] is None:
            inner[step] = {}
        inner = inner[step]
        assert isinstance(inner, dict), path[: number + 1]
    inner.update(_value_of(whole, file))
    errors = [d for d in found if d.severity == "error"]
    if after is None or errors or plain(after) != wanted:
        place = before.span if not errors else errors[0].span
        raise CannotInsertError("There is no place where this could be written without changing something else.", place)


def _value_of(entry: Entry, file: str) -> Any:
    node, _ = read("\n".join(block(entry)), file)
    return plain(node) if node is not None else None
