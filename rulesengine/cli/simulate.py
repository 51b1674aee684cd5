"""`rulesengine simulate`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import FOUND, code_for, format_option, paint, say, say_json, show_findings, width
from rulesengine.cli.naming import files, known, packs

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.simulation import Story


@click.command(
    epilog="""\b
    rulesengine simulate docs/examples/claim.yaml

    Without a file, piece by piece in the order of time:

    \b
    rulesengine simulate --pack rakuten --start "2026-03-02 09:00" \\
        context seller.on_vacation=false seller.quality_score_too_low=false \\
        given order given item/A1 state=accepted "received_at=2026-02-27 12:00" \\
        claim.open by=buyer reason=damaged \\
        wait "3 days" wait "1 second"

    \b
    given INSTANCE fact=value ...   an instance that is there at the start (also state=, under=)
    context group.fact=value ...    the world outside the case, from here on
    PROCESS.EVENT by=ACTOR ...      an event with its facts (also target=, id=)
    wait PERIOD, at MOMENT          time passes

    Exit codes: 0 fine, 1 an expectation failed or the scenario has errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("pieces", metavar="SCENARIO... | PIECE...", nargs=-1, shell_complete=files)
@click.option(
    "--pack",
    metavar="PACK",
    shell_complete=packs,
    help="Play the pieces, or the scenarios, under this pack: a file, or a name as for check.",
)
@click.option("--start", metavar="MOMENT", help="When the pieces begin: '2026-03-02 09:00' in the pack's zone.")
@format_option
def simulate(pieces: tuple[str, ...], pack: str | None, start: str | None, form: str) -> int:
    """Run a scenario through its pack and show the timeline: when, who, what, from → to, why, and what is due next.

    SCENARIO is a file. With --start the scenario is written on the command line instead.
    """
    from rulesengine.diagnostics import PackError
    from rulesengine.engine import Engine
    from rulesengine.loading import load_pack
    from rulesengine.render.timeline import trace
    from rulesengine.simulation import command_line, load_scenario, play, quick_scenario

    stories: list[Story] = []
    found: list[Diagnostic] = []
    line = ""
    if start is not None:
        if pack is None:
            raise click.UsageError("--start begins a scenario on the command line: say under which --pack.")
        line = command_line(pack, start, pieces)
        try:
            file = known(pack)
            scenario = quick_scenario(pack, start, pieces)
            stories.append(play(scenario, Engine(load_pack(file))))
        except PackError as fault:
            found += fault.diagnostics
    else:
        if not pieces:
            raise click.UsageError("Name a scenario file, or begin one here with --pack and --start.")
        if pack is not None and "." in pieces[0] and not pieces[0].endswith((".yaml", ".yml")):
            raise click.UsageError("Say when the scenario begins: --start '2026-03-02 09:00'.")
        for file in pieces:
            try:
                stories.append(play(load_scenario(file), Engine(load_pack(known(pack))) if pack is not None else None))
            except PackError as fault:
                found += fault.diagnostics
    traces = [story.trace() for story in stories]
    failed = any(not failure.unsaid for told in traces for failure in told.failures)
    if form == "json":
        say_json({"traces": [as_data(story) for story in stories], "diagnostics": [one.as_dict() for one in found]})
    else:
        for number, told in enumerate(traces):
            say(("\n" if number else "") + trace(told, paint, width()))
        if found:
            show_findings(found, line)
    return code_for(found) or (FOUND if failed else 0)


def as_data(story: Story) -> dict[str, object]:
    """A story in the documented JSON shape."""
    from rulesengine.render.jsons import trace

    engine = story.player.engine
    told = trace(story.trace(), [json.loads(engine.write(end.case)) for _, _, end in story.endings])
    # what is needed to ask the engine again
    opened = json.loads(engine.write(story.player.opened().case))
    return {**told, "pack_file": engine.pack.file, "opened": opened}
