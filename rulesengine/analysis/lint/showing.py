"""Values that prove a piece of advice, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rulesengine.expressions import tree
from rulesengine.rules.guards import Guard

#: values that are shown
SHOWN = 6


def shown(values: Mapping[tree.Node, Any], guards: Iterable[Guard]) -> str:
    """`price is 1.50 and method is normal`, in the order in which the guards name them."""
    told: dict[str, str] = {}
    for guard in guards:
        for leaf in guard.expression.leaves:
            if values.get(leaf.node) is not None and not isinstance(leaf.node, tree.State):
                told[leaf.label] = leaf.type.show(values[leaf.node])
    return " and ".join([f"{label} is {value}" for label, value in told.items()][:SHOWN]) or "any of them does"


def label_of(node: tree.Node, guards: Iterable[Guard]) -> str:
    """A leaf as the guards write it."""
    return next((leaf.label for guard in guards for leaf in guard.expression.leaves if leaf.node == node), "it")
