"""The characters of a document: from bytes to text, and places in the text."""

from __future__ import annotations

import re
from typing import Protocol

from rulesengine.diagnostics import Diagnostic, Span, finding


class Mark(Protocol):
    """A point of the text as the parser tells it: everything counts from 0, in characters."""

    @property
    def index(self) -> int: ...

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


#: what YAML does not allow, and separators that some programs take for the end of a line and others do not
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SPELLED = {"\x00": "a NUL character", "\ufeff": "a byte order mark", "\u2028": "a line separator"}
_BREAK = re.compile("\r\n?|\n")


def decoded(text: bytes | str, file: str) -> tuple[str, list[Diagnostic]]:
    """The text without its byte order mark. Where there is a finding, the text is not fit to be parsed."""
    if isinstance(text, bytes):
        if text.startswith((b"\xff\xfe", b"\xfe\xff")) or (len(text) > 3 and 0 in text[:2]):
            message = "The text is UTF-16 or UTF-32, not UTF-8."
            return "", [finding("RE103", start_of(file), message, "Save the file as UTF-8.")]
        try:
            characters = text.decode("utf-8")
        except UnicodeDecodeError as fault:
            before = text[: fault.start].decode("utf-8").removeprefix("\ufeff")
            return "", [
                finding(
                    "RE103",
                    place(before + "?", len(before), len(before) + 1, file),
                    f"The byte {text[fault.start]:#04x} here is not UTF-8.",
                    "Save the file as UTF-8; it may have been written as Latin-1 or Windows-1252.",
                )
            ]
    else:
        characters = text
    characters = characters.removeprefix("\ufeff")
    match = _UNREADABLE.search(characters)
    if match is None:
        return characters, []
    name = _SPELLED.get(match[0], f"the character U+{ord(match[0]):04X}")
    return "", [
        finding(
            "RE103",
            place(characters, match.start(), match.end(), file),
            f"There is {name} here, which may not stand in the text.",
            "Delete it; it may have come in with copied text.",
        )
    ]


def start_of(file: str) -> Span:
    """The place before a file's first character."""
    return Span(file, 1, 1, 1, 1)


def place(text: str, start: int, end: int, file: str) -> Span:
    """The place of text[start:end]."""
    return _place(text, 0, (1, 0), start, end, file)


def place_from(mark: Mark, text: str, start: int, end: int, file: str) -> Span:
    """The place of text[start:end], counted on from a mark that is not behind it."""
    return _place(text, mark.index, (mark.line + 1, mark.index - mark.column), start, end, file)


def _place(text: str, known: int, line_and_begin: tuple[int, int], start: int, end: int, file: str) -> Span:
    # counted on from a known index, of which the line and the index of the line's beginning are told
    line, begin = line_and_begin
    for match in _BREAK.finditer(text, known, start):
        line, begin = line + 1, match.end()
    column = start - begin + 1
    end_line = line
    for match in _BREAK.finditer(text, start, end):
        end_line, begin = end_line + 1, match.end()
    return Span(file, line, column, end_line, end - begin + 1)


def between(start: Mark, end: Mark, file: str) -> Span:
    """The place between two marks."""
    return Span(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def shown(text: str) -> str:
    """A text in quotes for a message: on one line, and not too long."""
    short = text if len(text) <= 40 else text[:39] + "…"
    return "'" + short.replace("\n", " ").replace("\r", " ") + "'"
