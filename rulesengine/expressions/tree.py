"""The typed tree: the one meaning of an expression.

Nodes are frozen values without places; two nodes that mean the same are equal, so a leaf can be the key of a map.

Leaves, each with its `type`:
`Fact`, `Stored`, `AncestorFact`, `Context`, `State`, `AncestorState`, `Now`, `Count`, `All`, `Open`, `Latest`,
`LatestState`, `Total`, `Happened`, `HappenedAt`, `EnteredAt`, `Overdue`, `Missed`.
Constants: `Constant`, `Parameter`. Operators: `Not`, `And`, `Or`, `Compare`, `OneOf`, `Holds`, `Known`, `Negate`,
`Arithmetic`, `Shift`, `Elapsed`.
Where a leaf's `process` is empty, it speaks of the instance itself; else of the related instances.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import msgspec

from rulesengine.expressions.types import BOOLEAN, DURATION, INTEGER, MOMENT, Type


class Constant(msgspec.Struct, frozen=True):
    """A value written in the expression: a number, text, true or false, a period, a choice or state."""

    value: Any
    type: Type


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of the pack and its value."""

    name: str
    value: Any
    type: Type


class Fact(msgspec.Struct, frozen=True):
    """A fact of the instance itself: the event's value where it carries one."""

    name: str
    type: Type


class Stored(msgspec.Struct, frozen=True):
    """`was.method`: a fact of the instance as it is stored."""

    name: str
    type: Type


class AncestorFact(msgspec.Struct, frozen=True):
    """`item.price`."""

    process: str
    name: str
    type: Type


class Context(msgspec.Struct, frozen=True):
    """`seller.on_vacation`: a fact about the world outside the case."""

    map: str
    name: str
    type: Type


class State(msgspec.Struct, frozen=True):
    """`state`: of the instance itself."""

    type: Type


class AncestorState(msgspec.Struct, frozen=True):
    """`item.state`."""

    process: str
    type: Type


class Now(msgspec.Struct, frozen=True):
    """`now`: only as one side of an order comparison."""

    type: Type = MOMENT


class Count(msgspec.Struct, frozen=True):
    """`count(claim)`; with states, of the instances in one of them."""

    process: str
    states: tuple[str, ...] = ()
    type: Type = INTEGER


class All(msgspec.Struct, frozen=True):
    """`all(line, shipped)`; true where there is none."""

    process: str
    state: str
    type: Type = BOOLEAN


class Open(msgspec.Struct, frozen=True):
    """`open(retraction)`: some instance is in none of the `final` states."""

    process: str
    final: tuple[str, ...]
    type: Type = BOOLEAN


class Latest(msgspec.Struct, frozen=True):
    """`latest(return).delivered_at`; unknown where there is none."""

    process: str
    name: str
    type: Type


class LatestState(msgspec.Struct, frozen=True):
    """`latest(return).state`."""

    process: str
    type: Type


class Total(msgspec.Struct, frozen=True):
    """`total(refund.amount)`; unknown where one amount is, nought where there is none."""

    process: str
    name: str
    type: Type


class Happened(msgspec.Struct, frozen=True):
    """`happened(event)`."""

    process: str
    event: str
    type: Type = BOOLEAN


class HappenedAt(msgspec.Struct, frozen=True):
    """`happened_at(event)`: the latest moment; unknown where it never happened."""

    process: str
    event: str
    type: Type = MOMENT


class EnteredAt(msgspec.Struct, frozen=True):
    """`entered_at(state)`: the latest moment; unknown where it was never entered."""

    process: str
    state: str
    type: Type = MOMENT


class Overdue(msgspec.Struct, frozen=True):
    """`overdue(deadline)`."""

    process: str
    deadline: str
    type: Type = BOOLEAN


class Missed(msgspec.Struct, frozen=True):
    """`missed(deadline)`."""

    process: str
    deadline: str
    type: Type = BOOLEAN


class Not(msgspec.Struct, frozen=True):
    """`not item`."""

    item: Node
    type: Type = BOOLEAN


class And(msgspec.Struct, frozen=True):
    """All items, or a chain of comparisons."""

    items: tuple[Node, ...]
    type: Type = BOOLEAN


class Or(msgspec.Struct, frozen=True):
    """Any of the items."""

    items: tuple[Node, ...]
    type: Type = BOOLEAN


Operator = Literal["==", "!=", "<", "<=", ">", ">="]


class Compare(msgspec.Struct, frozen=True):
    """Two sides of types that go together. By order, ranked choices compare by their rank."""

    operator: Operator
    left: Node
    right: Node
    type: Type = BOOLEAN


class OneOf(msgspec.Struct, frozen=True):
    """`item in [a, b]`; `values` are in memory form."""

    item: Node
    values: tuple[Any, ...]
    negated: bool = False
    type: Type = BOOLEAN


class Holds(msgspec.Struct, frozen=True):
    """`item in tags`: a list fact holds the item."""

    item: Node
    list: Node
    negated: bool = False
    type: Type = BOOLEAN


class Known(msgspec.Struct, frozen=True):
    """`known(item)`: never unknown itself."""

    item: Node
    type: Type = BOOLEAN


class Negate(msgspec.Struct, frozen=True):
    """`-item`."""

    item: Node
    type: Type


class Arithmetic(msgspec.Struct, frozen=True):
    """Exact arithmetic; division by zero is unknown."""

    operator: Literal["+", "-", "*", "/"]
    left: Node
    right: Node
    type: Type


class Shift(msgspec.Struct, frozen=True):
    """A moment moved by a period on the calendar; `sign` is 1 or -1."""

    moment: Node
    period: Node
    sign: int
    type: Type = MOMENT


class Elapsed(msgspec.Struct, frozen=True):
    """Moment minus moment, in microseconds."""

    later: Node
    earlier: Node
    type: Type = DURATION


Leaf: TypeAlias = (
    Fact
    | Stored
    | AncestorFact
    | Context
    | State
    | AncestorState
    | Now
    | Count
    | All
    | Open
    | Latest
    | LatestState
    | Total
    | Happened
    | HappenedAt
    | EnteredAt
    | Overdue
    | Missed
)
Node: TypeAlias = (
    Leaf
    | Constant
    | Parameter
    | Not
    | And
    | Or
    | Compare
    | OneOf
    | Holds
    | Known
    | Negate
    | Arithmetic
    | Shift
    | Elapsed
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node; none for leaves and constants."""
    match node:
        case Not(item=item) | Known(item=item) | Negate(item=item) | OneOf(item=item):
            return (item,)
        case And(items=items) | Or(items=items):
            return items
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case Holds(item=item, list=held):
            return (item, held)
        case Shift(moment=moment, period=period):
            return (moment, period)
        case Elapsed(later=later, earlier=earlier):
            return (later, earlier)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order they are written."""
    yield node
    for child in children(node):
        yield from walk(child)


def levels(node: Node) -> int:
    """How deep a tree is: 1 for a leaf."""
    return 1 + max((levels(child) for child in children(node)), default=0)


def is_leaf(node: Node) -> bool:
    """Whether a node reads something: neither a constant nor an operator."""
    return not children(node) and not isinstance(node, Constant | Parameter)


def leaves(node: Node) -> tuple[Node, ...]:
    """The distinct leaves of a tree, in the order they are written."""
    return tuple(dict.fromkeys(found for found in walk(node) if is_leaf(found)))
