"""A scenario as its file says it: read, of the right shape, every part with its place; not yet held against a pack."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from rulesengine.diagnostics import Diagnostic, PackError, Span, did_you_mean, finding
from rulesengine.document import Node, read, read_file
from rulesengine.loading.packs import find_pack, pack_names
from rulesengine.loading.shape import check_shape


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One story: what is given, what happens when, and what is expected of the rules.

    `node` is the document itself, from which moments, facts and expectations are read once the pack is known.
    """

    title: str
    #: the file it came from, or what stands for it
    file: str
    #: name or path of the pack, as written
    pack: str
    pack_place: Span
    variant: str
    readings: Mapping[str, str]
    node: Node

    @property
    def given(self) -> list[Node]:
        """The instances that are there at the start."""
        return items(self.node, "given")

    @property
    def steps(self) -> list[Node]:
        """What happens, in order."""
        return items(self.node, "steps")

    @property
    def boundaries(self) -> Node | None:
        """The edge the scenario stands at, where it names one."""
        return get(self.node, "boundaries")


def load_scenario(path: str | Path) -> Scenario:
    """The scenario in a file. PackError with every finding where it cannot be read or has the wrong shape."""
    node, found = read_file(path)
    return from_document(node, found, str(path))


def parse_scenario(text: str, file: str) -> Scenario:
    """The scenario in `text`; `file` is what findings call it. PackError as for `load_scenario`."""
    node, found = read(text, file)
    return from_document(node, found, file)


def from_document(node: Node | None, found: list[Diagnostic], file: str) -> Scenario:
    """The scenario in a document that was read with these findings."""
    if node is None:
        raise PackError(found)
    findings = [*found, *check_shape(node, "scenario")]
    if any(diagnostic.severity == "error" for diagnostic in findings):
        raise PackError(findings)
    pack = node_of(node, "pack")
    return Scenario(
        title=text_of(node, "scenario"),
        file=file,
        pack=str(pack.value),
        pack_place=pack.span,
        variant=text_of(node, "variant"),
        readings={name: str(value.value) for name, value in entries(get(node, "readings"))},
        node=node,
    )


def pack_file(scenario: Scenario) -> str:
    """What `load_pack` is to load: a path beside the scenario, a pack of a `policies` folder above it, or a name."""
    return pack_named(scenario.pack, scenario.pack_place, scenario.file)


def pack_named(name: str, place: Span, file: str) -> str:
    """As `pack_file`, for the name that stands at a place of a scenario's file."""
    folder = Path(file).resolve().parent
    if "/" in name or name.endswith((".yaml", ".yml")):
        path = folder / name
        if path.is_file():
            return _shown(path)
        raise PackError([finding("RE314", place, f"There is no file '{name}'.", _beside(path))])
    for above in (folder, *folder.parents):
        path = above / "policies" / f"{name}.yaml"
        if path.is_file():
            return _shown(path)
    path = find_pack(name)
    if path.is_file():
        return str(path)
    help = did_you_mean(name, pack_names())
    raise PackError([finding("RE314", place, f"There is no pack '{name}'.", help)])


def _shown(path: Path) -> str:
    """The path as findings are to call it: from here, where it lies below."""
    path = path.resolve()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _beside(path: Path) -> str:
    known = sorted(found.name for found in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
    return did_you_mean(path.name, known) or "A pack's path is read from the folder of the scenario."


# reading nodes of a checked shape


def get(node: Node, key: str) -> Node | None:
    """The value under a key; None where it is left out."""
    return node.value.get(key) if isinstance(node.value, dict) else None


def node_of(node: Node, key: str) -> Node:
    """The value under a key the schema demands."""
    found = get(node, key)
    assert found is not None
    return found


def text_of(node: Node, key: str) -> str:
    """Text or a whole number under a key, as text; empty where it is left out."""
    found = get(node, key)
    return "" if found is None or found.value is None else str(found.value)


def items(node: Node, key: str) -> list[Node]:
    """A list's entries; a single value counts as a list of one, a missing one as none."""
    found = get(node, key)
    if found is None or found.value is None:
        return []
    return found.value if isinstance(found.value, list) else [found]


def entries(node: Node | None) -> list[tuple[str, Node]]:
    """The entries of a map, in order."""
    return list(node.value.items()) if node is not None and isinstance(node.value, dict) else []
