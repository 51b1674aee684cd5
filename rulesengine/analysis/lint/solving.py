"""Terms of a solver, made from the typed trees of guards: for comparisons of two things of which neither is a constant.

In a term everything is known. What is true with something unknown is true whatever that is, so where the solver finds
no values, there are none. What it does find is tried out with the engine's own closures before anybody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import z3

from rulesengine.analysis.lint.stretches import ORDERED, is_amount
from rulesengine.analysis.lint.worlds import Fork, Gap, Part, Scene, Values, Worlds
from rulesengine.expressions import compile_given, tree
from rulesengine.timing import Period

#: steps of the solver for one question; steps and not seconds, so that it says the same on every machine
STEPS = 2_000_000
#: questions asked about one pack: far more than any needs
QUESTIONS = 20_000


class Terms:
    """A solver for the guards of one pack."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds
        self._asked_for = 0
        self._words: dict[str, int] = {}
        self._variables: dict[tree.Node, Any] = {}
        self._known: dict[tree.Node, Any] = {}
        #: parts that no term is made of: a variable in the place of each
        self._loose: dict[tree.Node, Any] = {}

    def can_hold(self, parts: Sequence[Part], scene: Scene) -> bool | None:
        """Whether there are values with which all parts come out as wanted; None where it cannot be told."""
        outcomes = [outcome for outcome, _ in self._asked(parts, scene)]
        return True if z3.sat in outcomes else None if z3.unknown in outcomes else False

    def witness(self, parts: Sequence[Part], scene: Scene) -> Values | None:
        """Such values, where they come out so in the engine's own closures as well."""
        nodes = [part.node for part in parts]
        question = [*(self._part(part) for part in parts), *self._likely(nodes)]
        for outcome, model in self._solved(question, nodes, scene):
            if outcome == z3.sat:
                values = self._read(model, nodes)
                if self._come_out(parts, values):
                    return values
        return None

    def gap(self, fork: Fork, scene: Scene) -> Gap | None:
        """A value of something that no side takes, while one side takes a smaller value and another a larger one."""
        nodes = [part.node for side in fork.sides for part in side]
        sides = [z3.And([self._part(part) for part in side]) for side in fork.sides]
        loose = {leaf for node in self._loose for leaf in tree.leaves(node)}
        for moving in dict.fromkeys(leaf for node in nodes for leaf in tree.leaves(node)):
            reading = [
                number
                for number, side in enumerate(fork.sides)
                if any(moving in tree.leaves(part.node) for part in side)
            ]
            if moving.type.kind not in ORDERED or moving in loose or len(reading) < 2:
                continue
            here = self._variable(moving)
            less, more = z3.FreshConst(here.sort()), z3.FreshConst(here.sort())
            for first in reading:
                for second in (number for number in reading if number != first):
                    question = [
                        *self._likely(nodes),
                        less < here,
                        here < more,
                        z3.substitute(sides[first], (here, less)),
                        z3.substitute(sides[second], (here, more)),
                        *(z3.Not(side) for side in sides),
                    ]
                    for outcome, model in self._solved(question, nodes, scene):
                        if outcome != z3.sat:
                            continue
                        values = self._read(model, nodes)
                        below = {**values, moving: self._value(moving, model, less)}
                        above = {**values, moving: self._value(moving, model, more)}
                        if (
                            self._come_out(fork.sides[first], below)
                            and self._come_out(fork.sides[second], above)
                            and all(self._refuses(side, values) for side in fork.sides)
                        ):
                            others = {leaf: value for leaf, value in values.items() if leaf != moving}
                            return Gap(
                                leaf=moving,
                                value=values[moving],
                                first=fork.names[first],
                                second=fork.names[second],
                                others=others,
                            )
        return None

    # asking

    def _asked(self, parts: Sequence[Part], scene: Scene) -> Iterator[tuple[Any, Any]]:
        return self._solved([self._part(part) for part in parts], [part.node for part in parts], scene)

    def _solved(self, question: Sequence[Any], nodes: Sequence[tree.Node], scene: Scene) -> Iterator[tuple[Any, Any]]:
        """The outcome, and the values where there are any, for each state in which the guards are asked."""
        for state in self.worlds.standing(scene):
            solver = z3.Solver()
            solver.set("rlimit", STEPS)
            self._asked_for += 1
            if self._asked_for > QUESTIONS:
                yield z3.unknown, None
                continue
            solver.add(*question, *self._bounds(nodes, scene, state))
            outcome = solver.check()
            yield outcome, solver.model() if outcome == z3.sat else None

    def _bounds(self, nodes: Sequence[tree.Node], scene: Scene, state: str | None) -> Iterator[Any]:
        """What things can be in a state, as the small worlds have it."""
        for leaf in dict.fromkeys(leaf for node in nodes for leaf in tree.leaves(node)):
            domain = self.worlds.domain(leaf, nodes, scene, state)
            variable = self._variable(leaf)
            if variable is not None and leaf.type.kind in ("boolean", "choice", "state"):
                some = [variable == self._constant(value, leaf.type.kind) for value in domain if value is not None]
                if some:
                    yield z3.Or(some)
            if variable is not None and isinstance(leaf, tree.Count):
                yield variable >= 0
            if leaf in self._known and None not in domain:
                yield self._known[leaf]
            elif leaf in self._known and domain == (None,):
                yield z3.Not(self._known[leaf])
            if isinstance(leaf, tree.HappenedAt | tree.EnteredAt):
                now = self._variables.get(tree.Now())
                if now is not None:
                    yield variable <= now

    def _likely(self, nodes: Sequence[tree.Node]) -> Iterator[Any]:
        """Numbers and money are not below nought, unless the guards speak of such."""
        constants = [
            value for node in nodes for part in tree.walk(node) if is_number(value := getattr(part, "value", 0))
        ]
        if all(value >= 0 for value in constants):
            for leaf in dict.fromkeys(leaf for node in nodes for leaf in tree.leaves(node)):
                if is_amount(leaf):
                    yield self._variable(leaf) >= 0

    # terms

    def _part(self, part: Part) -> Any:
        term = self._term(part.node)
        return term if part.wanted else z3.Not(term)

    def _term(self, node: tree.Node) -> Any:
        """The term of a guard, or of a part of one; a variable of its own where there is none."""
        made = self._made(node)
        if made is None:
            made = self._loose.get(node)
            if made is None:
                made = self._loose[node] = z3.FreshConst(self._sort(node))
        return made

    def _made(self, node: tree.Node) -> Any:
        match node:
            case tree.Constant(value=value, type=type) | tree.Parameter(value=value, type=type):
                return self._constant(value, type.kind)
            case tree.Not(item=item):
                return z3.Not(self._term(item))
            case tree.And(items=items):
                return z3.And([self._term(item) for item in items])
            case tree.Or(items=items):
                return z3.Or([self._term(item) for item in items])
            case tree.Known(item=item) if tree.is_leaf(item):
                return self._known.setdefault(item, z3.FreshBool("known"))
            case tree.OneOf(item=item, values=values, negated=negated):
                constants = [self._constant(value, item.type.kind) for value in values]
                if any(constant is None for constant in constants):
                    return None
                some = z3.Or([self._term(item) == constant for constant in constants])
                return z3.Not(some) if negated else some
            case tree.Compare():
                return self._compared(node)
            case tree.Negate(item=item):
                return -self._term(item)
            case tree.Arithmetic():
                return self._calculated(node)
            case tree.Elapsed(later=later, earlier=earlier):
                return self._term(later) - self._term(earlier)
            case tree.Shift(
                moment=moment, period=tree.Constant(value=period) | tree.Parameter(value=period), sign=sign
            ):
                if period.kind == "elapsed" and not (period.ends_with_day or period.rolls_on):
                    return self._term(moment) + sign * period.microseconds
                return None
        return self._variable(node) if tree.is_leaf(node) else None

    def _compared(self, node: tree.Compare) -> Any:
        by_order = node.operator not in ("==", "!=")
        if node.left.type.kind == "list" or (by_order and node.left.type.kind not in (*ORDERED, "duration")):
            return None
        left, right = self._term(node.left), self._term(node.right)
        match node.operator:
            case "==":
                return left == right
            case "!=":
                return left != right
            case "<":
                return left < right
            case "<=":
                return left <= right
            case ">":
                return left > right
        return left >= right

    def _calculated(self, node: tree.Arithmetic) -> Any:
        left, right = self._term(node.left), self._term(node.right)
        match node.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
        if tree.leaves(node.right):
            return None
        return _real(left) / _real(right) if compile_given(node.right)({}) else None

    def _constant(self, value: Any, kind: str) -> Any:
        if isinstance(value, bool):
            return z3.BoolVal(value)
        if isinstance(value, int):
            return z3.IntVal(value)
        if isinstance(value, Fraction):
            return z3.RealVal(str(value))
        if isinstance(value, str) and kind in ("choice", "state", "text"):
            return z3.IntVal(self._words.setdefault(value, len(self._words)))
        if isinstance(value, Period) and value.kind == "elapsed":
            return z3.IntVal(value.microseconds)
        return None

    def _variable(self, leaf: tree.Node) -> Any:
        if leaf.type.kind in ("list", "instances"):
            return None
        if leaf not in self._variables:
            self._variables[leaf] = z3.FreshConst(self._sort(leaf))
        return self._variables[leaf]

    @staticmethod
    def _sort(node: tree.Node) -> Any:
        kind = node.type.kind
        if kind == "boolean":
            return z3.BoolSort()
        whole = isinstance(node, tree.Shift) or (tree.is_leaf(node) and kind != "number")
        return z3.IntSort() if whole or kind in ("period", "duration") else z3.RealSort()

    # values

    def _read(self, model: Any, nodes: Sequence[tree.Node]) -> Values:
        values: Values = {}
        for leaf in dict.fromkeys(leaf for node in nodes for leaf in tree.leaves(node)):
            variable = self._variable(leaf)
            unknown = leaf in self._known and not z3.is_true(model.eval(self._known[leaf], model_completion=True))
            values[leaf] = None if unknown or variable is None else self._value(leaf, model, variable)
        return values

    def _value(self, leaf: tree.Node, model: Any, variable: Any) -> Any:
        found = model.eval(variable, model_completion=True)
        if leaf.type.kind == "boolean":
            return z3.is_true(found)
        if leaf.type.kind == "number":
            if not z3.is_rational_value(found):
                return None
            value = Fraction(found.numerator_as_long(), found.denominator_as_long())
            return value.numerator if value.denominator == 1 else value
        number = found.as_long()
        if leaf.type.kind in ("choice", "state", "text"):
            return next((word for word, index in self._words.items() if index == number), "another")
        return number

    def _come_out(self, parts: Sequence[Part], values: Mapping[tree.Node, Any]) -> bool:
        calendar = self.worlds.pack.calendar
        return all(compile_given(part.node, calendar)(values) is part.wanted for part in parts)

    def _refuses(self, parts: Sequence[Part], values: Mapping[tree.Node, Any]) -> bool:
        calendar = self.worlds.pack.calendar
        return any(compile_given(part.node, calendar)(values) is (not part.wanted) for part in parts)


def is_number(value: Any) -> bool:
    """Whether it is a number in memory form."""
    return isinstance(value, int | Fraction)


def _real(term: Any) -> Any:
    return z3.ToReal(term) if z3.is_int(term) else term
