"""`rulesengine new pack` and `rulesengine new scenario`: files that are not there yet."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulesengine.cli.common import code_for, say, show_findings
from rulesengine.cli.naming import known, packs
from rulesengine.cli.new.writing import named, tell_blanks, write_new

if TYPE_CHECKING:
    from rulesengine.simulation import Scenario


def _zone(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from rulesengine.timing import TimingError
    from rulesengine.timing.zone import zone_named

    try:
        return value and zone_named(value).name
    except TimingError as fault:
        raise click.BadParameter(str(fault)) from None


def _currency(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from rulesengine.diagnostics import did_you_mean
    from rulesengine.money import CURRENCIES

    if value and value not in CURRENCIES:
        raise click.BadParameter(f"'{value}' is no currency. {did_you_mean(value, sorted(CURRENCIES))}")
    return value


def _day(ctx: click.Context, param: click.Parameter, value: str) -> str:
    try:
        written = datetime.date.fromisoformat(value).isoformat() if value else value
    except ValueError:
        written = None
    if written != value:
        raise click.BadParameter(f"'{value}' is no day. Write year-month-day, such as 2026-01-01.")
    return value


@click.command(
    short_help="Begin a pack, its register and a first scenario.",
    epilog="""\b
    rulesengine new pack shop
    rulesengine new pack shop --title "Lantern Market" --time-zone Europe/Berlin --currency EUR --valid-from 2026-01-01
    rulesengine new pack shop --in my_repository
    """,
)
@click.argument("name", metavar="NAME", callback=named)
@click.option(
    "--in", "folder", metavar="FOLDER", default=".", type=click.Path(file_okay=False), help="Instead of here."
)
@click.option("--title", default="", help="What people call the marketplace.")
@click.option(
    "--time-zone", default="", callback=_zone, metavar="ZONE", help="In which its days are counted: Europe/Berlin."
)
@click.option("--currency", default="", callback=_currency, metavar="CODE", help="In which it counts: EUR.")
@click.option(
    "--valid-from", default="", callback=_day, metavar="DAY", help="From which day on the rules hold: 2026-01-01."
)
def pack(name: str, folder: str, title: str, time_zone: str, currency: str, valid_from: str) -> int:
    """Begin a pack: policies/NAME.yaml, its register of sources, a first scenario, and schemas for the editor.

    Nothing that is there is overwritten.
    """
    from rulesengine.authoring.scaffold import as_yaml, new_pack, schemas

    given = {"title": title, "time_zone": time_zone, "currency": currency, "valid_from": valid_from}
    root = Path(folder)
    files = new_pack(name, root, {key: as_yaml(value) if value else "" for key, value in given.items()})
    shared = root / "schema" / "register.schema.json"
    if shared.exists():
        # of another pack of this repository
        del files[shared]
    written = list(files)
    write_new(files)
    write_new({file: text for file, text in schemas(written[0], root / "schema", name).items() if not file.exists()})
    tell_blanks(written[:3])
    return 0


@click.command(
    short_help="Begin a scenario for a rule of a pack.",
    epilog="""\b
    rulesengine new scenario shop complaint.reply
    rulesengine new scenario shop complaint.reply -o tests/scenarios/shop/silence.yaml
    """,
)
@click.argument("pack", metavar="PACK", shell_complete=packs)
@click.argument("rule", metavar="RULE")
@click.option(
    "--output", "-o", metavar="FILE", type=click.Path(dir_okay=False), help="Instead of below tests/scenarios."
)
def scenario(pack: str, rule: str, output: str | None) -> int:
    """Begin a scenario for a rule, PROCESS.RULE: what leads there is found by trying, what is to be seen is left open.

    For a deadline or a limit it stands at the edge, and is played just before, at, and just after it.
    """
    from rulesengine.authoring.scaffold import modeline, root_of, schema_name
    from rulesengine.authoring.stories import scenario_for
    from rulesengine.diagnostics import PackError, did_you_mean
    from rulesengine.loading import load_pack

    try:
        path = Path(known(pack))
        loaded = load_pack(path)
    except PackError as fault:
        show_findings(fault.diagnostics)
        return code_for(fault.diagnostics)
    rules = [one.rule for process in loaded.processes.values() for one in process.rules]
    if rule not in rules:
        raise click.UsageError(f"'{loaded.name}' has no rule '{rule}'. {did_you_mean(rule, rules)}")
    root = root_of(path)
    # a pack that comes along with the program is no place for scenarios
    root = root if root.is_relative_to(Path.cwd()) else Path.cwd()
    folder = root / "tests" / "scenarios" / loaded.name
    file = Path(output) if output else folder / f"{rule}.yaml"
    schema = modeline(file.resolve(), root / "schema" / schema_name(loaded.name, "scenario"))
    begun = scenario_for(loaded, rule, _called(path, loaded.name, file), file, schema, _others(folder, path))
    file = Path(os.path.relpath(file))
    write_new({file: begun.text})
    if not begun.leads:
        say("What leads to the rule was not found: see what is marked there.")
    tell_blanks([file])
    return 0


def _called(pack: Path, name: str, file: Path) -> str:
    """What a scenario in a file calls a pack: its name where that is enough, else the way there."""
    from rulesengine.resources import policies_folder

    folder = pack.resolve().parent
    near = folder.name == "policies" and file.resolve().is_relative_to(folder.parent)
    if pack.stem == name and (near or folder == policies_folder().resolve()):
        return name
    return Path(os.path.relpath(pack.resolve(), file.resolve().parent)).as_posix()


def _others(folder: Path, pack: Path) -> list[Scenario]:
    """The scenarios of the pack that are there already."""
    from rulesengine.cli.scenarios import scenario_files, scenario_in
    from rulesengine.diagnostics import PackError
    from rulesengine.simulation import pack_file

    files = scenario_files((str(folder),))[0] if folder.is_dir() else {}
    found = []
    for file in files:
        told, _ = scenario_in(file, sure=False)
        try:
            if told is not None and Path(pack_file(told)).resolve() == pack.resolve():
                found.append(told)
        except PackError:
            continue
    return found
