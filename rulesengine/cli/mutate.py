"""`rulesengine mutate`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulesengine.cli.common import FOUND, code_for, format_option, paint, say, say_json, show_findings, width
from rulesengine.cli.naming import files, known, packs
from rulesengine.cli.scenarios import scenarios_of

if TYPE_CHECKING:
    from rulesengine.analysis.mutation import Score, Survivor
    from rulesengine.diagnostics import Diagnostic


@click.command(
    epilog="""\b
    rulesengine mutate rakuten                         with the scenarios below the folder tests/scenarios
    rulesengine mutate policies/rakuten.yaml my_cases  with those below another folder
    rulesengine mutate rakuten --fail-under 95

    Exit codes: 0 all were tried, 1 the score is too low, a scenario does not hold or there are errors, 2 wrong usage,
    3 a file could not be read.
    """
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.argument("folders", metavar="[FOLDER | SCENARIO]...", nargs=-1, shell_complete=files)
@click.option(
    "--fail-under",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    default=0,
    help="Leave with 1 where the score is lower.",
)
@click.option(
    "--equivalent",
    metavar="FILE",
    type=click.Path(),
    shell_complete=files,
    help="Mistakes that change nothing, with reasons.  [default: tests/mutants/PACK.yaml where it is there]",
)
@click.option(
    "--jobs", metavar="NUMBER", type=click.IntRange(1, 64), help="Processes to use.  [default: one each core]"
)
@format_option
def mutate(
    pack: str, folders: tuple[str, ...], fail_under: float, equivalent: str | None, jobs: int | None, form: str
) -> int:
    """Make small mistakes in a pack, one at a time, and see whether a scenario fails.

    A period is a unit too long or of the wrong kind, a bound one cent off, `<` stands for `<=`, a guard is forgotten or
    turned around, a transition leads elsewhere, somebody else may act as well, a deadline or a limit is missing. A
    mistake that `check` refuses does not count. One that no scenario notices is shown with its place, and with a
    scenario that notices it, where one is found near those there are: read it, and where it is right, keep it.

    The score is the share of mistakes that are noticed. The pack itself is never changed.
    """
    from rulesengine.analysis.mutation import read_reasons, score_of
    from rulesengine.diagnostics import PackError
    from rulesengine.loading import load_pack

    try:
        file = known(pack)
        loaded = load_pack(file)
        scenarios, found = scenarios_of(file, folders or ("tests/scenarios",))
        reasons, unread = read_reasons(equivalent if equivalent is not None else _usual(file))
        found += unread
        if not scenarios:
            return _over(form, None, found, fail_under)
        with _bar() as at:
            score = score_of(loaded, scenarios, reasons, jobs=jobs or 0, at=at)
    except PackError as fault:
        return _over(form, None, fault.diagnostics, fail_under)
    return _over(form, score, [*found, *score.found], fail_under)


def _usual(file: str) -> str | None:
    """The file with equivalent mistakes that is taken where none is named."""
    usual = Path("tests", "mutants", f"{Path(file).stem}.yaml")
    return str(usual) if usual.is_file() else None


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error stream, where somebody is watching."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label="Mistakes", show_pos=True, file=sys.stderr) as bar:

        def at(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield at


def _over(form: str, score: Score | None, found: Sequence[Diagnostic], fail_under: float) -> int:
    if form == "json":
        data = _data(score) if score is not None else {"pack": None, "version": None}
        say_json({**data, "diagnostics": [one.as_dict() for one in found]})
    else:
        if score is not None:
            say("\n".join(_lines(score, fail_under)))
        if found:
            if score is not None:
                say("")
            show_findings(dict.fromkeys(found))
    low = score is not None and (score.percent < fail_under or bool(score.failing))
    return code_for(found) or (FOUND if low else 0)


# as text


def _lines(score: Score, fail_under: float) -> Iterator[str]:
    from rulesengine.render.findings import counted
    from rulesengine.render.style import clean, wrapped

    yield paint(clean(f"{score.pack.title} {score.pack.version}"), "title")
    for survivor in score.survivors:
        yield ""
        yield from _survivor(survivor)
    if score.equivalent:
        yield ""
        yield paint("Mistakes that change nothing", "quiet")
        for one in score.equivalent:
            told = f"{one.mutant.rule}: {one.mutant.change}. {one.because}"
            yield from (paint(line, "quiet") for line in wrapped(told, 2, width()))
    for file in score.failing:
        yield ""
        yield paint(clean(f"{file} does not hold for the pack as it is, and was left out."), "bad")
    survived, equal = len(score.survivors), len(score.equivalent)
    counts = [f"{score.killed} noticed", f"{survived} not noticed", f"{score.invalid} refused by check"]
    counts += [f"{equal} without effect"] if equal else []
    yield ""
    yield f"{counted(score.tried, 'mistake')} with {counted(score.scenarios, 'scenario')}: {', '.join(counts)}"
    low = score.percent < fail_under
    wanted = f", at least {fail_under:g} % are asked for" if low else ""
    yield paint(f"Score {score.percent:.1f} %{wanted}", "bad" if low else "good")


def _survivor(survivor: Survivor) -> Iterator[str]:
    from rulesengine.render.style import clean, wrapped

    mutant = survivor.mutant
    where = f"{mutant.place.file}:{mutant.place.line}"
    yield from (paint(line, "warn") for line in wrapped(f"{where} {mutant.rule}, {mutant.operator}", 0, width()))
    yield from wrapped(mutant.change, 2, width())
    if survivor.scenario is None:
        yield from wrapped("No scenario near those there are notices it.", 2, width())
        return
    yield from wrapped("A scenario that notices it:", 2, width())
    yield from (paint(f"    {clean(line)}", "code") for line in survivor.scenario.splitlines())


# as JSON


def _data(score: Score) -> dict[str, Any]:
    return {
        "pack": score.pack.name,
        "version": score.pack.version,
        "scenarios": score.scenarios,
        "score": score.percent,
        "killed": score.killed,
        "survived": len(score.survivors),
        "invalid": score.invalid,
        "equivalent": [{**_mutant(one), "because": one.because} for one in score.equivalent],
        "survivors": [{**_mutant(one), "scenario": one.scenario} for one in score.survivors],
        "failing": list(score.failing),
    }


def _mutant(survivor: Survivor) -> dict[str, Any]:
    from rulesengine.render.jsons import place

    mutant = survivor.mutant
    return {"operator": mutant.operator, "rule": mutant.rule, "change": mutant.change, "place": place(mutant.place)}
