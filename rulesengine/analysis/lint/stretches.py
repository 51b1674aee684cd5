"""The constants a thing is compared with, and a value for each stretch between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from rulesengine.expressions import Type, compile_given, tree
from rulesengine.loading.meaning.worlds import NOON

#: kinds of values in an order
ORDERED = ("money", "number", "integer", "moment", "date")


def constants_of(leaf: tree.Node, nodes: Sequence[tree.Node]) -> Iterator[Any]:
    """The values a leaf is compared with."""
    for node in dict.fromkeys(found for root in nodes for found in tree.walk(root)):
        if isinstance(node, tree.OneOf) and node.item == leaf:
            yield from node.values
        elif isinstance(node, tree.Compare) and leaf in (node.left, node.right):
            other = node.right if node.left == leaf else node.left
            value = compile_given(other)({}) if not tree.leaves(other) else None
            if value is not None:
                yield value


def stretches(constants: Sequence[Any], type: Type) -> tuple[Any, ...]:
    """Each constant, and a value below, between and above them."""
    if not constants:
        return (NOON,) if type.kind == "moment" else (1,)
    whole = type.kind != "number"
    edges = sorted(set(constants))
    found: set[Any] = {edges[0].__floor__() - 1, edges[-1].__ceil__() + 1}
    for edge in edges:
        if not whole or Fraction(edge).denominator == 1:
            found.add(edge if not whole else int(edge))
    for low, high in pairwise(edges):
        if not whole:
            found.add(Fraction(low + high) / 2)
        elif low.__floor__() + 1 <= high.__ceil__() - 1:
            found.add(low.__floor__() + 1)
    return tuple(sorted(found))


def likely_of(leaf: tree.Node, domain: tuple[Any, ...], nodes: Sequence[tree.Node]) -> tuple[Any, ...]:
    """Without what is below nought, unless the leaf is compared with something that is."""
    if not is_amount(leaf) or any(value < 0 for value in constants_of(leaf, nodes)):
        return domain
    return tuple(value for value in domain if value is None or value >= 0)


def is_amount(leaf: tree.Node) -> bool:
    """Whether a leaf is a number or money."""
    return leaf.type.kind in ("money", "number", "integer")
