"""Diagnostics as text: the place, what is wrong, the line with the place underlined, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rulesengine.diagnostics import Diagnostic, Span
from rulesengine.render.style import Paint, Role, clean, columns, plain

#: Gives the lines of a file a diagnostic speaks of; an empty list where it cannot be read.
Lines = Callable[[str], Sequence[str]]

WINDOW = 110


def findings(diagnostics: Iterable[Diagnostic], lines: Lines, paint: Paint = plain) -> str:
    """All diagnostics, one block of text each, with an empty line between them."""
    return "\n\n".join("\n".join(_finding(diagnostic, lines, paint)) for diagnostic in diagnostics)


def _finding(diagnostic: Diagnostic, lines: Lines, paint: Paint) -> Iterator[str]:
    span = diagnostic.span
    look: Role = "bad" if diagnostic.severity == "error" else "warn"
    yield (
        f"{paint(clean(str(span)), 'title')}: {paint(f'{diagnostic.severity} {diagnostic.code}', look)} "
        f"{clean(diagnostic.message)}"
    )
    source = lines(span.file)
    margin = " " * len(str(span.line))
    if 1 <= span.line <= len(source):
        shown, underline = _excerpt(source[span.line - 1], span)
        yield paint(f"{margin} |", "quiet")
        yield f"{paint(f'{span.line} |', 'quiet')} {shown}"
        yield f"{paint(f'{margin} |', 'quiet')} {paint(underline, look)}"
    if diagnostic.help:
        yield f"{margin} {paint('= help:', 'quiet')} {clean(diagnostic.help)}"


def _excerpt(line: str, span: Span) -> tuple[str, str]:
    """The line around the place, and the marks below it; a long line is cut on both sides."""
    line = line.rstrip("\r\n")
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    first = 0 if start < WINDOW - 30 else start - 30
    last = first + WINDOW
    shown = clean(line[first:last])
    before, marked = clean(line[first:start]), clean(line[start : min(end, last)])
    if first:
        shown, before = "…" + shown, "…" + before
    if last < len(line):
        shown += "…"
    return shown.rstrip(), " " * columns(before) + "^" * max(1, columns(marked.rstrip()))


def summary(files: int, diagnostics: Sequence[Diagnostic], what: str = "file") -> str:
    """One line that counts: `2 errors, 1 warning in 3 files`."""
    errors = sum(diagnostic.severity == "error" for diagnostic in diagnostics)
    warnings = len(diagnostics) - errors
    parts = [counted(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number]
    return f"{', '.join(parts) or 'nothing to complain about'} in {counted(files, what)}"


def counted(number: int, word: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
