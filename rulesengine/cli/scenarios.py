"""Scenarios as they are named on the command line: files, and folders with files at any depth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rulesengine.cli.naming import ENDS, missing

if TYPE_CHECKING:
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.engine import Engine
    from rulesengine.pack import Pack
    from rulesengine.simulation import Scenario, Story

AnyEngine = TypeVar("AnyEngine", bound="Engine")

#: a document with one of these keys is meant to be a scenario, even where others are misspelled
OF_SCENARIOS = frozenset({"scenario", "start", "steps", "given", "boundaries"})


def scenario_files(names: tuple[str, ...]) -> tuple[dict[str, set[str]], list[Diagnostic]]:
    """Every YAML file to look at with the folders it was found below, "" where it was named itself and so has to be a
    scenario; and what is not there.
    """
    files: dict[str, set[str]] = {}
    unread: list[Diagnostic] = []
    for name in names:
        path = Path(name)
        if not path.exists():
            unread.append(missing(name, f"There is no folder and no file '{name}'.", "Check name and folder."))
        elif not path.is_dir():
            files.setdefault(name, set()).add("")
        else:
            inside = sorted(file for file in path.rglob("*") if file.suffix in ENDS and file.is_file())
            for file in inside:
                files.setdefault(str(file), set()).add(name)
            if not inside:
                unread.append(without(name))
    return files, unread


def without(folder: str) -> Diagnostic:
    """The finding about a folder in which no scenario was found."""
    help = "Scenarios end in .yaml and have the keys 'scenario' and 'steps'."
    return missing(folder, f"There is no scenario below the folder '{folder}'.", help)


def scenario_in(file: str, sure: bool) -> tuple[Scenario | None, list[Diagnostic]]:
    """The scenario in a file, or what is wrong with it; neither, where the file is none and it is not `sure` that it
    has to be.
    """
    from rulesengine.diagnostics import PackError
    from rulesengine.document import read_file
    from rulesengine.simulation.scenario import from_document

    node, findings = read_file(file)
    if not sure and node is not None and not (isinstance(node.value, dict) and OF_SCENARIOS & node.value.keys()):
        return None, []
    try:
        return from_document(node, findings, file), []
    except PackError as fault:
        return None, fault.diagnostics


def scenarios_of(pack: str, folders: Sequence[str]) -> tuple[list[Scenario], list[Diagnostic]]:
    """The scenarios of a pack below folders, sorted by file, and what is wrong with those that cannot be read and may
    be of this pack.
    """
    from rulesengine.diagnostics import PackError
    from rulesengine.simulation import pack_file

    inside, found = scenario_files(tuple(folders))
    own = Path(pack).resolve()
    scenarios = []
    for name, below in sorted(inside.items()):
        scenario, findings = scenario_in(name, not all(below))
        if scenario is None:
            # what was named has to be right, whichever pack it is of
            found += findings if not all(below) or _may_be_of(own, name) else []
            continue
        try:
            is_own = Path(pack_file(scenario)).resolve() == own
        except PackError as fault:
            found += fault.diagnostics
            continue
        if is_own:
            scenarios.append(scenario)
        elif not all(below):
            message = f"This is a scenario of the pack '{scenario.pack}'."
            found.append(missing(name, message, "Name that pack, or a scenario of this one."))
    if not scenarios and not found:
        message = f"There is no scenario of '{Path(pack).stem}' below the folder '{folders[0]}'."
        found.append(missing(folders[0], message, "Name the folder in which its scenarios are."))
    return scenarios, found


def _may_be_of(pack: Path, file: str) -> bool:
    """Whether a file that cannot be read as a scenario does not say that it is one of another pack."""
    from rulesengine.diagnostics import PackError
    from rulesengine.document import read_file
    from rulesengine.simulation.scenario import get, pack_named

    node, _ = read_file(file)
    named = get(node, "pack") if node is not None else None
    if named is None or not isinstance(named.value, str):
        return True
    try:
        return Path(pack_named(named.value, named.span, file)).resolve() == pack
    except PackError:
        return True


def played(
    file: str, sure: bool, engines: dict[str, AnyEngine], make: Callable[[Pack], AnyEngine] | None = None
) -> tuple[Story | None, list[Diagnostic]]:
    """A scenario played to its end, or what keeps it from being played; neither as for `scenario_in`. `engines` keeps
    one engine for each pack file, which `make` makes where it is no plain one.
    """
    from rulesengine.diagnostics import PackError
    from rulesengine.simulation import play

    scenario, findings = scenario_in(file, sure)
    if scenario is None:
        return None, findings
    try:
        return play(scenario, _engine(scenario, engines, make)), []
    except PackError as fault:
        return None, fault.diagnostics


def _engine(scenario: Scenario, engines: dict[str, AnyEngine], make: Callable[[Pack], AnyEngine] | None) -> AnyEngine:
    from rulesengine.engine import Engine
    from rulesengine.loading import load_pack
    from rulesengine.simulation import pack_file

    file = pack_file(scenario)
    if file not in engines:
        engines[file] = (make or Engine)(load_pack(file))  # type: ignore[assignment]
    return engines[file]
