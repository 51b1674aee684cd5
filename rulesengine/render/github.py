"""Findings and failures as workflow commands of GitHub Actions, which become annotations of the lines they speak of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rulesengine.diagnostics import Diagnostic, Severity, Span
from rulesengine.render.style import clean
from rulesengine.trace import Failure


def of_findings(diagnostics: Iterable[Diagnostic], file: Callable[[str], str]) -> str:
    """One command a line; `file(name)` is the path by which the repository knows a file."""
    return "\n".join(
        _command(one.severity, one.span, file, one.code, f"{one.message}\n{one.help}".strip()) for one in diagnostics
    )


def of_failures(title: str, found: Iterable[Failure], file: Callable[[str], str]) -> str:
    """The expectations of one scenario that do not hold."""
    return "\n".join(
        _command("error", one.place, file, title, f"{one.what}: expected {one.expected}, seen {one.seen}")
        for one in found
    )


def _command(kind: Severity, span: Span, file: Callable[[str], str], title: str, message: str) -> str:
    where = {"file": file(span.file), "line": str(span.line), "endLine": str(span.end_line)}
    if span.line == span.end_line:
        # columns are only read where the place is within one line
        where |= {"col": str(span.column), "endColumn": str(span.end_column)}
    told = ",".join(f"{name}={_property(value)}" for name, value in (where | {"title": title}).items())
    return f"::{kind} {told}::{_data(message)}"


def _data(text: str) -> str:
    lines = [clean(line) for line in text.replace("%", "%25").split("\n")]
    return "%0A".join(lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
