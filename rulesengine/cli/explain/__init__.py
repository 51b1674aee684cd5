"""`rulesengine explain`: a code, a part of a pack, or a decision."""

from __future__ import annotations

from pathlib import Path

import click

from rulesengine.cli.common import format_option
from rulesengine.cli.naming import ENDS, packs


@click.command(
    epilog="""\b
    rulesengine explain RE503                       the code of a finding
    rulesengine explain wrong_actor                 the code of a refusal
    rulesengine explain rakuten discount.cap        a rule; also a state, fact, condition or event of a process
    rulesengine explain rakuten amicable_phase      a parameter; also a process, an indicator, a statement (RK-22)
    rulesengine explain docs/examples/claim.yaml    the last refusal in a scenario, else its last event
    rulesengine simulate docs/examples/claim.yaml --format json > trace.json
    rulesengine explain trace.json --step 2         a decision in a saved trace

    Exit codes: 0 fine, 1 the pack or scenario has errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("what", metavar="CODE | PACK NAME | SCENARIO | TRACE", nargs=-1, required=True, shell_complete=packs)
@click.option("--step", type=click.IntRange(min=1), metavar="N", help="Which step of the story, counted from 1.")
@click.option(
    "--scenarios",
    metavar="FOLDER",
    help="Where to look for scenarios that exercise a rule.  [default: tests/scenarios, where it is]",
)
@format_option
def explain(what: tuple[str, ...], step: int | None, scenarios: str | None, form: str) -> int:
    """Explain a code, a rule of a pack, or a decision and what would have to change.

    A rule: what it says in words and as written, what it rests on and leaves open, and which rules and scenarios have
    to do with it. A decision: which rules were looked at with all their values, until when the answer holds, and what
    would have to change for a refused event to be accepted; everything that is said to help was tried.
    """
    if len(what) > 2:
        raise click.UsageError("Name a pack and one of its rules, or a code, a scenario or a trace alone.")
    if len(what) == 2:
        if step is not None:
            raise click.UsageError("--step is for a scenario or a trace.")
        from rulesengine.cli.explain.parts import part

        return part(what[0], what[1], scenarios, form)
    if _is_file(what[0]):
        from rulesengine.cli.explain.decisions import decision

        return decision(what[0], step, form)
    from rulesengine.cli.explain.codes import code

    if step is not None:
        raise click.UsageError("--step is for a scenario or a trace.")
    return code(what[0], form)


def _is_file(word: str) -> bool:
    return word.endswith((*ENDS, ".json")) or "/" in word or Path(word).is_file()
