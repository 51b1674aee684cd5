"""`rulesengine schema`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import FOUND, code_for, say, show_findings
from rulesengine.cli.naming import known, packs
from rulesengine.cli.program import FAILED

if TYPE_CHECKING:
    from rulesengine.authoring.editor import EditorSchema, For

#: seconds between two looks at the files
PAUSE = 0.5


class UnwrittenError(click.ClickException):
    """A schema that cannot be made or kept."""

    exit_code = FAILED


@click.command(
    epilog="""\b
    rulesengine schema rakuten -o schema/rakuten.pack.schema.json
    rulesengine schema rakuten --for scenario -o schema/rakuten.scenario.schema.json
    rulesengine schema rakuten -o schema/rakuten.pack.schema.json --watch

    The first line of the pack then leads the editor there (docs/in-your-editor.md):

    \b
    # yaml-language-server: $schema=../schema/rakuten.pack.schema.json

    Exit codes: 0 written, 1 nothing in the file is a pack, 2 wrong usage, 3 a file could not be read or written.
    """
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.option(
    "--for",
    "kind",
    type=click.Choice(["pack", "scenario"]),
    default="pack",
    show_default=True,
    help="What is written in the editor: the pack itself, or scenarios of it.",
)
@click.option("--output", "-o", metavar="FILE", type=click.Path(dir_okay=False), help="Write to a file.")
@click.option("--watch", is_flag=True, help="Write it again whenever the pack changes, until Ctrl-C.")
def schema(pack: str, kind: For, output: str | None, watch: bool) -> int:
    """Write a JSON Schema with the names of a pack, for editors: what can stand where, and what it means.

    PACK is a file or a name, as for check. It may be half written: the names are those that can be read at the moment.
    """
    from rulesengine.diagnostics import PackError

    if watch and output is None:
        raise click.UsageError("Say with --output which file is to be kept up to date.")
    try:
        file = Path(known(pack))
    except PackError as fault:
        show_findings(fault.diagnostics)
        return code_for(fault.diagnostics)
    made = _made(file, kind) if not _is_other(file) else None
    if made is None:
        return _nothing(file)
    if output is None:
        say(made.text.rstrip("\n"))
        return 0
    _write(Path(output), made)
    if watch:
        _keep(file, kind, Path(output), made)
    return 0


def _made(file: Path, kind: For) -> EditorSchema | None:
    from rulesengine.authoring.editor import editor_schema

    made = editor_schema(file, kind)
    for sentence in made.unread if made is not None else ():
        click.echo(f"rulesengine: {sentence}", err=True)
    return made


def _is_other(file: Path) -> bool:
    """Whether this is a document of another kind; of what cannot be read it is not known."""
    from rulesengine.document import read_file
    from rulesengine.loading.shape import kind_of

    return kind_of(read_file(file)[0]) not in (None, "pack")


def _nothing(file: Path) -> int:
    from rulesengine.diagnostics import finding
    from rulesengine.document import read_file
    from rulesengine.document.text import start_of
    from rulesengine.loading.shape.kinds import other_kind

    node, found = read_file(file)
    if node is not None and (other := other_kind(node, "pack")) is not None:
        found = [other]
    elif node is not None:
        found = [finding("RE203", start_of(str(file)), "This is no pack: it has no keys.", "Begin with 'pack:'.")]
    show_findings(found)
    return code_for(found) or FOUND


def _write(output: Path, made: EditorSchema) -> None:
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        # in one step: an editor that looks in between would find half of it
        beside = output.with_name(output.name + ".new")
        beside.write_text(made.text, encoding="utf-8")
        beside.replace(output)
    except OSError as fault:
        raise UnwrittenError(f"'{output}' cannot be written: {fault.strerror or fault}.") from None


def _keep(file: Path, kind: For, output: Path, made: EditorSchema) -> None:
    """Writes the schema again as its files change. What cannot be read meanwhile changes nothing."""
    say(f"{output} follows {file}; Ctrl-C ends it.")
    seen = _state(made)
    while True:
        time.sleep(PAUSE)
        if (now := _state(made)) == seen:
            continue
        seen = now
        if (again := _made(file, kind)) is not None:
            if again.text != made.text:
                _write(output, again)
            made = again
            seen = _state(made)


def _state(made: EditorSchema) -> list[tuple[str, int, int]]:
    found = []
    for file in made.files:
        try:
            status = file.stat()
            found.append((str(file), status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((str(file), 0, 0))
    return found
