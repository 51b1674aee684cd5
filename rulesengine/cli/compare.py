"""`rulesengine compare`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import code_for, paint, say, say_json, show_findings, width
from rulesengine.cli.naming import files, known, packs

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.pack import Pack

vocabulary_option = click.option(
    "--vocabulary",
    "table",
    metavar="FILE",
    default="vocabulary",
    shell_complete=files,
    help="The common vocabulary; policies/vocabulary.yaml here, or the one that comes along, unless you name another.",
)


@click.command(
    epilog="""\b
    rulesengine compare kaufland rakuten
    rulesengine compare kaufland rakuten --topic answer_customer
    rulesengine compare kaufland rakuten --format markdown

    Exit codes: 0 fine, 1 a file has errors, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("packs", metavar="PACK PACK...", nargs=-1, shell_complete=packs)
@click.option("--topic", "topics", metavar="TOPIC", multiple=True, help="Only this topic; may be given several times.")
@vocabulary_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Text to read, JSON for programs (docs/json.md), or a table in Markdown.",
)
def compare(packs: tuple[str, ...], topics: tuple[str, ...], table: str, form: str) -> int:
    """Put the same questions to several packs and show what their rules say, side by side.

    Which rules answer a topic stands in the common vocabulary; what they say is read from the packs. A reading or
    variant under which a rule says something else stands below it.
    """
    from rulesengine.diagnostics import PackError, did_you_mean
    from rulesengine.render import comparison
    from rulesengine.vocabulary import compare as compared
    from rulesengine.vocabulary import load_vocabulary

    if len(packs) < 2:
        raise click.UsageError("Name two packs or more.")
    try:
        vocabulary = load_vocabulary(known(table, "vocabulary"))
        for topic in topics:
            if topic not in vocabulary.topics:
                hint = did_you_mean(topic, vocabulary.topics)
                raise click.UsageError(f"The vocabulary has no topic '{topic}'. {hint}")
        told = compared(vocabulary, [_pack(name) for name in packs], topics)
    except PackError as fault:
        return refused(fault.diagnostics, form)
    if form == "json":
        say_json({**comparison.comparison(told), "diagnostics": []})
    else:
        say(comparison.markdown(told) if form == "markdown" else comparison.text(told, paint, width()))
    return 0


def _pack(name: str) -> Pack:
    """The pack of a name or path; a template can be compared, too. PackError where it has errors."""
    from rulesengine.diagnostics import PackError
    from rulesengine.loading import read_pack

    pack, found = read_pack(known(name))
    errors = [one for one in found if one.severity == "error"]
    if pack is None or errors:
        raise PackError(errors)
    return pack


def refused(found: list[Diagnostic], form: str) -> int:
    """Shows why nothing could be answered; the exit code."""
    if form == "json":
        say_json({"diagnostics": [one.as_dict() for one in found]})
    else:
        show_findings(found)
    return code_for(found)
