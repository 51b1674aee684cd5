"""What a name means in a pack: rules, states, parameters and whatever else has one."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.loading.naming import child, entries, string

#: what stands in the sections of a process, in the order in which a name is looked for
OF_PROCESSES = {
    "transitions": "transition",
    "deadlines": "deadline",
    "limits": "limit",
    "states": "state",
    "facts": "fact",
    "conditions": "condition",
}
#: what stands in those of a pack
OF_PACKS = {"processes": "process", "parameters": "parameter", "indicators": "indicator", "choices": "choice"}
#: kinds of which the engine asks
RULES = frozenset({"transition", "deadline", "limit"})

#: keys whose text names nothing
SILENT = frozenset({"title", "source", "assumed", "question", "note", "readings", "review_by"})


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One named part of a pack. `path` are the keys that lead to it in the document; `place` is that of its key."""

    kind: str
    name: str
    #: the process it belongs to, itself for a process; "" outside of processes
    process: str
    path: tuple[str, ...]
    node: Node
    place: Span

    @property
    def short(self) -> str:
        """The name without its process."""
        return self.path[-1]


def all_subjects(document: Node) -> Iterator[Subject]:
    """Every part of a document that has a name, in file order."""
    for section, kind in OF_PACKS.items():
        for name, node, place in _named(document, section):
            process = name if kind == "process" else ""
            yield Subject(kind=kind, name=name, process=process, path=(section, name), node=node, place=place)
    for group, inner, place in _named(document, "context"):
        for fact, node in entries(inner):
            name = f"{group}.{fact}"
            where = inner.keys.get(fact, place)
            yield Subject(kind="fact", name=name, process="", path=("context", group, fact), node=node, place=where)
    for process, body, _ in _named(document, "processes"):
        for section, kind in OF_PROCESSES.items():
            for name, node, place in _named(body, section):
                path = ("processes", process, section, name)
                yield Subject(kind=kind, name=f"{process}.{name}", process=process, path=path, node=node, place=place)


def find_subjects(document: Node, name: str) -> list[Subject]:
    """What a name may mean: the parts of that name; else the transitions of an event; else parts of any process."""
    subjects = list(all_subjects(document))
    found = [subject for subject in subjects if subject.name == name]
    if not found:
        found = [s for s in subjects if s.kind == "transition" and f"{s.process}.{string(s.node, 'event')}" == name]
    if not found and "." not in name:
        found = [s for s in subjects if s.process and s.short == name]
    return found


def at_path(document: Node, path: tuple[str, ...]) -> tuple[Node, Span] | None:
    """What stands under these keys, `null` included, and the place of the last key."""
    node, place = document, document.span
    for key in path:
        if not isinstance(node.value, dict) or key not in node.value:
            return None
        place = node.keys.get(key, node.span)
        node = node.value[key]
    return node, place


def _named(node: Node, section: str) -> Iterator[tuple[str, Node, Span]]:
    found = child(node, section)
    if found is not None:
        for name, inner in entries(found):
            yield name, inner, found.keys.get(name, inner.span)


def texts(node: Node) -> Iterator[str]:
    """Every text in a part of a document that may name something."""
    if isinstance(node.value, dict):
        for key, inner in node.value.items():
            if key not in SILENT:
                yield from texts(inner)
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from texts(inner)
    elif isinstance(node.value, str):
        yield node.value
