"""What would have to change for a refused event to be accepted, found by trying: every change that is told was made
and the event asked about again, and the engine said yes.

Changes are tried one at a time; where none is enough, on top of those that took some of the reasons away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from rulesengine.analysis.explaining.asking import Question, ask, with_stored
from rulesengine.analysis.explaining.moves import Change, Moves, changed_event, codes_of
from rulesengine.analysis.explaining.values import STEPS
from rulesengine.analysis.explaining.widening import widened
from rulesengine.case import Decision
from rulesengine.engine import AdvanceTooFarError, Engine
from rulesengine.facts import FactType

#: questions to the engine for one refusal, those that look for the ends of ranges aside
MOST_ASKED = 300
#: changes made one on top of another
DEEPEST = 3
#: remedies told of one kind
MOST_TOLD = 6


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """Changes that together are enough: `question` is what was asked with them, and `decision` the answer."""

    changes: tuple[Change, ...]
    question: Question
    decision: Decision


class _Node(msgspec.Struct, frozen=True, kw_only=True):
    changes: tuple[Change, ...]
    question: Question
    decision: Decision


def remedies(engine: Engine, question: Question, decision: Decision) -> tuple[Remedy, ...]:
    """The smallest sets of changes with which the event would be accepted; nothing where none was found."""
    search = _Search(engine)
    edge = [_Node(changes=(), question=question, decision=decision)]
    for _ in range(DEEPEST):
        found: list[_Node] = []
        further: list[_Node] = []
        for node in edge:
            before = codes_of(node.decision.reasons)
            for change, changed in search.moves.after(node.question, node.decision, node.changes):
                answer = search.ask(changed)
                if answer is None:
                    continue
                after = _Node(changes=(*node.changes, *change), question=changed, decision=answer)
                if answer.accepted:
                    found.append(after)
                elif _nearer(before, codes_of(answer.reasons)):
                    further.append(after)
        if found:
            return tuple(search.told(found))
        edge = sorted(further, key=lambda node: len(codes_of(node.decision.reasons)))[:8]
    return ()


def _nearer(before: frozenset[tuple[str, str, str]], after: frozenset[tuple[str, str, str]]) -> bool:
    """Whether some of the reasons are gone."""
    return bool(before - after)


class _Search:
    """Asks the engine, and not too often."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.moves = Moves(engine)
        self._asked = 0
        self._seen: set[str] = set()

    def ask(self, question: Question) -> Decision | None:
        """The answer; None where it was asked before, or enough was asked."""
        key = repr((question.event, question.first, question.context, question.stored))
        if self._asked >= MOST_ASKED or key in self._seen:
            return None
        self._seen.add(key)
        self._asked += 1
        try:
            return ask(self._engine, question)
        except AdvanceTooFarError:
            return None

    # telling

    def told(self, found: Sequence[_Node]) -> Iterator[Remedy]:
        """What was found, each fact once with the range of its values, the least intrusive first."""
        order = ("event", "target", "actor", "fact", "moment", "context", "first", "stored")
        ranked = sorted(found, key=lambda node: (len(node.changes), max(order.index(c.kind) for c in node.changes)))
        covered: set[tuple[tuple[str, str], ...]] = set()
        number: dict[str, int] = {}
        for node in ranked:
            kinds = tuple((change.kind, change.name) for change in node.changes)
            told = node.changes[-1].kind
            if kinds in covered and told not in ("actor", "moment", "target"):
                continue
            if number.get(told, 0) >= MOST_TOLD:
                continue
            covered.add(kinds)
            number[told] = number.get(told, 0) + 1
            changes = tuple(self._ranged(node, change) for change in node.changes)
            yield Remedy(changes=changes, question=node.question, decision=node.decision)

    def _ranged(self, node: _Node, change: Change) -> Change:
        """A changed fact with all values around it that do as well."""
        if change.kind not in ("fact", "context", "stored") or change.after is None:
            return change
        type = self._type(node, change)
        question = node.question
        if type is None:
            return change

        def accepts(value: Any) -> bool:
            if change.kind == "fact":
                changed = changed_event(question, facts={**question.event.facts, change.name: value})
            elif change.kind == "stored":
                instance, _, fact = change.name.rpartition(".")
                changed = with_stored(self._engine, question, instance, fact, value)
            else:
                group, _, fact = change.name.partition(".")
                context = {**question.context, group: {**question.context.get(group, {}), fact: value}}
                changed = msgspec.structs.replace(question, context=context)
            return ask(self._engine, changed).accepted

        if type.kind == "choice":
            return msgspec.structs.replace(change, one_of=tuple(word for word in type.choices if accepts(word)))
        if type.kind in STEPS:
            least, most = widened(type, change.after, accepts)
            return msgspec.structs.replace(change, at_least=least, at_most=most)
        return change

    def _type(self, node: _Node, change: Change) -> FactType | None:
        pack = self._engine.pack
        if change.kind == "context":
            group, _, fact = change.name.partition(".")
            return pack.context[group][fact]
        if change.kind == "stored":
            instance, _, fact = change.name.rpartition(".")
            return pack.processes[instance.partition("/")[0]].facts[fact]
        process = pack.processes.get(node.question.event.event.partition(".")[0])
        return None if process is None else process.facts.get(change.name)
