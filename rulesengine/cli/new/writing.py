"""What the commands of `new` share: files that are not there yet, changes of a pack, and what is left to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import paint, say
from rulesengine.cli.program import FAILED

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic

NAME = r"[a-z][a-z0-9_]{0,59}"


class UnwrittenError(click.ClickException):
    """A file that cannot be written."""

    exit_code = FAILED


def named(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A name as packs write them."""
    import re

    if value is not None and not re.fullmatch(NAME, value):
        raise click.BadParameter(
            f"'{value}' is no name: it has small letters, digits and underscores and begins with a letter."
        )
    return value


def write_new(files: Mapping[Path, str]) -> None:
    """Writes files none of which may be there; with one that is, nothing is written."""
    for file in files:
        if file.exists():
            raise click.UsageError(f"'{file}' is there already, and is left as it is.")
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, "x", encoding="utf-8") as opened:
                opened.write(text)
        except OSError as fault:
            raise UnwrittenError(f"'{file}' cannot be written: {fault.strerror or fault}.") from None
        say(f"{paint('new', 'good')}  {file}")


def change(file: Path, changed: Callable[[str], str]) -> list[Diagnostic]:
    """Puts something into a pack that can be read, and makes the schemas again that editors have of it. What keeps it
    from that is a finding.
    """
    from rulesengine.authoring.inserting import CannotInsertError
    from rulesengine.authoring.scaffold import outdated
    from rulesengine.diagnostics import finding

    try:
        # newlines as they are
        with open(file, encoding="utf-8", newline="") as opened:
            text = opened.read()
        told = changed(text)
    except CannotInsertError as fault:
        return [finding(fault.code, fault.place, str(fault), "The file is left as it was.")]
    try:
        with open(file, "w", encoding="utf-8", newline="") as opened:
            opened.write(told)
        for schema, content in outdated(file).items():
            schema.write_text(content, encoding="utf-8")
    except OSError as fault:
        raise UnwrittenError(f"'{file}' cannot be written: {fault.strerror or fault}.") from None
    say(f"{paint('changed', 'good')}  {file}")
    return []


def tell_blanks(files: Iterable[Path]) -> None:
    """What is left to fill in, with its place."""
    from rulesengine.authoring.scaffold import blanks

    left = [blank for file in files for blank in blanks(file)]
    if left:
        say("")
        say("To fill in; check and test name it too:")
    for blank in left:
        say(f"  {blank.file}:{blank.line}  {blank.key}")
