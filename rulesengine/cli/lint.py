"""`rulesengine lint`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulesengine.cli.check import pack_files, report
from rulesengine.cli.common import FOUND, Progress, code_for, formats, say, say_json, show_findings
from rulesengine.cli.naming import packs

if TYPE_CHECKING:
    from rulesengine.analysis.lint import Advice, Report, Unseen, Waived
    from rulesengine.analysis.lint.advice import Edit
    from rulesengine.analysis.lint.subject import Solver
    from rulesengine.analysis.lint.worlds import Worlds
    from rulesengine.diagnostics import Diagnostic

#: what was not looked at and is shown
SHOWN = 10


@click.command(
    epilog="""\b
    rulesengine lint                           every pack of the folder policies
    rulesengine lint rakuten --solver          also what only a solver can find
    rulesengine lint --select RL1,RL301        only some advice: codes, or how they begin
    rulesengine lint --on 2026-12-31           which reviews will have passed by then
    rulesengine lint my.yaml --fix             take out what changes nothing
    rulesengine explain RL101                  what a piece of advice means

    Exit codes: 0 nothing to advise, 1 advice or errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("packs", metavar="[PACK]...", nargs=-1, shell_complete=packs)
@click.option("--select", metavar="CODES", multiple=True, help="Look for these only, separated by commas: RL101,RL2.")
@click.option("--ignore", metavar="CODES", multiple=True, help="Do not look for these.")
@click.option("--on", metavar="DAY", help="The day that days of review are compared with. Left out: today.")
@click.option("--solver", is_flag=True, help="Also compare what is no constant; needs rulesengine[solver].")
@click.option("--fix", is_flag=True, help="Mend what is mechanical in the files that are named, and check them again.")
@formats("sarif", "github", "junit", of="; sarif, github and junit for code hosts and CI (docs/in-ci.md)")
def lint(
    packs: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    on: str | None,
    solver: bool,
    fix: bool,
    form: str,
) -> int:
    """Advise on packs: waits without end, deadlines that never come, guards and limits that decide nothing, and more.

    PACK is named as for check. A pack with errors gets those, and no advice before they are mended. Advice that is not
    wanted is waived in the pack, with the reason: waive: {RL101: why} on a state, rule, process, or the whole pack.
    """
    from rulesengine.analysis import lint as analysis

    codes = _codes(select, analysis.CODES) if select else set(analysis.CODES)
    codes -= _codes(ignore, analysis.CODES)
    day = _day(on)
    maker = _solver() if solver else None
    files, unread = pack_files(packs or ("policies",))
    found: dict[Diagnostic, None] = dict.fromkeys(unread)
    waived: dict[Waived, None] = {}
    unseen: dict[Unseen, None] = {}
    fixed = 0
    progress = Progress(len(files), "packs")
    for done, file in enumerate(files):
        progress.at(done)

        def ask(name: str = file) -> Report:
            return analysis.lint(name, on=day, codes=codes, solver=maker)

        told = ask()
        while fix and (number := _mend(file, told.advice)):
            fixed += number
            told = ask()
        found.update(dict.fromkeys((*told.errors, *(one.diagnostic for one in told.advice))))
        waived.update(dict.fromkeys(told.waived))
        unseen.update(dict.fromkeys(told.unseen))
    progress.over()
    code = code_for(found) or (FOUND if found else 0)
    if form == "json":
        say_json(_data(found, waived, unseen, fixed))
    elif form == "text":
        _show(files, list(found), len(waived), list(unseen), fixed, solver=solver)
    else:
        report(form, files, list(found), command="lint", code=code)
    return code


def _show(
    files: list[str], found: list[Diagnostic], waived: int, unseen: list[Unseen], fixed: int, *, solver: bool
) -> None:
    from rulesengine.render.findings import counted, summary

    if found:
        show_findings(found)
    if found and unseen:
        say("")
    for one in unseen[:SHOWN]:
        say(f"not looked at: {one.place}: {one.text}")
    if len(unseen) > SHOWN:
        say(f"not looked at: {len(unseen) - SHOWN} more; --format json lists them all")
    if unseen and not solver:
        say("With --solver they are looked at.")
    if files:
        told = summary(len(files), found, "pack")
        told += f", {waived} waived" if waived else ""
        told += f", {counted(fixed, 'place')} mended" if fixed else ""
        say(("\n" if found or unseen else "") + told)


def _data(
    found: Iterable[Diagnostic], waived: Iterable[Waived], unseen: Iterable[Unseen], fixed: int
) -> dict[str, Any]:
    from rulesengine.render.jsons import diagnostics, place

    return {
        "diagnostics": diagnostics(found),
        "waived": [{**one.diagnostic.as_dict(), "reason": one.reason} for one in waived],
        "not_looked_at": [{"text": one.text, "place": place(one.place)} for one in unseen],
        "mended": fixed,
    }


def _codes(given: tuple[str, ...], known: frozenset[str]) -> set[str]:
    """The codes that some words name: whole, or by their beginning."""
    from rulesengine.diagnostics import did_you_mean

    found: set[str] = set()
    for word in (part.strip().upper() for text in given for part in text.split(",")):
        meant = {code for code in known if word and code.startswith(word)}
        if not meant:
            raise click.UsageError(f"There is no advice '{word}'. {did_you_mean(word, sorted(known))}")
        found |= meant
    return found


def _day(text: str | None) -> int:
    import datetime

    if text is None:
        # the one place where the machine is asked what day it is
        return datetime.datetime.now(datetime.UTC).date().toordinal()
    try:
        return datetime.date.fromisoformat(text).toordinal()
    except ValueError:
        raise click.UsageError(f"'{text}' is no day. Write year-month-day, such as 2026-12-31.") from None


def _solver() -> Callable[[Worlds], Solver]:
    try:
        from rulesengine.analysis.lint.solving import Terms
    except ImportError:
        raise click.UsageError(
            "The solver is not installed: pip install 'rulesengine[solver]', or leave --solver out."
        ) from None
    return Terms


def _mend(file: str, found: Iterable[Advice]) -> int:
    """Takes out of a file what is mechanical: all at once, or, where that leaves no sound pack, the first; how much."""
    edits = [edit for one in found for edit in one.edits if edit.key.file == file]
    for some in (edits, edits[:1]):
        if some and _written(Path(file).resolve(), file, some):
            return len(some)
    return 0


def _written(path: Path, file: str, edits: list[Edit]) -> bool:
    """Whether the file stands there mended: only where it has changed, and is as sound a pack as before."""
    from rulesengine.analysis.lint.fixing import mended
    from rulesengine.loading import read_pack

    text = path.read_bytes().decode("utf-8")
    changed = mended(text, edits)
    if changed == text:
        return False
    trial = path.with_name(f".{path.stem}.mended.yaml")
    try:
        trial.write_bytes(changed.encode("utf-8"))
        shutil.copymode(path, trial)
        before, after = read_pack(file)[0], read_pack(trial)
        if before is None or after[0] is None or any(d.severity == "error" for d in after[1]):
            return False
        os.replace(trial, path)
    finally:
        trial.unlink(missing_ok=True)
    return True
