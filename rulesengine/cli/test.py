"""`rulesengine test`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import (
    FOUND,
    Progress,
    code_for,
    formats,
    in_repository,
    lines_of,
    paint,
    say,
    say_json,
    show_findings,
    width,
)
from rulesengine.cli.covering import Covering
from rulesengine.cli.naming import files as complete
from rulesengine.cli.scenarios import played, scenario_files, without
from rulesengine.cli.simulate import as_data

if TYPE_CHECKING:
    from rulesengine.coverage import Coverage
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.engine import Engine
    from rulesengine.simulation import Story

#: scenarios that are written for what is missing of a pack where nobody says how many
SUGGESTED = 3


@click.command(
    epilog="""\b
    rulesengine test                        every scenario below the folder tests/scenarios
    rulesengine test tests/scenarios/rakuten --verbose
    rulesengine test my_scenario.yaml
    rulesengine test --format junit > scenarios.xml
    rulesengine test --coverage --fail-under 90
    rulesengine test --coverage --format html > coverage.html

    Exit codes: 0 all hold, 1 an expectation failed, a scenario has errors or too little is covered, 2 wrong usage, 3 a
    file could not be read.
    """
)
@click.argument("folders", metavar="[FOLDER | SCENARIO]...", nargs=-1, shell_complete=complete)
@click.option("--verbose", "-v", is_flag=True, help="Name the scenarios that hold, too.")
@click.option("--coverage", is_flag=True, help="Tell what of the packs no scenario tries (docs/test-your-packs.md).")
@click.option(
    "--fail-under",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="With --coverage: fail where less than this is covered of any pack.",
)
@click.option(
    "--suggest",
    metavar="N",
    type=click.IntRange(0),
    help=f"With --coverage: write at most so many scenarios for what is missing of a pack.  [default: {SUGGESTED}]",
)
@formats(
    "junit",
    "github",
    "cobertura",
    "html",
    of="; junit and github for CI (docs/in-ci.md), cobertura and html of coverage",
)
def test(
    folders: tuple[str, ...], verbose: bool, coverage: bool, fail_under: float | None, suggest: int | None, form: str
) -> int:
    """Run every scenario below a folder and compare what happens with what it expects.

    What differs is shown with the timeline up to its last difference. An event of which the scenario says nothing has
    to be accepted. Files of a folder that are no scenarios (packs, registers) are passed over; a folder without any
    scenario is a mistake.
    """
    from rulesengine.render.coverage.text import percent
    from rulesengine.render.findings import counted

    coverage = coverage or fail_under is not None
    if coverage and form in ("junit", "github"):
        raise click.UsageError("Coverage is told as text, json, cobertura or html. For the scenarios run it once more.")
    if form in ("cobertura", "html") and not coverage:
        raise click.UsageError(f"--format {form} tells of coverage: add --coverage.")
    if suggest is not None and not coverage:
        raise click.UsageError("--suggest is for what coverage lacks: add --coverage.")
    files, found = scenario_files(folders or ("tests/scenarios",))
    engines: dict[str, Engine] = {}
    covering = Covering() if coverage else None
    stories: list[Story] = []
    ran = failed = 0
    lacking = {folder for below in files.values() for folder in below}
    progress = Progress(len(files), "scenarios")
    for done, (file, below) in enumerate(files.items()):
        progress.at(done)
        sure = not all(below)
        story, findings = covering.played(file, sure) if covering else played(file, sure, engines)
        if story is None and not findings:
            continue
        ran += 1
        lacking -= below
        found += findings
        failed += bool(findings)
        if story is not None:
            stories.append(story)
            failed += bool(story.trace().failures)
    progress.over()
    found += [without(folder) for folder in sorted(lacking - {""})]
    most = SUGGESTED if suggest is None else suggest
    coverages = covering.coverages(0 if form == "cobertura" else most) if covering else []
    few = [one for one in coverages if fail_under is not None and one.share < fail_under]
    if form == "json":
        traces = [as_data(story) for story in stories]
        data = {"scenarios": ran, "failed": failed, "traces": traces, "diagnostics": [one.as_dict() for one in found]}
        say_json({**data, "coverage": [_data(one) for one in coverages]} if coverage else data)
    elif form in ("cobertura", "html"):
        _write(form, coverages)
        if found or failed:
            click.echo(f"{failed} of {counted(ran, 'scenario')} failed: rulesengine test shows them.", err=True)
    elif form != "text":
        _report(form, stories, found)
    else:
        for story in stories:
            _show(story, verbose)
        if found:
            show_findings(dict.fromkeys(found))
        if ran:
            held = f"{failed} failed" if failed else "all hold"
            say("\n" * bool(found) + paint(f"{counted(ran, 'scenario')}, {held}", "bad" if failed else "good"))
        _tell(coverages)
    for one in few:
        click.echo(f"{one.pack}: {percent(one.share)} covered, less than {fail_under:g} %.", err=True)
    return code_for(found) or (FOUND if failed or few else 0)


def _tell(coverages: list[Coverage]) -> None:
    from rulesengine.render.coverage import text

    for one in coverages:
        say("\n" + text(one, paint, in_repository))


def _data(coverage: Coverage) -> dict[str, object]:
    from rulesengine.render.coverage import data

    return data(coverage)


def _write(form: str, coverages: list[Coverage]) -> None:
    """Coverage as a document of its own."""
    from rulesengine import __version__
    from rulesengine.render.coverage import cobertura, page

    if form == "html":
        click.echo(page(coverages, lines_of, in_repository), nl=False)
    else:
        click.echo(cobertura(coverages, __version__, in_repository), nl=False)


def _report(form: str, stories: list[Story], found: list[Diagnostic]) -> None:
    """The scenarios in the format of another program."""
    from rulesengine.render.github import of_failures, of_findings
    from rulesengine.render.junit import Case, junit
    from rulesengine.render.style import plain
    from rulesengine.render.timeline import failed

    traces = [story.trace() for story in stories]
    if form == "github":
        lines = [of_failures(told.title, told.failures, in_repository) for told in traces if told.failures]
        lines += [of_findings(dict.fromkeys(found), in_repository)] if found else []
        if lines:
            say("\n".join(lines))
        return
    unplayed: dict[str, list[Diagnostic]] = {}
    for one in dict.fromkeys(found):
        unplayed.setdefault(one.span.file, []).append(one)
    cases = [
        Case(
            title=told.title,
            file=told.file,
            failures=told.failures,
            detail=failed(told, plain, 100) if told.failures else "",
        )
        for told in traces
    ]
    cases += [Case(title="can be played", file=file, diagnostics=some) for file, some in unplayed.items()]
    say(junit("rulesengine test", cases).rstrip("\n"))


def _show(story: Story, verbose: bool) -> None:
    from rulesengine.render.style import clean
    from rulesengine.render.timeline import failed

    told = story.trace()
    if told.failures:
        say(f"{paint('✗', 'bad')} {paint(clean(told.title), 'title')}\n{failed(told, paint, width())}\n")
    elif verbose:
        say(f"{paint('✓', 'good')} {clean(told.title)}  {paint(clean(told.file), 'quiet')}")
