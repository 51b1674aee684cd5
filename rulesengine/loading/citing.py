"""The parts of a pack that say where they come from: what each one cites, assumes, and leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding
from rulesengine.document import Node
from rulesengine.loading.building import NAMED
from rulesengine.loading.naming import child, entries, string, words

#: parts that have to say where they come from, by the section they stand in
RULES = {
    "transitions": "transition",
    "deadlines": "deadline",
    "limits": "limit",
    "parameters": "parameter",
    "indicators": "indicator",
}
#: what a part of another section is called; a section that is not here is called by its own name
OTHERS = {"facts": "fact", "states": "state", "choices": "choice", "context": "fact"}
#: keys by which a part says where it comes from, or what is not known of it
TELLING = ("source", "assumed", "question")
#: where the groups of context facts stand
CONTEXT = ("context",)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, or another part of a pack that cites a statement, assumes something, or leaves a question open.

    `kind` is transition, deadline, limit, parameter, indicator, state, fact, choice, reading, variant or calendar, else
    the name of its section; `name` is as rules are cited: `claim.solve`, `amicable_phase`, `seller.on_vacation`.
    """

    kind: str
    name: str
    place: Span
    #: ids of statements, each with its place
    source: tuple[tuple[str, Span], ...]
    assumed: str
    question: str
    readings: tuple[str, ...]

    @property
    def is_rule(self) -> bool:
        """Whether it has to say where it comes from."""
        return self.kind in RULES.values()

    @property
    def lacks_source(self) -> bool:
        """Whether it has to say where it comes from, and does not."""
        return self.is_rule and not self.source and not self.assumed


def parts_of(document: Node) -> Iterator[Part]:
    """Every rule of a document, and whatever else says where it comes from, in file order."""
    yield from _below(document, (), named=False)


def check_citations(document: Node, ids: Iterable[str]) -> Iterator[Diagnostic]:
    """RE307: a statement that is cited and stands in no register, wherever in the pack that is."""
    known = frozenset(ids)
    for part in parts_of(document):
        for id, place in part.source:
            if id not in known:
                help = did_you_mean(id, known)
                yield finding("RE307", place, f"The register has no statement '{id}'.", help)


def _below(node: Node, path: tuple[str, ...], *, named: bool) -> Iterator[Part]:
    """`named`: the keys of this map are names that the author chose, and no words of the language."""
    for key, inner in entries(node):
        here = (*path, key)
        if not isinstance(inner.value, dict):
            continue
        # the maps of language keys are parts; so is what an author named, but for a group of the context: its facts are
        mine = path != CONTEXT and (named or key not in NAMED)
        rule = named and path[-1] in RULES and path[0] != "variants"
        if mine and (rule or any(child(inner, word) for word in TELLING)):
            yield _part(inner, here, node.keys[key])
        yield from _below(inner, here, named=(not named and key in NAMED) or path == CONTEXT)


def _part(node: Node, path: tuple[str, ...], place: Span) -> Part:
    kind, name = _called(path)
    return Part(
        kind=kind,
        name=name,
        place=place,
        source=tuple((str(cited.value), cited.span) for cited in words(node, "source")),
        assumed=string(node, "assumed"),
        question=string(node, "question"),
        readings=tuple(reading for reading, _ in entries(node, "readings")),
    )


def _called(path: tuple[str, ...]) -> tuple[str, str]:
    """`("deadline", "claim.solve")` for the path `processes, claim, deadlines, solve`."""
    section, *names = path
    if section == "processes" and len(names) > 2:
        process, section, name, *deeper = names
        names = [process, name]
        if deeper and deeper[0] == "readings":
            section, names = "reading", [process, name, *deeper[1:]]
    elif section == "variants":
        section, names = "variant", [name for name in names if name not in NAMED]
    elif "readings" in names:
        section, names = "reading", [name for name in names if name != "readings"]
    return RULES.get(section) or OTHERS.get(section) or section, ".".join(names) or section
