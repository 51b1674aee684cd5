"""Guards in which what cannot be tried out stands as one thing that may come out either way."""

from __future__ import annotations

from rulesengine.expressions import BOOLEAN, tree

#: kinds of values of which there are few
FEW = ("boolean", "choice", "state")
#: `map` of the leaf that stands for an opaque comparison; no map of a pack has such a name
OPAQUE = "?"


class Guards:
    """The guards of one pack, each made plain once."""

    def __init__(self) -> None:
        self._plain: dict[tree.Node, tree.Node] = {}
        self._opaque: dict[tree.Node, tree.Context] = {}

    def opaque(self, node: tree.Node) -> bool:
        """Whether there are comparisons in it of things of which neither is a constant."""
        return any(is_opaque(leaf) for leaf in tree.leaves(self.plain(node)))

    def behind(self, node: tree.Node) -> frozenset[tree.Node]:
        """What is read within the opaque comparisons of a guard."""
        inside = set(tree.leaves(self.plain(node)))
        return frozenset(
            leaf for original, mark in self._opaque.items() if mark in inside for leaf in tree.leaves(original)
        )

    def plain(self, node: tree.Node) -> tree.Node:
        """The guard with a leaf in the place of each opaque comparison: the same for the same, and for its opposite."""
        found = self._plain.get(node)
        if found is None:
            found = self._plain[node] = self._made_plain(node)
        return found

    def _made_plain(self, node: tree.Node) -> tree.Node:
        match node:
            case tree.And(items=items):
                return tree.And(tuple(self.plain(item) for item in items))
            case tree.Or(items=items):
                return tree.Or(tuple(self.plain(item) for item in items))
            case tree.Not(item=item):
                return tree.Not(self.plain(item))
            case tree.Known(item=item) | tree.OneOf(item=item) if tree.is_leaf(item) or not tree.leaves(item):
                return node
            case tree.Compare(left=left, right=right):
                sides = (left, right)
                few = all(side.type.kind in FEW and not tree.children(side) for side in sides)
                constant = [side for side in sides if not tree.leaves(side)]
                if few or len(constant) == 2 or (len(constant) == 1 and any(tree.is_leaf(side) for side in sides)):
                    return node
        if tree.is_leaf(node) or not tree.leaves(node):
            return node
        usual, opposite = _usual(node)
        mark = self._opaque.setdefault(usual, tree.Context(OPAQUE, str(len(self._opaque)), BOOLEAN))
        return tree.Not(mark) if opposite else mark


def is_opaque(leaf: tree.Node) -> bool:
    """Whether a leaf stands for an opaque comparison."""
    return isinstance(leaf, tree.Context) and leaf.map == OPAQUE


def _usual(node: tree.Node) -> tuple[tree.Node, bool]:
    """A comparison as `==`, `<` or `<=`, and whether it is the opposite of that."""
    match node:
        case tree.Compare(operator="!=", left=left, right=right):
            return tree.Compare("==", left, right), True
        case tree.Compare(operator=">=", left=left, right=right):
            return tree.Compare("<", left, right), True
        case tree.Compare(operator=">", left=left, right=right):
            return tree.Compare("<=", left, right), True
        case tree.Holds(item=item, list=held, negated=True):
            return tree.Holds(item, held), True
        case tree.OneOf(item=item, values=values, negated=True):
            return tree.OneOf(item, values), True
    return node, False
