"""From Python's `ast` to the typed tree: every name known, every operator between types that go together."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import Any, Literal, TypeVar

import msgspec

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding
from rulesengine.expressions import names, operators, reading, tree
from rulesengine.expressions.scope import Place, ProcessSymbols, Scope
from rulesengine.expressions.types import BOOLEAN, INTEGER, NUMBER, TEXT, Type
from rulesengine.money import exact

#: Nodes of one tree, with its conditions filled in.
NODES = 1_000

_Any = TypeVar("_Any")

_COMPARES: dict[type[ast.cmpop], tree.Operator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], Literal["+", "-", "*", "/"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


class Findings(msgspec.Struct):
    """What was found in one expression and the conditions it uses: (rank, position, finding)."""

    found: list[tuple[int, int, Diagnostic]] = []

    def best_first(self) -> list[Diagnostic]:
        """What is most likely the cause first: unreadable text, unknown names, then types; each by place."""
        return list(dict.fromkeys(diagnostic for _, _, diagnostic in sorted(self.found, key=lambda f: f[:2])))


class Conditions(msgspec.Struct):
    """The conditions met while one expression is checked: each is read once."""

    #: name -> tree, its levels and nodes; None where it has faults of its own
    read: dict[str, tuple[tree.Node, int, int] | None] = {}
    #: the conditions that are being read, outermost first
    stack: list[str] = []


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

    def report(self, code: str, where: ast.expr | reading.Token, message: str, help: str) -> _Any | None:
        """Report a finding. Always None, so that it can be returned."""
        span = (where.start, where.end) if isinstance(where, reading.Token) else self.source.span(where)
        rank = 1 if code.startswith("RE3") else 2
        self.findings.found.append((rank, span[0], finding(code, self.place(*span), message, help)))
        return None

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
                return self._comparison(node, depth)
            case ast.Call():
                return names.call(self, node, depth)
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

    # comparisons

    def _comparison(self, node: ast.Compare, depth: int) -> tree.Node | None:
        if any(isinstance(operator, ast.In | ast.NotIn) for operator in node.ops):
            return self._membership(node, depth)
        operands = [node.left, *node.comparators]
        symbols = [_COMPARES.get(type(operator)) for operator in node.ops]
        if None in symbols:
            return self.report("RE402", node, "This cannot be used in an expression", "")
        ordered = [operator for operator in symbols if operator]
        items = self._operands(operands, ordered, depth + 1)
        pairs: list[tree.Node] = []
        for index, operator in enumerate(ordered):
            left, right = items[index], items[index + 1]
            if left is None or right is None:
                continue
            spot = (operands[index], operands[index + 1])
            pair = operators.compare(self, spot, operator, left, right)
            if pair is not None:
                pairs.append(pair)
        if len(pairs) < len(ordered):
            return None
        return pairs[0] if len(pairs) == 1 else tree.And(tuple(pairs))

    def _operands(self, operands: list[ast.expr], ordered: list[tree.Operator], depth: int) -> list[tree.Node | None]:
        """The sides of a comparison. A bare word beside a choice or a state is its value."""
        items: list[tree.Node | None] = [
            None if isinstance(operand, ast.Name) else self.value(operand, depth) for operand in operands
        ]
        types: list[Type | None] = []
        for item, operand in zip(items, operands, strict=True):
            known = names.type_of_name(self, operand.id) if isinstance(operand, ast.Name) else None
            types.append(item.type if item else known)
        for index, operand in enumerate(operands):
            if not isinstance(operand, ast.Name):
                continue
            if operand.id == "now":
                items[index] = self._now(operand, operands, ordered, index)
                continue
            before = types[index - 1] if index else None
            after = types[index + 1] if index + 1 < len(operands) else None
            own = types[index]
            near = [type for type in (before, None if own and own.words else after) if type and type.words]
            fitting = next((type for type in near if operand.id in type.choices), None)
            if fitting is not None:
                items[index] = tree.Constant(operand.id, fitting)
                types[index] = fitting
            elif own is None and near:
                items[index] = self.unknown_word(operand, near[0])
            elif own is None and self._faulty(operands, items, types, index):
                # it may well be a value of the other side, whose own fault is reported
                continue
            else:
                text = next((type for type in (before, after) if type and type.kind in ("text", "list")), None)
                hint = f'Text is written in quotes: "{operand.id}".' if own is None and text else ""
                items[index] = self.value(operand, depth, hint)
        return items

    def _faulty(
        self, operands: list[ast.expr], items: list[tree.Node | None], types: list[Type | None], index: int
    ) -> bool:
        """Whether a neighbour of a bare word has a fault that is reported already."""
        if index and items[index - 1] is None and types[index - 1] is None:
            return True
        after = index + 1
        return after < len(operands) and not isinstance(operands[after], ast.Name) and items[after] is None

    def unknown_word(self, node: ast.Name, type: Type) -> tree.Node | None:
        """Report a bare word that is no value of the type it is compared with."""
        if type.kind == "state":
            return self.report("RE301", node, *names.no_state(node.id, type.process, type.choices))
        return self.report("RE309", node, f"'{node.id}' is none of the choices", did_you_mean(node.id, type.choices))

    def _now(
        self, node: ast.Name, operands: list[ast.expr], ordered: list[tree.Operator], index: int
    ) -> tree.Node | None:
        if not self.scope.now_allowed:
            help = "Here a value must not change by time alone; name a moment of the case."
            return self.report("RE406", node, "now may not be used here", help)
        beside = ordered[max(index - 1, 0) : index + 1]
        neighbours = operands[max(index - 1, 0) : index] + operands[index + 1 : index + 2]
        if any(operator in ("==", "!=") for operator in beside):
            help = "Write <, <=, > or >=."
            return self.report("RE406", node, "now is compared by order only", help)
        if any(isinstance(other, ast.Name) and other.id == "now" for other in neighbours):
            return self.report("RE406", node, "now is compared with itself", "Name a moment on the other side.")
        return self.leaf(node, tree.Now())

    def _membership(self, node: ast.Compare, depth: int) -> tree.Node | None:
        if len(node.ops) > 1:
            return self.report("RE402", node, "in cannot be chained", "Join the comparisons with and.")
        negated = isinstance(node.ops[0], ast.NotIn)
        held = node.comparators[0]
        if isinstance(held, ast.Tuple):
            return self.report("RE402", held, "A list is written in [ ]", f"Write [{self.text(held).strip('()')}].")
        if isinstance(held, ast.List):
            item = self.value(node.left, depth + 1)
            return self._one_of(node, item, held, negated)
        collection = self.value(held, depth + 1)
        if collection is None:
            return None
        if isinstance(node.left, ast.Name) and node.left.id in collection.type.choices:
            item = tree.Constant(node.left.id, collection.type)
            return tree.Holds(item, collection, negated) if collection.type.kind == "list" else None
        item = self.value(node.left, depth + 1)
        if item is None:
            return None
        if collection.type.kind != "list":
            message = f"'{self.text(held)}' is {collection.type.in_words}, not a list"
            help = f"Write {self.text(node.left)} == {self.text(held)}, or a list in [ ]."
            return self.report("RE404", held, message, help)
        if item.type.kind not in ("text", "choice"):
            message = f"The list '{self.text(held)}' holds text, not {item.type.in_words}"
            return self.report("RE404", node.left, message, "Look for text in it.")
        words = collection.type.choices
        if words and isinstance(item, tree.Constant) and item.value not in words:
            return self.report(
                "RE309", node.left, f"'{item.value}' is none of the choices", did_you_mean(item.value, words)
            )
        return tree.Holds(item, collection, negated)

    def _one_of(self, node: ast.Compare, item: tree.Node | None, held: ast.List, negated: bool) -> tree.Node | None:
        if not held.elts:
            return self.report("RE404", held, "The list is empty", "Nothing is ever in an empty list.")
        values: list[Any] = []
        for element in held.elts:
            self.nodes += 1
            constant = self._element(element, item)
            if constant is None or item is None:
                continue
            pair = operators.compare(self, (node.left, element), "==", item, constant)
            if isinstance(pair, tree.Compare) and isinstance(pair.right, tree.Constant | tree.Parameter):
                values.append(pair.right.value)
        if item is None or len(values) < len(held.elts):
            return None
        return tree.OneOf(item, tuple(dict.fromkeys(values)), negated)

    def _element(self, element: ast.expr, item: tree.Node | None) -> tree.Node | None:
        if isinstance(element, ast.Name):
            if item is not None and item.type.words:
                if element.id in item.type.choices:
                    return tree.Constant(element.id, item.type)
                if names.type_of_name(self, element.id) is None:
                    return self.unknown_word(element, item.type)
            elif item is None and names.type_of_name(self, element.id) is None:
                return None
        hint = ""
        if isinstance(element, ast.Name) and item is not None and item.type.kind == "text":
            hint = f'Text is written in quotes: "{element.id}".'
        constant = self.value(element, 2, hint)
        if constant is None or isinstance(constant, tree.Constant | tree.Parameter):
            return constant
        help = "Compare with each in turn, joined by or."
        return self.report("RE402", element, "A list holds fixed values", help)

    # conditions

    def condition(self, node: ast.Name, process: ProcessSymbols, depth: int) -> tree.Node | None:
        """A condition's expression in place of its name."""
        known, name = self.conditions, node.id
        if name in known.stack:
            circle = " → ".join([*known.stack[known.stack.index(name) :], name])
            help = f"The circle is {circle}."
            return self.report("RE408", node, f"The condition '{name}' refers to itself", help)
        if name not in known.read:
            text, place = process.conditions[name]
            entry = self._read_condition(name, text, place, depth)
            if entry is None and self.too_deep:
                return self._deep_condition(node)
            known.read[name] = entry
        found = known.read[name]
        if found is None:
            return None
        item, levels, nodes = found
        if self.depth + depth + levels > reading.LEVELS:
            self.too_deep = True
            return self._deep_condition(node)
        self.nodes += nodes
        if self.nodes > NODES:
            message = f"With its conditions filled in, the expression has more than {NODES:,} parts"
            return self.report("RE403", node, message, "Use each condition fewer times.")
        for leaf in tree.walk(item):
            if isinstance(leaf, tree.Now) and not self.scope.now_allowed:
                help = "Here a value must not change by time alone; name a moment of the case."
                return self.report("RE406", node, f"The condition '{name}' uses now, which may not be used here", help)
        return item

    def _deep_condition(self, node: ast.Name) -> tree.Node | None:
        if self.depth:
            return None
        message = f"With its conditions filled in, the expression is more than {reading.LEVELS} levels deep"
        return self.report("RE403", node, message, "Let fewer conditions build on each other.")

    def _read_condition(self, name: str, text: str, place: Place, depth: int) -> tuple[tree.Node, int, int] | None:
        source = read_source(text, place, self.findings)
        if source is None:
            return None
        scope = Scope(symbols=self.scope.symbols, process=self.scope.process)
        inner = Check(
            source,
            scope=scope,
            place=place,
            findings=self.findings,
            conditions=self.conditions,
            depth=self.depth + depth,
        )
        self.conditions.stack.append(name)
        try:
            item = inner.value(source.tree)
        finally:
            self.conditions.stack.pop()
        self.too_deep = self.too_deep or inner.too_deep
        if item is None:
            return None
        item = operators.fit(inner, source.tree, item, BOOLEAN)
        if item is None:
            return None
        for leaf, label in inner.labels.items():
            self.labels.setdefault(leaf, label)
        return item, tree.levels(item), inner.nodes


def read_source(text: str, place: Place, findings: Findings) -> reading.Source | None:
    """Read a text; what is wrong with it goes to the findings."""

    def report(code: str, start: int, end: int, message: str, help: str) -> None:
        findings.found.append((0, start, finding(code, place(start, end), message, help)))

    return reading.read(text, report)
