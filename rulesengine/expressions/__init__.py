"""Expressions of packs: a small, typed subset of Python's.

`compile_expression` reads a text, checks every name and type, and compiles a closure. Text is parsed by Python's own
`ast` and never handed to `eval`. The typed tree (`rulesengine.expressions.tree`) is the one meaning; the closures are
made from it, and `compile_given` evaluates the same tree under assumed values.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import msgspec

from rulesengine.diagnostics import Diagnostic, Span
from rulesengine.expressions import comparisons, names, operators, tree
from rulesengine.expressions.check import Check
from rulesengine.expressions.closures import compile_given, compile_tree
from rulesengine.expressions.conditions import Conditions
from rulesengine.expressions.findings import Findings
from rulesengine.expressions.reads import Read, reads
from rulesengine.expressions.scope import (
    Env,
    Evaluate,
    ParameterValue,
    Place,
    ProcessSymbols,
    Scope,
    Symbols,
    View,
    misused,
)
from rulesengine.expressions.types import (
    BOOLEAN,
    DATE,
    DURATION,
    INTEGER,
    MOMENT,
    NUMBER,
    PERIOD,
    TEXT,
    Type,
    money,
    type_of,
)
from rulesengine.expressions.vocabulary import RESERVED
from rulesengine.expressions.window import Window, split_window

__all__ = [
    "BOOLEAN",
    "DATE",
    "DURATION",
    "INTEGER",
    "MOMENT",
    "NUMBER",
    "PERIOD",
    "RESERVED",
    "TEXT",
    "Env",
    "Expression",
    "Leaf",
    "ParameterValue",
    "Place",
    "ProcessSymbols",
    "Read",
    "Scope",
    "Symbols",
    "Type",
    "View",
    "Window",
    "compile_expression",
    "compile_given",
    "compile_tree",
    "misused",
    "money",
    "split_window",
    "type_of",
]


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """Something an expression reads, for giving reasons: how it is written, its type, and its value.

    `fixed` marks parameters. `type.show(evaluate(env))` is its value as text.
    """

    label: str
    type: Type
    evaluate: Evaluate
    node: tree.Node
    fixed: bool = False


class Expression(msgspec.Struct, frozen=True, kw_only=True):
    """A checked and compiled expression; conditions are filled in.

    `evaluate(env)` is its value in memory form, or None where it is unknown; it never raises. `leaves` are what it
    reads, and the parameters in it, in the order they are written. `context` names the context facts it reads,
    `reads` what it depends on in the case: (process or "" for the instance itself, kind, name).
    """

    text: str
    type: Type
    tree: tree.Node
    evaluate: Evaluate
    leaves: tuple[Leaf, ...]
    context: tuple[str, ...]
    reads: frozenset[Read]
    uses_now: bool
    #: where the text stands
    place: Span


def compile_expression(
    text: str, *, place: Place, scope: Scope, want: Type | None, report: Callable[[Diagnostic], Any]
) -> Expression | None:
    """Read, check and compile an expression; None where something is wrong.

    `place(start, end)` gives the place of characters of the text, `want` the type the expression must have (None: any),
    `report` takes every finding, the most likely cause first.
    """
    findings = Findings()
    checked = _check(text, place, scope, want, findings)
    diagnostics = findings.best_first()
    for diagnostic in diagnostics:
        report(diagnostic)
    if checked is None or diagnostics:
        return None
    node, labels = checked
    read = tree.leaves(node)
    return Expression(
        text=text,
        type=node.type,
        tree=node,
        evaluate=compile_tree(node),
        leaves=tuple(
            Leaf(
                label=label,
                type=leaf.type,
                evaluate=compile_tree(leaf),
                node=leaf,
                fixed=isinstance(leaf, tree.Parameter),
            )
            for leaf in dict.fromkeys(tree.walk(node))
            if (label := labels.get(leaf)) is not None
        ),
        context=tuple(f"{leaf.map}.{leaf.name}" for leaf in read if isinstance(leaf, tree.Context)),
        reads=reads(node),
        uses_now=any(isinstance(leaf, tree.Now) for leaf in read),
        place=place(0, len(text)),
    )


def _check(
    text: str, place: Place, scope: Scope, want: Type | None, findings: Findings
) -> tuple[tree.Node, dict[tree.Node, str]] | None:
    source = findings.read(text, place)
    if source is None:
        return None
    conditions = Conditions()
    check = Check(source, scope=scope, place=place, findings=findings, conditions=conditions)
    root = source.tree
    if want is not None and want.words and isinstance(root, ast.Name):
        if root.id in want.choices:
            return tree.Constant(root.id, want), {}
        if names.type_of_name(check, root.id) is None:
            comparisons.unknown_word(check, root, want)
            return None
    node = check.value(root)
    if node is None:
        return None
    if want is not None:
        node = operators.fit(check, root, node, want)
    return None if node is None else (node, check.labels)
