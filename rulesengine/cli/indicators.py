"""`rulesengine indicators`: what the marketplace measures, counted over a file of cases."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from rulesengine.cli.common import FOUND, code_for, format_option, paint, say, say_json, show_findings, width
from rulesengine.cli.naming import files, known, missing, packs

if TYPE_CHECKING:
    from rulesengine.bulk import Tally
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.engine import Engine
    from rulesengine.pack import Pack

#: lines that are no case, told one by one; all are counted
MOST_SHOWN = 20
LINE_HELP = "Write one case a line, as Engine.write gives it, under the pack it was opened with."


@click.command(
    epilog="""\b
    rulesengine indicators rakuten cases.jsonl --at 2026-07-01
    rulesengine indicators rakuten - --at "2026-07-01 09:00" --format json < cases.jsonl

    Exit codes: 0 fine, 1 a figure is not what it must be, or a line is no case, 2 wrong usage, 3 a file could not be
    read.
    """
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.argument("cases", metavar="CASES", shell_complete=files)
@click.option(
    "--at",
    "asked",
    metavar="MOMENT",
    required=True,
    help="The moment to look back from, in the pack's zone where it has no offset; a day is its first moment.",
)
@format_option
def indicators(pack: str, cases: str, asked: str, form: str) -> int:
    """Show the indicators that PACK declares, counted over CASES.

    CASES is a file with one case on each line, as `Engine.write` gives it; `-` reads the input. The file is read once
    and never held as a whole. Lines that are no case of this pack are told and left out.
    """
    from rulesengine.diagnostics import PackError
    from rulesengine.engine import Engine
    from rulesengine.loading import load_pack

    try:
        engine = Engine(load_pack(known(pack)))
    except PackError as fault:
        return _failed(list(fault.diagnostics), form)
    tally = _tally(engine, asked)
    if cases == "-":
        found, bad = _count(engine, tally, sys.stdin.buffer, "standard input")
    else:
        try:
            with open(cases, "rb") as file:
                found, bad = _count(engine, tally, file, cases)
        except OSError as fault:
            return _failed([missing(cases, f"The file cannot be read: {fault.strerror}.", "Name a file.")], form)
    _tell(engine.pack, tally, found, bad, form)
    return FOUND if bad or any(figure.verdict == "breach" for figure in tally.figures()) else 0


def _failed(found: list[Diagnostic], form: str) -> int:
    if form == "json":
        say_json({"diagnostics": [one.as_dict() for one in found]})
    else:
        show_findings(found)
    return code_for(found)


def _tally(engine: Engine, asked: str) -> Tally:
    """A tally that looks back from the moment of `--at`."""
    from rulesengine.bulk import Tally
    from rulesengine.facts import read_moment
    from rulesengine.simulation.words import as_moment, sentence

    try:
        return Tally(engine, read_moment(as_moment(asked), engine.pack.calendar))
    except ValueError as fault:
        raise click.BadParameter(
            f"{sentence(str(fault))} Write a day, 2026-07-01, or day and time, '2026-07-01 09:00'.", param_hint="--at"
        ) from None


def _count(engine: Engine, tally: Tally, file: BinaryIO, name: str) -> tuple[list[Diagnostic], int]:
    """Count all lines of a file. The first lines that are no case, as findings, and how many there are."""
    from rulesengine.bulk import BadLine, read_cases
    from rulesengine.bulk.lines import lines_of
    from rulesengine.diagnostics import Span, finding
    from rulesengine.engine import AdvanceTooFarError, CaseError

    found: list[Diagnostic] = []
    bad = 0
    for read in read_cases(engine, lines_of(file)):
        if isinstance(read, BadLine):
            number, message = read.number, read.message
        else:
            number, case = read
            try:
                tally.add(case)
                continue
            except (CaseError, AdvanceTooFarError) as fault:
                message = str(fault)
        bad += 1
        if bad <= MOST_SHOWN:
            found.append(finding("RE901", Span(name, number, 1, number, 1), message, LINE_HELP))
    return found, bad


def _tell(pack: Pack, tally: Tally, found: list[Diagnostic], bad: int, form: str) -> None:
    from rulesengine.case import to_datetime
    from rulesengine.render import figures as rendering
    from rulesengine.render.jsons import moment
    from rulesengine.render.moments import Clock
    from rulesengine.render.style import clean

    figures = tally.figures()
    if form == "json":
        data: dict[str, Any] = {
            "pack": pack.name,
            "version": pack.version,
            "zone": pack.zone,
            "at": moment(to_datetime(tally.at)),
            "cases": tally.cases,
            "bad_lines": bad,
            "figures": [rendering.data(figure) for figure in figures],
            "diagnostics": [one.as_dict() for one in found],
        }
        say_json(data)
        return
    clock = Clock(pack.zone)
    now = clock.show(to_datetime(tally.at))
    counted = f"{tally.cases:,} case{'' if tally.cases == 1 else 's'}"
    say(paint(clean(f"{pack.title} {pack.version}, {counted}, {now}, times in {pack.zone}"), "title"))
    say("")
    say(rendering.figures(figures, clock, paint, width()) if figures else "The pack declares no indicators.")
    if found:
        say("")
        show_findings(found)
        say("")
        say(f"{bad:,} line{' is' if bad == 1 else 's are'} no case of this pack and not counted")
