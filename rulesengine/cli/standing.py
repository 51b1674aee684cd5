"""`rulesengine due` and `rulesengine options`: how things stand when a scenario is over."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from rulesengine.cli.common import format_option, paint, say, say_json, width
from rulesengine.cli.compare import refused, vocabulary_option
from rulesengine.cli.naming import actors, files, known, packs

if TYPE_CHECKING:
    from rulesengine.case import Obligation
    from rulesengine.render.moments import Clock
    from rulesengine.simulation import Story


def _played(scenario: str, pack: str | None, form: str) -> tuple[Story | None, int]:
    """The scenario played, or None and the exit code where it cannot be."""
    from rulesengine.diagnostics import PackError
    from rulesengine.engine import Engine
    from rulesengine.loading import load_pack
    from rulesengine.simulation import load_scenario, play

    try:
        return play(load_scenario(scenario), Engine(load_pack(known(pack))) if pack is not None else None), 0
    except PackError as fault:
        return None, refused(fault.diagnostics, form)


def _head(story: Story) -> dict[str, Any]:
    from rulesengine.facts import show_moment

    edge, _, end = story.endings[-1]
    pack = story.plan.pack
    return {
        "scenario": story.scenario.title,
        "pack": pack.name,
        "version": pack.version,
        "zone": pack.zone,
        "at": show_moment(end.moment),
        "edge": edge,
        "diagnostics": [],
    }


def _side(story: Story, clock: Clock) -> str:
    """Which of its three endings is shown of a scenario that stands at an edge."""
    from rulesengine.render.timeline import EDGES

    edge, moved, _ = story.endings[-1]
    return f", {EDGES[edge]}{f' ({clock.localised(moved)})' if moved else ''}" if edge else ""


pack_option = click.option(
    "--pack", metavar="PACK", shell_complete=packs, help="Play the scenario under this pack instead of its own."
)


@click.command(
    epilog="""\b
    rulesengine due docs/examples/claim.yaml
    rulesengine due docs/examples/claim.yaml --explain
    rulesengine due one.yaml another.yaml

    Exit codes: 0 fine, 1 the scenario has errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True, shell_complete=files)
@pack_option
@click.option("--explain", is_flag=True, help="Show how each moment is counted, step by step.")
@vocabulary_option
@format_option
def due(scenarios: tuple[str, ...], pack: str | None, explain: bool, table: str, form: str) -> int:
    """Show what must be done next when SCENARIO is over: by whom, by when, or else.

    Of a scenario with boundaries the ending just after the edge is shown. Of several scenarios, which may be those of
    several packs, one list is made for the moment at which the last of them is over, in common words.
    """
    if len(scenarios) > 1:
        if pack is not None or explain:
            raise click.UsageError("--pack and --explain are for one scenario.")
        return _due_anywhere(scenarios, table, form)
    if click.get_current_context().get_parameter_source("table") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--vocabulary is for several scenarios: one alone is told in its own pack's words.")
    (scenario,) = scenarios
    from rulesengine.case import to_datetime
    from rulesengine.render import jsons
    from rulesengine.render.answers import obligations
    from rulesengine.render.moments import Clock
    from rulesengine.render.style import clean

    story, code = _played(scenario, pack, form)
    if story is None:
        return code
    told = story.trace().timelines[-1]
    if form == "json":
        listed = [jsons.obligation(one) for one in told.obligations]
        if explain:
            for data, one in zip(listed, told.obligations, strict=True):
                data["counted"] = [
                    {"at": jsons.moment(to_datetime(at)), "text": text} for at, text in _count(story, one)
                ]
                data["questions"] = [
                    {"of": of, "question": question, "readings": others} for of, question, others in _open(story, one)
                ]
        say_json({**_head(story), "obligations": listed})
        return 0
    _, _, end = story.endings[-1]
    clock = Clock(story.plan.pack.zone, to_datetime(end.moment))
    say(paint(clean(f"{story.scenario.title}: {clock.show(to_datetime(end.moment))}{_side(story, clock)}"), "title"))
    if not told.obligations:
        say("Nothing is due.")
    for one in told.obligations:
        say("")
        say(obligations([one], clock, paint, width()))
        for at, text in _count(story, one) if explain else ():
            say(f"      {clock.show(to_datetime(at))}  {clean(text)}")
        for of, question, others in _open(story, one) if explain else ():
            text = f"      open: {question} Other readings of {of}: {', '.join(others)}"
            say(fill(clean(text), width(), subsequent_indent=" " * 12, break_long_words=False))
    return 0


