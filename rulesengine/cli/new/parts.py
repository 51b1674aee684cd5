"""`rulesengine new process` and `rulesengine new rule`: parts of a pack that is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import FOUND, code_for, show_findings
from rulesengine.cli.naming import known, packs
from rulesengine.cli.new.writing import NAME, change, named, tell_blanks

if TYPE_CHECKING:
    from rulesengine.authoring.beginnings import RuleKind


@click.command(
    short_help="Begin a process in a pack.",
    epilog="""\b
    rulesengine new process shop complaint asked answered closed --under order
    """,
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.argument("name", metavar="NAME", callback=named)
@click.argument("states", metavar="[STATE]...", nargs=-1)
@click.option("--under", metavar="PROCESS", callback=named, help="The process that each one belongs to.")
@click.option("--title", default="", help="What people call it.")
def process(pack: str, name: str, states: tuple[str, ...], under: str | None, title: str) -> int:
    """Begin a process in a pack: its states, of which the last is final, and transitions that open and close it."""
    from rulesengine.authoring import beginnings
    from rulesengine.authoring.scaffold import as_yaml, with_process

    for state in states:
        named(click.get_current_context(), click.Option(["--state"]), state)
    if len(states) == 1 or len(set(states)) < len(states):
        raise click.UsageError("Name two different states at least: the first, and the last, which is final.")
    entry = beginnings.process(states or ("open", "closed"), under or "", as_yaml(title) if title else "")
    return _changed(pack, lambda text, file: with_process(text, file, name, entry))


@click.command(
    short_help="Begin a transition, a deadline or a limit in a pack.",
    epilog="""\b
    rulesengine new rule shop transition order.ship from=placed to=shipped by=seller source=SHOP-3
    rulesengine new rule shop deadline order.dispatch while=placed within="3 days" owed_by=seller then=cancel
    rulesengine new rule shop limit complaint.cap event=answer value=offer at_most=order.price
    """,
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.argument("kind", type=click.Choice(["transition", "deadline", "limit"]))
@click.argument("name", metavar="PROCESS.RULE")
@click.argument("keys", metavar="[KEY=VALUE]...", nargs=-1)
def rule(pack: str, kind: RuleKind, name: str, keys: tuple[str, ...]) -> int:
    """Begin a rule of a process, with the keys that are given; the others it needs are left open.

    A value is written as in the pack: by=buyer, by="[buyer, seller]", within="3 working days". States, actors and
    periods that it names have to be there.
    """
    from rulesengine.authoring import beginnings
    from rulesengine.authoring.known import unknown_words
    from rulesengine.authoring.scaffold import as_yaml, keys_of, with_rule
    from rulesengine.diagnostics import did_you_mean

    process, dot, own = name.partition(".")
    if not dot or not re.fullmatch(NAME, process) or not re.fullmatch(NAME, own):
        raise click.UsageError(f"'{name}' is no rule of a process: write PROCESS.RULE, such as order.ship.")
    allowed, given = keys_of(kind), {}
    for told in keys:
        key, equals, value = told.partition("=")
        if not equals or not value:
            raise click.UsageError(f"'{told}' is no key with its value: write KEY=VALUE.")
        if key not in allowed:
            raise click.UsageError(f"A {kind} has no key '{key}'. {did_you_mean(key, allowed)}")
        given[key] = as_yaml(value)
    entry = beginnings.rule(kind, given)
    return _changed(
        pack,
        lambda text, file: with_rule(text, file, kind, process, own, entry),
        process,
        lambda file: unknown_words(file, kind, process, given),
    )


def _changed(
    pack: str,
    how: Callable[[str, str], str],
    process: str = "",
    unknown: Callable[[Path], list[str]] = lambda file: [],
) -> int:
    from rulesengine.authoring.editor import process_names
    from rulesengine.diagnostics import PackError, did_you_mean
    from rulesengine.document import read_file

    try:
        file = Path(known(pack))
    except PackError as fault:
        show_findings(fault.diagnostics)
        return code_for(fault.diagnostics)
    # of a pack that cannot be read, nobody knows
    node, unread = read_file(file)
    found = unread if node is None else []
    names = process_names(file)
    if process and process not in names and not found:
        raise click.UsageError(f"The pack has no process '{process}'. {did_you_mean(process, names)}")
    if not found and (strange := unknown(file)):
        raise click.UsageError("\n".join(strange))
    found = found or change(file, lambda text: how(text, str(file)))
    if found:
        show_findings(found)
        return code_for(found) or FOUND
    tell_blanks([file])
    return 0
