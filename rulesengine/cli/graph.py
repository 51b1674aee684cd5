"""`rulesengine graph`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from rulesengine.cli.common import Progress, code_for, say, show_findings
from rulesengine.cli.covering import Covering
from rulesengine.cli.naming import files as complete
from rulesengine.cli.naming import known, packs
from rulesengine.cli.program import FAILED
from rulesengine.cli.scenarios import scenario_files, without

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.pack import Pack
    from rulesengine.render.graph import Picture, Walk
    from rulesengine.simulation import Story

Form = Literal["mermaid", "dot", "svg"]
#: what a file is written in when nobody says
ENDINGS: dict[str, Form] = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg"}


class Unplayed(click.ClickException):
    """A picture that cannot be made on this machine."""

    exit_code = FAILED


@click.command(
    epilog="""\b
    rulesengine graph rakuten claim                               Mermaid, for Markdown
    rulesengine graph rakuten claim -o claim.svg                  an image for the browser
    rulesengine graph rakuten --format dot | dot -Tpdf > all.pdf  Graphviz
    rulesengine graph rakuten claim --trace docs/examples/claim.yaml -o path.svg
    rulesengine graph rakuten --coverage tests/scenarios -o missed.svg

    Exit codes: 0 drawn, 1 the pack or a scenario has errors, 2 wrong usage, 3 a file could not be read or drawn.
    """
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.argument("processes", metavar="[PROCESS]...", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot", "svg"]),
    help="What to write; else what the ending of the --output says, and mermaid where it has none.",
)
@click.option("--output", "-o", metavar="FILE", type=click.Path(dir_okay=False), help="Write to a file.")
@click.option("--variant", metavar="NAME", default="", help="Draw the pack under this variant.")
@click.option("--trace", metavar="SCENARIO", shell_complete=complete, help="Colour the path a scenario takes.")
@click.option(
    "--coverage",
    metavar="FOLDER",
    multiple=True,
    shell_complete=complete,
    help="Colour what the scenarios below a folder leave out.",
)
def graph(
    pack: str,
    processes: tuple[str, ...],
    form: Form | None,
    output: str | None,
    variant: str,
    trace: str | None,
    coverage: tuple[str, ...],
) -> int:
    """Draw the processes of a pack: states, transitions with who takes them and when, deadlines as dashed arrows.

    PACK is a file or a name, as for check. Without a PROCESS all of them are drawn.
    """
    from rulesengine.diagnostics import PackError
    from rulesengine.loading import load_pack
    from rulesengine.render.graph import picture, walk_of

    if trace is not None and coverage:
        raise click.UsageError("Colour either the path of one scenario (--trace) or what many leave out (--coverage).")
    if variant and trace is not None:
        raise click.UsageError("The scenario of --trace says under which variant it is played.")
    form = form or _form(output)
    found: list[Diagnostic] = []
    try:
        loaded = load_pack(known(pack), variant=variant)
        _check_names(loaded, processes)
        if trace is not None:
            story, loaded = _traced(trace, loaded)
            walk = walk_of([story.trace().timelines[-1]])
            drawn = picture(loaded, processes, walk=walk, story="trace", told=story.scenario.title)
        elif coverage:
            count, walk, found = _covered(coverage, loaded)
            drawn = picture(loaded, processes, walk=walk, story="coverage", told=f"the {count} scenarios")
        else:
            drawn = picture(loaded, processes)
    except PackError as fault:
        found = fault.diagnostics
    if code_for(found):
        show_findings(found)
        return code_for(found)
    _write(_text(drawn, form), output)
    return 0


def _form(output: str | None) -> Form:
    """What a file is written in by its name. One that has no ending says nothing."""
    ending = Path(output or "").suffix
    if ending and ending.lower() not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise click.UsageError(f"'{output}' cannot be written as {ending}: name it {known}, or say --format.")
    return ENDINGS.get(ending.lower(), "mermaid")


def _check_names(pack: Pack, processes: tuple[str, ...]) -> None:
    from rulesengine.diagnostics import did_you_mean

    for name in processes:
        if name not in pack.processes:
            raise click.UsageError(f"'{pack.name}' has no process '{name}'. {did_you_mean(name, pack.processes)}")


def _traced(file: str, pack: Pack) -> tuple[Story, Pack]:
    """The story, and the pack under the variant and the readings it is played with."""
    from rulesengine.engine import Engine
    from rulesengine.simulation import load_scenario, play

    scenario = load_scenario(file)
    story = play(scenario, Engine(pack))
    return story, story.plan.pack


def _covered(folders: tuple[str, ...], pack: Pack) -> tuple[int, Walk, list[Diagnostic]]:
    """How many scenarios of this pack stand below the folders, and what they try."""
    from rulesengine.analysis.coverage import MISSED, OVER, RUNS
    from rulesengine.render.graph import Walk

    files, found = scenario_files(folders)
    covering = Covering()
    progress = Progress(len(files), "scenarios")
    for done, (file, below) in enumerate(files.items()):
        progress.at(done)
        story, findings = covering.played(file, not all(below))
        if story is None:
            found += findings
    progress.over()
    count, keys = covering.noted(pack.name)
    if not count and not found:
        found += [without(folder) for folder in folders]

    def rules(kind: str, *whats: str) -> frozenset[str]:
        return frozenset(rule for of, rule, what in keys if of == kind and what in whats)

    walk = Walk(
        states=rules("state", "entered"),
        taken=dict.fromkeys(rules("transition", "taken"), ()),
        begun=rules("deadline", RUNS),
        over=rules("deadline", MISSED, OVER),
    )
    return count, walk, found


def _text(drawn: Picture, form: Form) -> str:
    from rulesengine.render.graph import LayoutMissingError, TooLargeError, dot, mermaid, svg

    try:
        return {"mermaid": mermaid, "dot": dot, "svg": svg}[form](drawn)
    except LayoutMissingError:
        raise Unplayed(
            "SVG needs a library that is not installed here: pip install 'rulesengine[graph]'. "
            "The formats mermaid and dot need nothing."
        ) from None
    except TooLargeError as fault:
        raise Unplayed(f"A process is too large for an image ({fault}). Use --format dot or mermaid.") from None


def _write(text: str, output: str | None) -> None:
    if output is None:
        say(text.rstrip("\n"))
        return
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as fault:
        raise Unplayed(f"'{output}' cannot be written: {fault.strerror or fault}.") from None
