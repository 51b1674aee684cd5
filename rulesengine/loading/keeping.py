"""What of a built pack stays as it is under another variant or reading, so that only the rest is read again.

A rule is kept where its text is the same and nothing it names is another thing now. Whether it may name something is
seen by the words in it, which is enough: a rule that has the word for something else is read once more, to the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from typing import Any, TypeAlias

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.loading import merge
from rulesengine.loading.naming import Named, Naming, child
from rulesengine.pack import Pack, Parameter, Process
from rulesengine.rules.indicator import Indicator
from rulesengine.rules.reading import Names

Words: TypeAlias = frozenset[str]

_WORD = re.compile(r"\w+")


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """A pack without errors, with what it was built from."""

    pack: Pack
    named: Named
    #: the words in parts of the document that were looked through, by the part's identity
    words: dict[int, Words]

    def says(self, node: Node, words: Set[str]) -> bool:
        """Whether one of the words stands anywhere in the values of a part of the document."""
        if not words:
            return False
        found = self.words.get(id(node))
        if found is None:
            found = self.words[id(node)] = frozenset(words_in(node))
        return not words.isdisjoint(found)


def basis_of(pack: Pack) -> Basis:
    """A built pack as a basis to build it anew."""
    merged = merge.under_readings(merge.under_variant(pack.document, pack.variant), pack.readings)
    return Basis(pack=pack, named=Named(document=merged, names=Naming(merged, None, []).names()), words={})


class Kept:
    """The parts of a basis that are the same in another document with these names."""

    def __init__(self, basis: Basis, names: Names) -> None:
        self.basis = basis
        self.names = names
        before, after = basis.named.names.symbols.parameters, names.symbols.parameters
        #: parameters that are not what they were, or not there
        self.parameters: Words = frozenset(
            name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
        )
        #: the same, and all conditions and deadlines that are not what they were because of them
        self.words: set[str] = set(self.parameters)

    def process(self, name: str, node: Node, place: Span) -> Process | ProcessKept | None:
        """The process where all of it is kept, else its parts that are; None where it was not there."""
        before = self.basis.pack.processes.get(name)
        section = child(self.basis.named.document, "processes")
        old = child(section, name)
        if before is None or old is None or before.place != place:
            return None
        words = self._concerned(name)
        if (old is node or old == node) and not self.basis.says(old, words):
            return before
        return ProcessKept(self.basis, before, old, words)

    def _concerned(self, process: str) -> Words:
        """The changed parameters, and the conditions of a process that ask for one of them."""
        found = set(self.parameters)
        conditions = self.names.symbols.processes[process].conditions if found else {}
        waiting = {name: frozenset(_WORD.findall(text)) for name, (text, _) in conditions.items()}
        while more := {name for name, words in waiting.items() if name not in found and not words.isdisjoint(found)}:
            found |= more
        self.words |= found
        return frozenset(found)

    def read_anew(self, process: Process) -> None:
        """Told of a process that is not kept as a whole: what counts deadlines that were read anew is not kept."""
        before = self.basis.pack.processes.get(process.name)
        known = {id(deadline) for deadline in before.deadlines} if before is not None else set()
        self.words.update(deadline.name for deadline in process.deadlines if id(deadline) not in known)

    def parameter(self, name: str, node: Node) -> Parameter | None:
        """A parameter as the pack tells of it."""
        old = child(child(self.basis.named.document, "parameters"), name)
        return self.basis.pack.parameters.get(name) if old is node else None

    def indicator(self, section: Node, name: str) -> Indicator | None:
        """An indicator. All processes have to be there by now."""
        old = child(self.basis.named.document, "indicators")
        before = _same(old, section, name)
        if before is None or self.basis.says(before, self.words):
            return None
        return self.basis.pack.indicators.get(name)


class ProcessKept:
    """The parts of a process that are kept."""

    def __init__(self, basis: Basis, before: Process, old: Node, words: Words) -> None:
        self.basis = basis
        self.old = old
        self.words = words
        self.parts: Mapping[str, Mapping[str, Any]] = {
            "states": before.states,
            **{
                section: {rule.rule.partition(".")[2]: rule for rule in rules}
                for section, rules in (
                    ("transitions", before.transitions),
                    ("deadlines", before.deadlines),
                    ("limits", before.limits),
                )
            },
        }

    def part(self, node: Node, section: str, name: str) -> Any:
        """What is kept of an entry of a section (`deadlines`) of the process; None where it has to be read."""
        old, new = child(self.old, section), child(node, section)
        before = _same(old, new, name)
        if before is None or self.basis.says(before, self.words):
            return None
        return self.parts[section].get(name)


def _same(old: Node | None, new: Node | None, name: str) -> Node | None:
    """An entry of a section as it was, where it is so, and in its place, word for word; else None."""
    if old is None or new is None or old.keys.get(name) != new.keys.get(name):
        return None
    before, after = child(old, name), child(new, name)
    return before if before is after or before == after else None


def words_in(node: Node) -> Iterator[str]:
    """Every word in the texts of a part of a document, keys aside."""
    value = node.value
    if isinstance(value, str):
        yield from _WORD.findall(value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from words_in(inner)


def alike(names: Names, others: Names) -> bool:
    """Whether two packs declare the same, but for the values of parameters and the name of the currency."""
    return _without_values(names) == _without_values(others)


def _without_values(names: Names) -> Names:
    symbols = msgspec.structs.replace(names.symbols, parameters={}, currency="")
    return msgspec.structs.replace(names, symbols=symbols, sources=None)
