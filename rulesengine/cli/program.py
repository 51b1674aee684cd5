"""The program around the commands: imports them late, knows misspelled ones, and never shows a traceback."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any, NoReturn

import click

USAGE, FAILED = 2, 3
#: what a shell reports for a program that ended by Ctrl-C or because nobody reads its output any more
INTERRUPTED, PIPE_CLOSED = 130, 141


class _SystemError(Exception):
    """An OSError on its way out past click, which would leave with 1 where nobody reads the output any more."""

    def __init__(self, fault: OSError) -> None:
        super().__init__(fault)
        self.fault = fault


class Program(click.Group):
    """A group of commands, each given as (module, attribute, one line of help) under its name."""

    def __init__(self, commands: Mapping[str, tuple[str, str, str]], **rest: Any) -> None:
        super().__init__(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}, **rest)
        self._late = commands
        self.params.append(
            click.Option(
                ["--version"],
                is_flag=True,
                expose_value=False,
                is_eager=True,
                callback=_version,
                help="Show the version and leave.",
            )
        )

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer meets them."""
        return list(self._late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in self._late:
            return None
        module, attribute, _ = self._late[cmd_name]
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing one of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in self._late.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the likely command named where there is none of this name."""
        if args and not args[0].startswith("-") and args[0] not in self._late:
            from rulesengine.diagnostics import did_you_mean

            ctx.fail(f"There is no command '{args[0]}'. {did_you_mean(args[0], self._late)}")
        return super().resolve_command(ctx, args)

    def make_context(self, *args: Any, **rest: Any) -> click.Context:
        """As click does it; --help and --version are written here."""
        try:
            return super().make_context(*args, **rest)
        except OSError as fault:
            raise _SystemError(fault) from fault

    def invoke(self, ctx: click.Context) -> Any:
        """As click does it."""
        try:
            return super().invoke(ctx)
        except OSError as fault:
            raise _SystemError(fault) from fault

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, *, standalone_mode: bool = True, **rest: Any
    ) -> int:
        """Runs the program and leaves with an exit code; `standalone_mode=False` gives the code back instead."""
        code = self._run(args, rest)
        if standalone_mode:
            _leave(code)
        return code

    def _run(self, args: Sequence[str] | None, rest: dict[str, Any]) -> int:
        # a command builds much and ends soon: looking for garbage at the usual rate takes a fifth of its time
        gc.set_threshold(200_000, 50, 50)
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        if sys.stdout is None:
            return _unwritten("it is closed")
        try:
            result = super().main(args, standalone_mode=False, **rest)
            sys.stdout.flush()
        except click.ClickException as fault:
            fault.show()
            return fault.exit_code
        except (KeyboardInterrupt, EOFError, click.Abort):
            return INTERRUPTED
        except (OSError, _SystemError) as fault:
            return _unanswered(fault.fault if isinstance(fault, _SystemError) else fault)
        except MemoryError:
            click.echo("rulesengine: not enough memory for this input.", err=True)
            return FAILED
        except Exception as fault:  # the last resort: a defect, told in a sentence
            return _defect(fault)
        return result if isinstance(result, int) else 0


def _unanswered(fault: OSError) -> int:
    if isinstance(fault, BrokenPipeError):
        return PIPE_CLOSED
    # what cannot be read is a finding; a fault without a file is one of writing
    return _defect(fault) if fault.filename is not None else _unwritten(fault.strerror or str(fault))


def _unwritten(why: str) -> int:
    with suppress(OSError):
        click.echo(f"rulesengine: the output cannot be written: {why}.", err=True)
    return FAILED


def _defect(fault: Exception) -> int:
    if os.environ.get("RULESENGINE_TRACEBACK"):
        raise fault
    where = fault.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f" ({os.path.basename(where.tb_frame.f_code.co_filename)}:{where.tb_lineno})" if where is not None else ""
    click.echo(
        f"rulesengine: a defect of the program, not of your files: {type(fault).__name__}: {fault}{place}\n"
        "Please report it with the command you gave. RULESENGINE_TRACEBACK=1 in front of the command shows where it "
        "comes from.",
        err=True,
    )
    return FAILED


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            # the interpreter would complain once more when it flushes what is left at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from rulesengine import __version__

        click.echo(f"rulesengine {__version__}")
        ctx.exit()
