"""Files and packs as they are named on the command line, and what the shell may complete."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic

ENDS = (".yaml", ".yml")


def missing(name: str, message: str, help: str = "") -> Diagnostic:
    """The finding about a name behind which there is nothing to read."""
    from rulesengine.diagnostics import Span, finding

    return finding("RE101", Span(name, 1, 1, 1, 1), message, help)


def known(name: str, kind: str = "pack") -> str:
    """The file a pack's name or path means, or that of another kind. PackError, with the likely name, where there is
    none.

    A bare name is a file of this name, else a pack of the folder policies here, of this folder, or one that comes with
    the program.
    """
    from rulesengine.diagnostics import PackError
    from rulesengine.loading.packs import is_bare, unknown_pack
    from rulesengine.resources import policies_folder

    if not is_bare(name) or Path(name).is_file():
        return name
    shipped = policies_folder()
    for file in (Path("policies", f"{name}.yaml"), Path(f"{name}.yaml"), shipped / f"{name}.yaml"):
        if file.is_file():
            return str(file)
    if Path(name).exists():
        return name
    raise PackError([unknown_pack(name, Path("policies"), kind=kind)])


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, as the shell itself completes them."""
    return [CompletionItem(incomplete, type="file")]


def packs(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, and the names of packs. Behind an argument with nothing typed yet the files are not crowded out."""
    from rulesengine.resources import policies_folder

    names = {path.stem for folder in (Path("policies"), policies_folder()) for path in folder.glob("*.yaml")}
    wanted = incomplete or isinstance(param, click.Option)
    fitting = sorted(name for name in names if wanted and name.startswith(incomplete))
    return [*files(ctx, param, incomplete), *(CompletionItem(name) for name in fitting)]


def actors(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The actors of the pack that the scenario is played under; none before the scenario is named."""
    from rulesengine.diagnostics import PackError
    from rulesengine.document import plain, read_file
    from rulesengine.simulation import load_scenario, pack_file

    pack = ctx.params.get("pack")
    # behind an option that lacks its value click leaves the arguments as they came
    scenario = ctx.params.get("scenario") or next((word for word in ctx.args if Path(word).is_file()), "")
    try:
        node, _ = read_file(known(pack) if pack else pack_file(load_scenario(scenario)))
    except PackError:
        return []
    declared = plain(node).get("actors") if node is not None and isinstance(node.value, dict) else None
    names = [name for name in declared if isinstance(name, str)] if isinstance(declared, list | dict) else []
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
