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
    paint,
    say,
    say_json,
    show_findings,
    width,
)
from rulesengine.cli.naming import files as complete
from rulesengine.cli.scenarios import played, scenario_files, without
from rulesengine.cli.simulate import as_data

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.engine import Engine
    from rulesengine.simulation import Story


@click.command(
    epilog="""\b
    rulesengine test                        every scenario below the folder tests/scenarios
    rulesengine test tests/scenarios/rakuten --verbose
    rulesengine test my_scenario.yaml
    rulesengine test --format junit > scenarios.xml

    Exit codes: 0 all hold, 1 an expectation failed or a scenario has errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("folders", metavar="[FOLDER | SCENARIO]...", nargs=-1, shell_complete=complete)
@click.option("--verbose", "-v", is_flag=True, help="Name the scenarios that hold, too.")
@formats("junit", "github", of="; junit and github for CI (docs/in-ci.md)")
def test(folders: tuple[str, ...], verbose: bool, form: str) -> int:
    """Run every scenario below a folder and compare what happens with what it expects.

    What differs is shown with the timeline up to its last difference. An event of which the scenario says nothing has
    to be accepted. Files of a folder that are no scenarios (packs, registers) are passed over; a folder without any
    scenario is a mistake.
    """
    from rulesengine.render.findings import counted

    files, found = scenario_files(folders or ("tests/scenarios",))
    engines: dict[str, Engine] = {}
    stories: list[Story] = []
    ran = failed = 0
    lacking = {folder for below in files.values() for folder in below}
    progress = Progress(len(files), "scenarios")
    for done, (file, below) in enumerate(files.items()):
        progress.at(done)
        story, findings = played(file, not all(below), engines)
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
    if form == "json":
        traces = [as_data(story) for story in stories]
        data = {"scenarios": ran, "failed": failed, "traces": traces, "diagnostics": [one.as_dict() for one in found]}
        say_json(data)
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
    return code_for(found) or (FOUND if failed else 0)


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
