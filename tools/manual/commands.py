"""The reference of the program, from its commands: what `--help` says of each."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from rulesengine.cli import main

SPECIAL = re.compile(r"([*_<>\[\]`{}])")


def page() -> str:
    """Every command with its usage, its options and its examples."""
    context = click.Context(main, info_name="rulesengine")
    lines = list(_command(main, context))
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        own = click.Context(command, info_name=name, parent=context)
        lines += _command(command, own)
        for below in command.commands.values() if isinstance(command, click.Group) else ():
            lines += _command(below, click.Context(below, info_name=below.name, parent=own))
    return "\n".join(lines)


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    path = context.command_path
    yield f"## {path}\n"
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```\n"
    yield from _text(command.help or "")
    yield f"```{{program}} {path}\n```\n"
    for option in command.get_params(context):
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record is not None:
            yield f"````{{option}} {record[0].replace(' / ', ', ')}\n\n{escaped(record[1])}\n````\n"
    yield from _text(command.epilog or "")


def _text(help: str) -> Iterator[str]:
    """The paragraphs of a help text; those that click leaves as they are written are code."""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(help)):
        lines = inspect.cleandoc(paragraph).split("\n")
        if lines[0].strip() == "\b":
            yield "```text\n" + inspect.cleandoc("\n".join(["", *lines[1:]])) + "\n```\n"
        elif paragraph:
            yield escaped(" ".join(line.strip() for line in lines)) + "\n"


def escaped(text: str) -> str:
    """Text in which Markdown finds no marks."""
    return SPECIAL.sub(r"\\\1", text)
