"""From Python's `ast` to the typed tree: every name known, every operator between types that go together."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import Literal, TypeVar

from rulesengine.diagnostics import finding
from rulesengine.expressions import comparisons, functions, names, operators, reading, tree
from rulesengine.expressions.conditions import Conditions
from rulesengine.expressions.findings import Findings, sentence
from rulesengine.expressions.scope import Place, Scope, misused
from rulesengine.expressions.types import BOOLEAN, INTEGER, NUMBER, TEXT
from rulesengine.money import exact

_Any = TypeVar("_Any")

_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*", "/"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


class Check:
    """One text being checked. Methods return None where something is wrong, after it was reported."""

    def __init__(
        self,
        source: reading.Source,
        *,
        scope: Scope,
        place: Place,
        findings: Findings,
        conditions: Conditions,
        depth: int = 0,
    ) -> None:
        self.source = source
        self.scope = scope
        self.place = place
        self.findings = findings
        self.conditions = conditions
        #: levels above this text, where it is a condition's
        self.depth = depth
        self.too_deep = False
        self.nodes = 0
        #: leaf or parameter -> how it is written
        self.labels: dict[tree.Node, str] = {}

    def inner(self, source: reading.Source, place: Place, level: int) -> Check:
        """The check of a condition with so many levels above it; whether it may use `now` is asked outside."""
        return Check(
            source,
            scope=Scope(symbols=self.scope.symbols, process=self.scope.process, rule=self.scope.rule),
            place=place,
            findings=self.findings,
            conditions=self.conditions,
            depth=level,
        )

    def report(self, code: str, where: ast.expr | reading.Token, message: str, help: str) -> _Any | None:
        """Report a finding. Always None, so that it can be returned."""
        span = (where.start, where.end) if isinstance(where, reading.Token) else self.source.span(where)
        rank = 1 if code.startswith("RE3") else 2
        self.findings.found.append((rank, span[0], finding(code, self.place(*span), sentence(message), help)))
        return None

    def misused(self, node: tree.Node, kind: str) -> bool:
        """Whether a node is a parameter whose value is to blame for not being of this kind; that is reported then."""
        if not isinstance(node, tree.Parameter):
            return False
        found = misused(self.scope.symbols, node.name, kind, self.scope.rule)
        if found is not None:
            self.findings.found.append((2, 0, found))
        return found is not None

    def text(self, node: ast.expr) -> str:
        """A node as it is written."""
        start, end = self.source.span(node)
        return self.source.text[start:end]

    def last(self, node: ast.expr) -> reading.Token:
        """The last word of a node: the fact of a dotted name."""
        return self.source.last(node)

    def leaf(self, node: ast.expr, leaf: tree.Node) -> tree.Node:
        """Keep how a leaf is written."""
        self.labels.setdefault(leaf, self.text(node))
        return leaf

    def value(self, node: ast.expr, depth: int = 1, hint: str = "") -> tree.Node | None:
        """The typed tree of a sub-expression. `hint` helps where it is an unknown bare name."""
        self.nodes += 1
        if self.depth + depth > reading.LEVELS:
            return self._deep(node)
        match node:
            case ast.Name():
                return names.bare(self, node, depth, hint)
            case ast.Attribute(value=ast.Call() as call):
                return functions.latest(self, call, node)
            case ast.Attribute():
                return names.dotted(self, node)
            case ast.Constant():
                return self._literal(node)
            case ast.BoolOp():
                return self._logic(node, depth)
            case ast.UnaryOp(op=ast.Not()):
                item = self._boolean(node.operand, depth + 1, "not")
                return None if item is None else tree.Not(item)
            case ast.UnaryOp(op=ast.USub()):
                item = self.value(node.operand, depth + 1)
                return None if item is None else operators.negate(self, node, item)
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
                if left is None or right is None:
                    return None
                return operators.arithmetic(self, node, _ARITHMETIC[type(node.op)], left, right)
            case ast.Compare():
                return comparisons.comparison(self, node, depth)
            case ast.Call():
                return functions.call(self, node, depth)
            case ast.List():
                return self.report("RE402", node, "A list only stands after in", "Write method in [normal, tracked].")
            case ast.Tuple():
                return self.report(
                    "RE402", node, "A comma only stands in a list or a call", "Lists are written in [ ]."
                )
        return self.report("RE402", node, "This cannot be used in an expression", "")

    def _deep(self, node: ast.expr) -> tree.Node | None:
        if not self.too_deep and not self.depth:
            help = "Give its parts names under conditions."
            self.report("RE403", node, f"The expression is more than {reading.LEVELS} levels deep", help)
        self.too_deep = True
        return None

    def _literal(self, node: ast.Constant) -> tree.Node:
        token = self.source.token(node)
        if token.kind == "text":
            return tree.Constant(token.text, TEXT)
        value = exact(Fraction(token.text))
        return tree.Constant(value, INTEGER if isinstance(value, int) else NUMBER)

    def _boolean(self, node: ast.expr, depth: int, operator: str, hint: str = "") -> tree.Node | None:
        item = self.value(node, depth, hint)
        if item is None or item.type == BOOLEAN:
            return item
        message = f"{operator} joins what is true or false; '{self.text(node)}' is {item.type.in_words}"
        if operator == "not":
            message = f"not turns what is true or false; '{self.text(node)}' is {item.type.in_words}"
        return self.report("RE404", node, message, hint or "Compare it with something.")

    def _logic(self, node: ast.BoolOp, depth: int) -> tree.Node | None:
        operator = "and" if isinstance(node.op, ast.And) else "or"
        items = []
        for index, value in enumerate(node.values):
            hint = self._list_hint(node.values[:index], value)
            items.append(self._boolean(value, depth + 1, operator, hint))
        kept = [item for item in items if item is not None]
        if len(kept) < len(items):
            return None
        return tree.And(tuple(kept)) if operator == "and" else tree.Or(tuple(kept))

    def _list_hint(self, before: list[ast.expr], value: ast.expr) -> str:
        """`method == normal or tracked` is not said that way: help with how it is."""
        match before, value:
            case [*_, ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Name(id=first)])], ast.Name(id=second):
                return f"Write {self.text(left)} in [{first}, {second}]."
        return ""
