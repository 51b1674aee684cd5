"""`rulesengine check`."""

from __future__ import annotations

from pathlib import Path

import click

from rulesengine.cli.common import Progress, code_for, format_option, say, say_json, show_findings
from rulesengine.cli.program import CannotRun


@click.command(
    epilog="""\b
    rulesengine check                          every pack of the folder policies
    rulesengine check policies/rakuten.yaml    one file
    rulesengine check rakuten --format json    a pack that comes with rulesengine

    Exit codes: 0 nothing wrong, 1 findings, 2 wrong usage, 3 a file could not be read.
    """
)
@click.argument("packs", metavar="[PACK]...", nargs=-1)
@format_option
def check(packs: tuple[str, ...], form: str) -> int:
    """Check packs and show every finding: where it is, what is wrong, and what to do about it.

    PACK is a file, a folder of packs, or the name of a pack that comes with rulesengine. Without one, the folder
    policies is checked.
    """
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.loading import check_pack, find_pack
    from rulesengine.render.findings import summary
    from rulesengine.render.jsons import diagnostics

    files = _files(packs or _policies())
    found: dict[Diagnostic, None] = {}
    progress = Progress(len(files), "packs")
    for done, file in enumerate(files):
        progress.at(done)
        # a base that several packs extend is told of once
        found.update(dict.fromkeys(check_pack(find_pack(file))))
    progress.over()
    if form == "json":
        say_json(diagnostics(found))
        return code_for(found)
    if found:
        show_findings(found)
        say("")
    say(summary(len(files), list(found), "pack"))
    return code_for(found)


def _policies() -> tuple[str, ...]:
    if not Path("policies").is_dir():
        raise click.UsageError("Name a pack: there is no folder 'policies' here.")
    return ("policies",)


def _files(names: tuple[str, ...]) -> list[str]:
    """Folders replaced by the packs in them; each file once."""
    files: dict[str, None] = {}
    for name in names:
        if not Path(name).is_dir():
            files[known(name)] = None
            continue
        inside = sorted([*Path(name).glob("*.yaml"), *Path(name).glob("*.yml")])
        if not inside:
            raise CannotRun(f"There is no pack in the folder '{name}': packs end in .yaml.")
        files.update(dict.fromkeys(str(file) for file in inside))
    return list(files)


def known(name: str) -> str:
    """The name as it stands, where it may be a file or is a pack's; otherwise CannotRun, with the likely one."""
    from rulesengine.diagnostics import did_you_mean
    from rulesengine.loading import find_pack
    from rulesengine.resources import policies_folder

    if find_pack(name).is_file() or "/" in name or name.endswith((".yaml", ".yml")):
        return name
    shipped = sorted(path.stem for path in policies_folder().glob("*.yaml"))
    raise CannotRun(f"There is no file and no pack '{name}'. {did_you_mean(name, shipped)}")
