"""The values that may make a difference to some guards, taken from the guards themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

from rulesengine.expressions import Type, tree
from rulesengine.loading.meaning.history import History
from rulesengine.loading.meaning.worlds import NOON
from rulesengine.timing import Calendar, Period

DAY = 86_400_000_000
#: 1970-01-01 as a proleptic ordinal
EPOCH = 719_163
#: values tried for one number, moment or text
VALUES = 14
#: made-up instances of one process
CROWD = 5


class Values:
    """Choices, numbers and those beside them, moments as far from each other as the guards count, words, instances."""

    def __init__(self, nodes: Sequence[tree.Node], calendar_of: Callable[[], Calendar]) -> None:
        self.nodes = nodes
        self.calendar_of = calendar_of
        #: the leaves of which a guard asks whether they are known
        self.asked = {node.item for node in nodes if isinstance(node, tree.Known)}
        self.numbers = self._numbers()
        self.moments = self._moments()

    def _numbers(self) -> list[Fraction]:
        """The numbers the guards name."""
        found: set[Fraction] = set()
        for node in self.nodes:
            values: Iterable[Any] = ()
            if isinstance(node, tree.Constant | tree.Parameter) and (node.type.numeric or node.type.kind == "money"):
                values = (node.value,)
            elif isinstance(node, tree.OneOf) and (node.item.type.numeric or node.item.type.kind == "money"):
                values = node.values
            found.update(Fraction(value) for value in values if value is not None)
        return sorted(found)

    def _moments(self) -> list[int]:
        """Noon, and that far from it as the guards count."""
        found = [NOON, NOON + DAY]
        for node in self.nodes:
            if isinstance(node, tree.Constant | tree.Parameter) and isinstance(node.value, Period):
                try:
                    moment = self.calendar_of().add(NOON, node.value).due
                except (ValueError, OverflowError):
                    continue
                found.extend((moment, moment + 1, 2 * NOON - moment, 2 * NOON - moment - 1))
        return list(dict.fromkeys(found))[:VALUES]

    def possible(self, leaf: tree.Node, type: Type) -> Sequence[Any]:
        """Values of a type that may make a difference; unknown only where a guard asks for it."""
        found = self.known(type)
        return (*found, None) if leaf in self.asked else found

    def known(self, type: Type) -> tuple[Any, ...]:
        match type.kind:
            case "boolean":
                return (False, True)
            case "choice" | "state":
                return type.choices
            case "money" | "number" | "integer":
                return self._near(whole=type.kind != "number", unit=10**type.digits if type.kind == "money" else 1)
            case "moment":
                return tuple(self.moments)
            case "date":
                return (NOON // DAY + EPOCH, NOON // DAY + EPOCH + 1)
            case "text":
                return (*self._words(), "other")
            case "list":
                words = type.choices or self._words()
                return ((), *((word,) for word in words), tuple(words))
            case "instances":
                return ((), (f"{type.process}/1",))
        return (None,)

    def _near(self, *, whole: bool, unit: int) -> tuple[Any, ...]:
        found: set[Any] = {0, unit} if self.numbers else {0, unit, 2 * unit}
        for number in self.numbers:
            if number.denominator == 1:
                found.update((int(number) - 1, int(number), int(number) + 1))
            else:
                found.update((number.__floor__(), number.__ceil__(), *(() if whole else (number,))))
        floor = 0 if all(number >= 0 for number in self.numbers) else min(self.numbers) - 1
        return tuple(sorted(value for value in found if value >= floor))[:VALUES]

    def _words(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for node in self.nodes:
            if isinstance(node, tree.Constant) and isinstance(node.value, str) and node.type.kind not in ("state",):
                found[node.value] = None
            elif isinstance(node, tree.OneOf) and node.item.type.kind == "text":
                found.update(dict.fromkeys(node.values))
        return tuple(found)[:VALUES]

    def crowds(self, process: str, history: History) -> list[tuple[str, ...]]:
        """How many related instances of a process there may be, and in which states."""
        named = {
            state
            for node in self.nodes
            if isinstance(node, tree.Count | tree.All | tree.EnteredAt) and node.process == process
            for state in (node.states if isinstance(node, tree.Count) else (node.state,))
        }
        named |= {
            node.value
            for node in self.nodes
            if isinstance(node, tree.Constant) and node.type.kind == "state" and node.type.process == process
        }
        named |= {
            value
            for node in self.nodes
            if isinstance(node, tree.OneOf) and isinstance(node.item, tree.LatestState) and node.item.process == process
            for value in node.values
        }
        some = [state for state in history.states if state in named]
        for group in (history.final, [s for s in history.states if s not in history.final]):
            some.extend([state for state in group if state not in named][:1])
        most = max([int(n) for n in self.numbers if 0 <= n < CROWD], default=1)
        found: list[tuple[str, ...]] = [(), *((state,) for state in some)]
        ordered = any(
            isinstance(node, tree.Latest | tree.LatestState) and node.process == process for node in self.nodes
        )
        found.extend(product(some, repeat=2) if ordered else combinations_with_replacement(some, 2))
        found.extend((state,) * number for number in range(3, min(most + 1, CROWD) + 1) for state in some)
        return found