def _due_anywhere(scenarios: tuple[str, ...], table: str, form: str) -> int:
    """What is due in several cases at the moment at which the last of their stories is over."""
    from rulesengine.case import to_datetime
    from rulesengine.diagnostics import PackError
    from rulesengine.facts import show_moment
    from rulesengine.render import comparison
    from rulesengine.render.moments import Clock
    from rulesengine.render.style import clean
    from rulesengine.vocabulary import due_anywhere, load_vocabulary, words_of

    stories = []
    for scenario in scenarios:
        story, code = _played(scenario, None, form)
        if story is None:
            return code
        stories.append(story)
    try:
        vocabulary = load_vocabulary(known(table, "vocabulary"))
        cases = [
            (story.player.engine, words_of(vocabulary, story.plan.pack), story.endings[-1][2].case) for story in stories
        ]
    except PackError as fault:
        return refused(fault.diagnostics, form)
    now = max(story.endings[-1][2].moment for story in stories)
    found = due_anywhere(cases, now)
    heads = [_head(story) for story in stories]
    if form == "json":
        for head in heads:
            del head["diagnostics"]
        listed = [comparison.due_data(one) for one in found]
        say_json({"at": show_moment(now), "cases": heads, "obligations": listed, "diagnostics": []})
        return 0
    zone = stories[0].plan.pack.zone
    clock = Clock(zone, to_datetime(now))
    say(paint(f"What is due anywhere: {clock.show(to_datetime(now))}, times in {zone}", "title"))
    for number, story in enumerate(stories, 1):
        say(clean(f"  {number} {story.plan.pack.name}: {story.scenario.title}{_side(story, clock)}"))
    say("")
    say(comparison.due(found, vocabulary, clock, paint, width()))
    return 0


def _count(story: Story, obligation: Obligation) -> Iterator[tuple[int, str]]:
    """The counting that leads to the moment an obligation is due, step by step."""
    from rulesengine.analysis.explaining import counted

    _, _, end = story.endings[-1]
    process, _, name = obligation.rule.partition(".")
    program = story.player.engine.program(end.case.variant, end.case.readings)
    deadline = next(one for one in program.pack.processes[process].deadlines if one.name == name)
    run = end.case.instances[obligation.target].runs[name][-1]
    return counted(program.pack, program.calendar(end.case.opening), deadline, run)


def _open(story: Story, obligation: Obligation) -> Iterator[tuple[str, str, list[str]]]:
    """What the sources leave open about a duty: of which rule or parameter, the question, and its other readings."""
    from rulesengine.loading.naming import child, entries, string

    _, _, end = story.endings[-1]
    pack = story.player.engine.program(end.case.variant, end.case.readings).pack
    process, _, name = obligation.rule.partition(".")
    rule = child(child(child(child(pack.document, "processes"), process), "deadlines"), name)
    parameter = child(child(pack.document, "parameters"), obligation.within)
    for of, node in ((obligation.rule, rule), (obligation.within, parameter)):
        others = [reading for reading, _ in entries(node, "readings") if pack.readings.get(of) != reading]
        if node is not None and others:
            yield of, string(node, "question"), others


@click.command(
    epilog="""\b
    rulesengine options docs/examples/claim.yaml --by seller

    Exit codes: 0 fine, 1 the scenario has errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("scenario", metavar="SCENARIO", shell_complete=files)
@click.option(
    "--by", "actor", metavar="ACTOR", required=True, shell_complete=actors, help="Who asks: an actor of the pack."
)
@pack_option
@format_option
def options(scenario: str, actor: str, pack: str | None, form: str) -> int:
    """Show what ACTOR may do when SCENARIO is over: each event, allowed or not, why, its limits, until or from when.

    Of a scenario with boundaries the ending just after the edge is shown.
    """
    from rulesengine.case import to_datetime
    from rulesengine.diagnostics import did_you_mean
    from rulesengine.render import answers, jsons
    from rulesengine.render.moments import Clock
    from rulesengine.render.style import clean

    story, code = _played(scenario, pack, form)
    if story is None:
        return code
    if actor not in story.plan.pack.actors:
        hint = did_you_mean(actor, story.plan.pack.actors)
        raise click.UsageError(f"The pack '{story.plan.pack.name}' has no actor '{actor}'. {hint}")
    _, _, end = story.endings[-1]
    now = to_datetime(end.moment)
    found = story.player.engine.options(end.case, actor, now, end.context)
    if form == "json":
        say_json({**_head(story), "by": actor, "options": [jsons.option(one) for one in found]})
        return 0
    clock = Clock(story.plan.pack.zone, now)
    say(paint(clean(f"{story.scenario.title}: {actor}, {clock.show(now)}{_side(story, clock)}"), "title"))
    say("")
    say(answers.options(found, clock, paint, width()))
    return 0
