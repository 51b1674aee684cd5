"""What a step expects, as its file says it: read into checks, every name known."""

from __future__ import annotations

from typing import Any

import msgspec

from rulesengine.case import REASON_CODES
from rulesengine.diagnostics import Span, did_you_mean
from rulesengine.document import Node
from rulesengine.simulation.expectations import WITHOUT_MOMENT, Check
from rulesengine.simulation.plan import EDGES
from rulesengine.simulation.scenario import entries, get, items
from rulesengine.simulation.words import Words, split_rule
from rulesengine.trace import Edge


class Expecting:
    """Reads the `expect` of the steps of one scenario."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def read(self, node: Node | None, *, edges: bool) -> tuple[tuple[Check, ...], dict[Edge, tuple[Check, ...]]]:
        """What is expected anyway, and on one side of an edge only (`edges`: the step stands at one)."""
        if node is None:
            return (), {}
        if isinstance(node.value, str):
            kind: Any = node.value
            return (Check(kind=kind, expected=None, place=node.span),), {}
        checks: list[Check] = []
        sides: dict[Edge, tuple[Check, ...]] = {}
        for key, value in entries(node):
            if key in EDGES:
                if edges:
                    side: Any = key
                    sides[side] = self.read(value, edges=False)[0]
                else:
                    message = f"'{key}' has no meaning here: this step stands at no edge."
                    help = "It belongs in the last step of a scenario that names 'boundaries'."
                    self.words.say("RE605", node.keys[key], message, help)
            else:
                checks += self._checks(key, node.keys[key], value)
        return tuple(checks), sides

    def _checks(self, key: str, place: Span, value: Node) -> list[Check]:
        listed = value.value if isinstance(value.value, list) else [value]
        words = tuple(str(item.value) for item in listed)
        kind: Any = key
        check = Check(kind="fired", expected=words, place=value.span)
        if key in ("accepted", "refused"):
            if value.value is True:
                return [Check(kind=kind, expected=None, place=value.span)]
            for word, item in zip(words, listed, strict=True):
                if key == "accepted" or "." in word:
                    self.words.known("rule", split_rule(str(item.value))[1], item.span, self.words.rules)
                else:
                    self._code(word, item.span)
            return [msgspec.structs.replace(check, kind="taken" if key == "accepted" else "reasons")]
        if key in ("fired", "missed", "reminded", "overdue"):
            for item in listed:
                self.words.known("deadline", split_rule(str(item.value))[1], item.span, self.words.deadlines)
            return [msgspec.structs.replace(check, kind=kind)]
        if key == "notified":
            for word, item in zip(words, listed, strict=True):
                self.words.known("actor", word, item.span, self.words.pack.actors)
            return [msgspec.structs.replace(check, kind="notified")]
        if key == "due":
            return [self._due(name, value.keys[name], due) for name, due in entries(value)]
        if key == "valid_until":
            expected = None if value.value is None else self.words.moment(value)
            return [Check(kind="valid_until", expected=expected, place=value.span)]
        if key == "count":
            for name in dict(entries(value)):
                self.words.process(name, value.keys[name])
            return [Check(kind="count", subject=n, expected=v.value, place=v.span) for n, v in entries(value)]
        return self._instance(key, place, value)

    def _code(self, word: str, span: Span) -> None:
        if word not in REASON_CODES:
            help = did_you_mean(word, [*REASON_CODES, *self.words.rules])
            self.words.say("RE601", span, f"'{word}' is neither a rule nor the code of a reason.", help)

    def _due(self, name: str, place: Span, value: Node) -> Check:
        instance, rule = split_rule(name)
        self.words.known("deadline", rule, place, self.words.deadlines)
        subject = f"{instance}.{rule.partition('.')[2]}" if instance else rule
        expected: object = value.value
        if expected not in (None, *WITHOUT_MOMENT):
            expected = self.words.moment(value)
        return Check(kind="due", subject=subject, expected=expected, place=value.span)

    def _instance(self, key: str, place: Span, value: Node) -> list[Check]:
        process = self.words.process(key, place)
        if value.value is None:
            return [Check(kind="absent", subject=key, expected=None, place=place)]
        checks: list[Check] = []
        state = get(value, "state")
        if state is not None:
            if process is not None:
                self.words.known(f"state of {process.name}", str(state.value), state.span, process.states)
            checks.append(Check(kind="state", subject=key, expected=str(state.value), place=state.span))
        facts = get(value, "facts")
        for name, fact in entries(facts):
            assert facts is not None
            if process is not None and self.words.known(
                f"fact of {process.name}", name, facts.keys[name], process.facts
            ):
                expected = self.words.fact(fact, process.facts[name])
                checks.append(Check(kind="fact", subject=key, fact=name, expected=expected, place=fact.span))
        return checks


def refusals(expect: Node | None) -> set[str]:
    """The codes a step expects its event to be refused with."""
    if expect is None or not isinstance(expect.value, dict):
        return set()
    sides = [side for edge in EDGES if (side := get(expect, edge)) is not None]
    own = {str(item.value) for item in items(expect, "refused")}
    return own.union(*(refusals(side) for side in sides))
