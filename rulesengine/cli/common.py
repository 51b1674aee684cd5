"""What the commands share: the look of the output, findings on their way to the reader, exit codes, progress."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rulesengine.cli.program import FAILED

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.render.style import Role

FOUND = 1
#: a finding that says a file could not be read at all
UNREADABLE = frozenset({"RE101", "RE102"})

Command = TypeVar("Command", bound=Callable[..., Any])

LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True},
    "good": {"fg": "green"},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
    "quiet": {"dim": True},
    "who": {"fg": "cyan"},
}
#: for terminals that cannot show them
PLAINER = str.maketrans({"→": "->", "✓": "+", "✗": "x", "·": "-", "…": "...", "�": "?"})


def format_option(command: Command) -> Command:
    """`--format text|json`."""
    return formats()(command)


def formats(*more: str, of: str = "") -> Callable[[Command], Command]:
    """`--format text|json`, and the formats of other programs, which `of` explains."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", *more]),
        default="text",
        show_default=True,
        help=f"Text to read, or JSON for programs (docs/json.md){of}.",
    )


def in_repository(file: str) -> str:
    """The path by which a reader of the repository knows a file: from here, where it lies below."""
    path, here = os.path.abspath(file), os.getcwd()
    return os.path.relpath(path, here) if path.startswith(here + os.sep) else path


def paint(text: str, role: Role) -> str:
    """Colours where a terminal reads the output and NO_COLOR is not set."""
    if not text or not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return click.style(text, **LOOKS[role])


def width() -> int:
    """Columns of the terminal; 100 where the output goes elsewhere."""
    return max(60, shutil.get_terminal_size().columns) if sys.stdout.isatty() else 100


def say(text: str) -> None:
    """Text to the output, in characters that it can show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAINER)
    click.echo(text)


def say_json(data: Any) -> None:
    """JSON to the output."""
    from rulesengine.render.jsons import dumps

    click.echo(dumps(data))


def show_findings(found: Iterable[Diagnostic], line: str = "") -> None:
    """Findings as text, and how to learn more; `line` is the command that findings in `command line` speak of."""
    from rulesengine.render.findings import findings
    from rulesengine.resources import code_page

    listed = list(found)
    say(findings(listed, lambda file: lines_of(file, line), paint))
    explained = next((one.code for one in listed if code_page(one.code).is_file()), None)
    if explained is not None:
        say("")
        say(paint(f"What {explained} means: rulesengine explain {explained}", "quiet"))


def lines_of(file: str, line: str = "") -> Sequence[str]:
    """The lines of a file a finding speaks of; none where it cannot be read, or is a pipe that is read but once."""
    if file == "command line":
        return [line]
    try:
        if not stat.S_ISREG(os.stat(file).st_mode):
            return []
        with open(file, encoding="utf-8", errors="replace") as opened:
            return opened.read(2_000_000).split("\n")
    except (OSError, ValueError):
        return []


def code_for(found: Iterable[Diagnostic]) -> int:
    """The exit code: 3 where a file could not be read, 1 for other errors, 0 for warnings and nothing."""
    codes = {diagnostic.code for diagnostic in found if diagnostic.severity == "error"}
    return FAILED if codes & UNREADABLE else FOUND if codes else 0


class Progress:
    """A counter on the error stream for work that takes more than a second, where somebody is watching."""

    def __init__(self, total: int, what: str) -> None:
        self._total = total
        self._what = what
        self._began = time.monotonic()
        self._shown = False

    def at(self, done: int) -> None:
        """Tells how far the work is, if it takes long."""
        if time.monotonic() - self._began > 1 and sys.stderr is not None and sys.stderr.isatty():
            click.echo(f"\r{done}/{self._total} {self._what}", nl=False, err=True)
            self._shown = True

    def over(self) -> None:
        """Takes the counter off the screen."""
        if self._shown:
            click.echo("\r" + " " * 40 + "\r", nl=False, err=True)
