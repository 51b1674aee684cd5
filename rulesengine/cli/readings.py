"""`rulesengine readings`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from rulesengine.cli.common import Progress, code_for, format_option, paint, say, say_json, show_findings, width
from rulesengine.cli.naming import files, known, packs
from rulesengine.cli.scenarios import scenarios_of

if TYPE_CHECKING:
    from rulesengine.analysis.readings import Reading, Readings, Told
    from rulesengine.analysis.stories import Difference
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.pack import Pack

#: how kinds of differences are told
WORDS = {"told": "notice to", "clock": "the clock of"}
#: what no reading is chosen for
WRITTEN = "as written"


@click.command(
    epilog="""\b
    rulesengine readings rakuten                         with the scenarios below the folder tests/scenarios
    rulesengine readings policies/rakuten.yaml my_cases  with those below another folder
    rulesengine readings rakuten my_scenario.yaml        does an open question matter in this story?

    Exit codes: 0 all were compared, 1 a scenario or the pack has errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.argument("folders", metavar="[FOLDER | SCENARIO]...", nargs=-1, shell_complete=files)
@format_option
def readings(pack: str, folders: tuple[str, ...], form: str) -> int:
    """Show which open questions matter: the scenarios in which another reading changes what happens.

    Every scenario of the pack is played as the pack is written and under each reading of each parameter and rule, one
    reading at a time; combinations of readings are not tried, and readings that a scenario names itself are left
    aside. What is compared is what happens, and not what the scenario expects: answers, states, deadlines and what is
    due. Shown is the first step at which it differs. Readings that change nothing in any scenario stand at the end:
    no scenario tells them apart yet.
    """
    from rulesengine.analysis.readings import readings_of
    from rulesengine.diagnostics import PackError
    from rulesengine.engine import Engine
    from rulesengine.loading import load_pack
    from rulesengine.loading.merge import offered_readings

    try:
        file = known(pack)
        engine = Engine(load_pack(file))
        scenarios, found = scenarios_of(file, folders or ("tests/scenarios",))
    except PackError as fault:
        return _over(form, None, None, fault.diagnostics)
    if not scenarios:
        return _over(form, engine.pack, None, found)
    progress = Progress(sum(map(len, offered_readings(engine.pack.document).values())), "readings")
    try:
        told = readings_of(engine, scenarios, progress.at)
    except PackError as fault:
        return _over(form, engine.pack, None, fault.diagnostics)
    finally:
        progress.over()
    return _over(form, engine.pack, told, [*found, *told.found])


def _over(form: str, pack: Pack | None, told: Readings | None, found: Sequence[Diagnostic]) -> int:
    from rulesengine.analysis.readings import unread

    if form == "json":
        data: dict[str, Any] = {"pack": pack.name if pack else None, "version": pack.version if pack else None}
        data |= {"zone": pack.zone if pack else None, "scenarios": told.scenarios if told else 0}
        data |= {"readings": [_data(one) for one in told.readings] if told else []}
        data |= {"unread": list(unread(pack)) if pack else []}
        say_json({**data, "diagnostics": [one.as_dict() for one in found]})
        return code_for(found)
    if pack is not None and told is not None:
        say("\n".join(_lines(pack, told.scenarios, told.readings)))
    if found:
        if told is not None:
            say("")
        show_findings(dict.fromkeys(found))
    return code_for(found)


# as text


def _lines(pack: Pack, scenarios: int, told: Sequence[Reading]) -> Iterator[str]:
    from rulesengine.analysis.readings import unread
    from rulesengine.render.findings import counted
    from rulesengine.render.style import clean, wrapped

    yield paint(clean(f"{pack.title} {pack.version}, times in {pack.zone}"), "title")
    of = ""
    for reading in told:
        if not reading.told:
            continue
        if reading.of != of:
            of = reading.of
            yield ""
            yield from wrapped(f"{of}: {reading.question}" if reading.question else of, 0, width())
        column = _column(reading.name)
        for heading, text in ((WRITTEN, reading.written), (reading.name, reading.read)):
            yield from wrapped(f"{heading:{column}}{text}", 2, width(), hang=column)
        word = "comes" if len(reading.told) == 1 else "come"
        yield f"  {len(reading.told)} of {counted(scenarios, 'scenario')} {word} out differently:"
        for one in reading.told:
            yield from _scenario(one, reading.name, pack.zone)
    same = [reading for reading in told if not reading.told]
    if same:
        yield ""
        yield paint("Readings that change nothing in any scenario", "warn")
        for reading in same:
            question = f": {reading.question}" if reading.question else ""
            yield from wrapped(f"{reading.of}, {reading.name} ({reading.read}){question}", 2, width())
    more = unread(pack)
    if more:
        yield ""
        yield paint("Open questions without another reading to try", "quiet")
        yield from (paint(line, "quiet") for line in wrapped(", ".join(more), 2, width(), hang=0))
    differing = len({one.file for reading in told for one in reading.told})
    yield ""
    if not told:
        yield "This pack has no other readings: no parameter and no rule offers any."
        return
    verb = "changes" if len(told) == 1 else "change"
    here = f"{len(told) - len(same)} of {counted(len(told), 'reading')} {verb} what happens"
    yield paint(f"{here}, in {differing} of {counted(scenarios, 'scenario')}", "title")


def _scenario(told: Told, name: str, zone: str) -> Iterator[str]:
    from rulesengine.render.moments import Clock
    from rulesengine.render.style import wrapped

    parting = told.parting
    clock = Clock(zone, parting.at)
    yield from (paint(line, "title") for line in wrapped(told.scenario, 4, width()))
    where = "at the end" if parting.step is None else f"step {parting.step}" if parting.step else "at the start"
    side = f", just {parting.edge} the edge" if parting.edge in ("before", "after") else ""
    side = ", at the edge" if parting.edge == "at" else side
    first, *more = parting.differences
    yield from wrapped(f"{told.file}, {where}{side}: {_what(first)}", 6, width())
    column = _column(name)
    for heading, text in ((WRITTEN, first.before), (name, first.after)):
        shown = clock.localised(text) or "nothing"
        yield from wrapped(f"{heading:{column}}{shown}", 8, width(), hang=column)
    if more:
        yield from (paint(line, "quiet") for line in wrapped(f"also: {_named(more)}", 8, width()))


def _column(name: str) -> int:
    return max(len(WRITTEN), len(name)) + 2


def _what(one: Difference) -> str:
    return one.subject if one.kind in ("decision", "scenario") else f"{WORDS.get(one.kind, one.kind)} {one.subject}"


def _named(more: Sequence[Difference]) -> str:
    names = list(dict.fromkeys(_what(one) for one in more))
    return f"{', '.join(names[:4])}{', …' if len(names) > 4 else ''}"


# as JSON


def _data(reading: Reading) -> dict[str, Any]:
    from rulesengine.render.jsons import moment

    return {
        "of": reading.of,
        "reading": reading.name,
        "question": reading.question,
        "written": reading.written,
        "read": reading.read,
        "played": reading.played,
        "scenarios": [
            {
                "scenario": one.scenario,
                "file": one.file,
                "edge": one.parting.edge,
                "step": one.parting.step,
                "at": moment(one.parting.at),
                "differences": [
                    {"kind": each.kind, "subject": each.subject, "written": each.before, "read": each.after}
                    for each in one.parting.differences
                ],
            }
            for one in reading.told
        ],
    }
