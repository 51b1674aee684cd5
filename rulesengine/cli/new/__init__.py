"""`rulesengine new pack|process|rule|scenario`."""

from __future__ import annotations

import click

from rulesengine.cli.new.files import pack, scenario
from rulesengine.cli.new.parts import process, rule


@click.group(
    epilog="""\b
    rulesengine new pack shop --title "Lantern Market"
    rulesengine new process shop complaint asked closed --under order
    rulesengine new rule shop deadline complaint.reply while=asked within="2 days" owed_by=seller
    rulesengine new scenario shop complaint.reply

    A walk through all of them: docs/first-pack.md.

    Exit codes: 0 written, 1 the pack has errors, 2 wrong usage, 3 a file could not be read or written.
    """
)
def new() -> None:
    """Begin a pack, a process, a rule or a scenario, with what is to be filled in left open.

    What is left open is a key with nothing behind it: `check` and `test` name each one with its place.
    """


for command in (pack, process, rule, scenario):
    new.add_command(command)
