"""`rulesengine check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import Progress, code_for, formats, in_repository, say, say_json, show_findings
from rulesengine.cli.naming import known, missing, packs

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic


@click.command(
    epilog="""\b
    rulesengine check                          every pack of the folder policies
    rulesengine check policies/rakuten.yaml    one file
    rulesengine check rakuten --format json    policies/rakuten.yaml, or the one that comes along
    rulesengine check --format sarif > findings.sarif

    Exit codes: 0 nothing wrong, 1 findings, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("packs", metavar="[PACK]...", nargs=-1, shell_complete=packs)
@formats("sarif", "github", "junit", of="; sarif, github and junit for code hosts and CI (docs/in-ci.md)")
def check(packs: tuple[str, ...], form: str) -> int:
    """Check packs and show every finding: where it is, what is wrong, and what to do about it.

    PACK is a file, a folder of packs, or a name: of a pack in the folder policies, in this folder, or else of one that
    comes with rulesengine. Without one, the folder policies is checked. A common vocabulary is checked against the
    packs that it names. Scenarios and registers of a folder are passed over. What a code means: rulesengine explain.
    """
    from rulesengine.loading import check_pack
    from rulesengine.loading.shape import MAX_FINDINGS
    from rulesengine.render.findings import summary
    from rulesengine.render.jsons import diagnostics

    files, unread = pack_files(packs or ("policies",), "vocabulary")
    tables = {file for file in files if _kind(file) == "vocabulary"}
    found: dict[Diagnostic, None] = dict.fromkeys(unread)
    full = False
    progress = Progress(len(files), "packs")
    for done, file in enumerate(files):
        progress.at(done)
        # a base that several packs extend is told of once
        here = _check_vocabulary(file) if file in tables else check_pack(file)
        found.update(dict.fromkeys(here))
        full = full or len(here) >= MAX_FINDINGS
    progress.over()
    if form == "json":
        say_json(diagnostics(found))
        return code_for(found)
    if form != "text":
        report(form, files, list(found), command="check", code=code_for(found))
        return code_for(found)
    if found:
        show_findings(found)
    if files:
        number = len(files) - len(tables)
        told = summary(number, list(found), "pack") if number or not tables else summary(len(tables), list(found))
        say(("\n" if found else "") + told + (" and the vocabulary" if number and tables else ""))
    if full:
        say(f"There may be more: of one file no more than {MAX_FINDINGS} are shown.")
    return code_for(found)


def report(form: str, files: list[str], found: list[Diagnostic], *, command: str, code: int) -> None:
    """The findings of a command in the format of another program."""
    from rulesengine import __version__
    from rulesengine.render.github import of_findings
    from rulesengine.render.junit import junit, of_packs
    from rulesengine.render.sarif import sarif
    from rulesengine.resources import code_page

    def page(code: str) -> str:
        file = code_page(code)
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    if form == "sarif":
        say_json(sarif(found, version=__version__, exit_code=code, page=page, file=in_repository))
    elif form == "junit":
        say(junit(f"rulesengine {command}", of_packs(files, found)).rstrip("\n"))
    elif found:
        say(of_findings(found, in_repository))


def pack_files(names: tuple[str, ...], *kinds: str) -> tuple[list[str], list[Diagnostic]]:
    """Folders replaced by the packs in them, and files of the other `kinds`, each once; and what is not there."""
    from rulesengine.diagnostics import PackError

    files: dict[str, None] = {}
    unread: list[Diagnostic] = []
    for name in names:
        if Path(name).is_dir():
            inside = [str(file) for file in _inside(Path(name), ("pack", *kinds))]
            files.update(dict.fromkeys(inside))
            if not inside:
                message = f"There is no pack in the folder '{name}'."
                unread.append(missing(name, message, "Packs end in .yaml and have the keys 'pack' and 'processes'."))
        elif name == "policies" and names == ("policies",):
            unread.append(missing(name, "There is no folder 'policies' here.", "Name a pack or a folder of packs."))
        else:
            try:
                files[known(name)] = None
            except PackError as fault:
                unread += fault.diagnostics
    return list(files), unread


def _inside(folder: Path, kinds: tuple[str, ...]) -> list[Path]:
    """The files of some kinds in a folder, and whatever may be meant as one; not its scenarios and registers."""
    found = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    return [file for file in found if _kind(file) in (*kinds, None)]


def _kind(file: str | Path) -> str | None:
    """What a file is by its topmost keys."""
    from rulesengine.document import read_file
    from rulesengine.loading.shape import kind_of

    return kind_of(read_file(file)[0])


def _check_vocabulary(file: str) -> list[Diagnostic]:
    from rulesengine.vocabulary import check_vocabulary

    return check_vocabulary(file)
