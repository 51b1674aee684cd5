"""Which types go together, and what comes of it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from rulesengine.diagnostics import did_you_mean
from rulesengine.expressions import tree
from rulesengine.expressions.calculating import calculate
from rulesengine.expressions.types import DATE, DURATION, INTEGER, NUMBER, Type
from rulesengine.facts import read_date
from rulesengine.money import exact

if TYPE_CHECKING:
    from rulesengine.expressions.check import Check

_VERBS = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by"}
#: what helps where a value of a kind is wanted
_NAMED = {
    "moment": "Name a moment: a fact of type datetime, happened_at(ship) or entered_at(shipped).",
    "date": 'Name a fact of type date, or write one in quotes: "2026-03-02".',
    "money": "Name a fact of type money, or write the bare number: 40.",
    "number": "Name a fact that is a number, or write one: 0.5.",
    "integer": "Name a fact that is a whole number, or write one: 3.",
    "text": "Name a fact of type text, or write it in quotes.",
}
_ELAPSED_ONLY = "Only hours and minutes measure the time between two moments."


def _literal(node: tree.Node) -> bool:
    """A number written as such, which may stand for money of the pack's currency."""
    return isinstance(node, tree.Constant) and node.type.numeric


def _as_money(node: tree.Node, type: Type) -> tree.Node:
    assert isinstance(node, tree.Constant)
    return tree.Constant(exact(node.value * 10**type.digits), type)


def _joint(left: tree.Node, right: tree.Node) -> tuple[tree.Node, tree.Node] | None:
    """Both sides as numbers, or both as money, where that is what they are."""
    if left.type.numeric and right.type.numeric:
        return left, right
    if left.type.kind == "money" and right.type.kind == "money":
        return left, right
    if left.type.kind == "money" and _literal(right):
        return left, _as_money(right, left.type)
    if right.type.kind == "money" and _literal(left):
        return _as_money(left, right.type), right
    return None


def negate(check: Check, node: ast.UnaryOp, item: tree.Node) -> tree.Node | None:
    """`-item`."""
    if not (item.type.numeric or item.type.kind == "money"):
        return check.report("RE404", node, f"{_sentence(item.type)} has no opposite", "Only money and numbers have.")
    if isinstance(item, tree.Constant):
        return tree.Constant(-item.value, item.type)
    return tree.Negate(item, item.type)


def arithmetic(
    check: Check, node: ast.BinOp, operator: Literal["+", "-", "*", "/"], left: tree.Node, right: tree.Node
) -> tree.Node | None:
    """`left operator right`."""
    if operator == "/" and isinstance(right, tree.Constant | tree.Parameter) and right.value == 0:
        return check.report("RE404", node.right, "A division by zero is always unknown", "Divide by something else.")
    kinds = (left.type.kind, right.type.kind)
    if operator in ("+", "-"):
        if joint := _joint(left, right):
            return _calculate(operator, *joint, _number_type(left, right) or joint[0].type)
        if kinds == ("moment", "period"):
            return tree.Shift(left, right, 1 if operator == "+" else -1)
        if kinds == ("period", "moment") and operator == "+":
            return tree.Shift(right, left, 1)
        if kinds == ("moment", "moment") and operator == "-":
            return tree.Elapsed(left, right)
    elif operator == "*":
        if left.type.numeric and right.type.numeric:
            return _calculate(operator, left, right, _number_type(left, right) or NUMBER)
        if left.type.kind == "money" and right.type.numeric:
            return _calculate(operator, left, right, left.type)
        if left.type.numeric and right.type.kind == "money":
            return _calculate(operator, left, right, right.type)
    elif right.type.numeric and (left.type.numeric or left.type.kind == "money"):
        return _calculate(operator, left, right, left.type if left.type.kind == "money" else NUMBER)
    elif kinds == ("money", "money"):
        return _calculate(operator, left, right, NUMBER)
    for one, other in ((left, right), (right, left)):
        if check.misused(one, _beside(operator, other.type)):
            return None
    first, second = (right, left) if operator == "-" else (left, right)
    message = f"{_sentence(first.type)} cannot be {_VERBS[operator]} {second.type.in_words}"
    return check.report("RE404", node, message, _arithmetic_help(operator, left, right))


def _beside(operator: str, other: Type) -> str:
    """The kind a parameter should have to be calculated with a value of another type; "" where none would do."""
    if operator in ("*", "/"):
        return "number" if other.numeric or other.kind == "money" else ""
    if other.kind == "moment":
        return "period"
    return other.kind if other.numeric or other.kind == "money" else ""


def _number_type(left: tree.Node, right: tree.Node) -> Type | None:
    if left.type.numeric and right.type.numeric:
        return INTEGER if left.type.kind == right.type.kind == "integer" else NUMBER
    return None


def _calculate(operator: Literal["+", "-", "*", "/"], left: tree.Node, right: tree.Node, type: Type) -> tree.Node:
    """The operation, done at once where both sides are written as numbers."""
    if not (isinstance(left, tree.Constant) and isinstance(right, tree.Constant)):
        return tree.Arithmetic(operator, left, right, type)
    value = calculate(operator, left.value, right.value)
    if type.numeric:
        type = INTEGER if isinstance(value, int) else NUMBER
    return tree.Constant(value, type)


def _arithmetic_help(operator: str, left: tree.Node, right: tree.Node) -> str:
    kinds = {left.type.kind, right.type.kind}
    if kinds & {"choice", "state", "boolean", "list", "instances", "text"}:
        return "Arithmetic takes money, numbers, and moments with periods."
    if kinds == {"period"}:
        return "Add periods to a moment one after the other."
    if "date" in kinds:
        return "Dates are compared only; use a moment to count from."
    if kinds == {"moment"} or "duration" in kinds:
        return 'Moments are moved by periods: shipped_at + period("48 hours").'
    if "period" in kinds:
        return "A period is added to a moment or subtracted from one."
    if "moment" in kinds:
        return 'Write a period with its unit: shipped_at + period("48 hours").'
    if kinds == {"money"}:
        return "Multiply money by a number."
    if operator in ("+", "-") and "money" in kinds:
        return "Write the number as money: a parameter with its currency, such as 200 EUR, or a bare number."
    return ""


def compare(
    check: Check,
    places: tuple[ast.expr, ast.expr],
    operator: tree.Operator,
    left: tree.Node,
    right: tree.Node,
) -> tree.Node | None:
    """`left operator right`, for one pair of a comparison; `places` are where the sides are written."""
    ordered = operator not in ("==", "!=")
    if joint := _joint(left, right):
        return tree.Compare(operator, *joint)
    kinds = (left.type.kind, right.type.kind)
    if left.type.words and left.type.kind == right.type.kind:
        return _compare_words(check, places, operator, left, right)
    if kinds in (("moment", "moment"), ("date", "date"), ("duration", "duration")):
        return tree.Compare(operator, left, right)
    if set(kinds) == {"date", "text"}:
        return _compare_date(check, places, operator, left, right)
    if set(kinds) == {"duration", "period"}:
        return _compare_duration(check, places, operator, left, right)
    if kinds == ("text", "text"):
        if ordered:
            return check.report("RE407", places[1], "Text has no order", "Compare text by == and != only.")
        return tree.Compare(operator, left, right)
    if left.type.kind == right.type.kind:
        return _same_but_not_comparable(check, places, ordered, left)
    for one, other in ((left, right), (right, left)):
        if check.misused(one, "period" if other.type.kind == "duration" else other.type.kind):
            return None
    message = f"{_sentence(left.type)} cannot be compared with {right.type.in_words}"
    return check.report("RE404", places[1], message, _compare_help(left, right, check.text(places[0])))


def _compare_words(
    check: Check,
    places: tuple[ast.expr, ast.expr],
    operator: tree.Operator,
    left: tree.Node,
    right: tree.Node,
) -> tree.Node | None:
    a, b = left.type, right.type
    if not set(a.choices) & set(b.choices) or a.process != b.process:
        message = "These two never have a value in common"
        return check.report(
            "RE404", places[1], message, f"One has {', '.join(a.choices)}; the other {', '.join(b.choices)}."
        )
    if operator not in ("==", "!="):
        if not (a.ranked and b.ranked):
            what = "States have" if a.kind == "state" else "These choices have"
            help = (
                "Compare by == or in."
                if a.kind == "state"
                else "Rank them with worse_to_better, or compare by == or in."
            )
            return check.report("RE407", places[1], f"{what} no order", help)
        if a.ranked != b.ranked:
            return check.report("RE404", places[1], "These choices are ranked in different lists", "Compare by ==.")
        for side, place in zip((left, right), places, strict=True):
            if isinstance(side, tree.Constant) and side.value not in a.ranked:
                help = f"Ranked are, worse to better: {', '.join(a.ranked)}."
                return check.report("RE407", place, f"'{side.value}' has no rank among the choices", help)
    return tree.Compare(operator, left, right)


def _compare_date(
    check: Check,
    places: tuple[ast.expr, ast.expr],
    operator: tree.Operator,
    left: tree.Node,
    right: tree.Node,
) -> tree.Node | None:
    """A date with one written as text."""
    text, place = (right, places[1]) if left.type == DATE else (left, places[0])
    if not isinstance(text, tree.Constant):
        return check.report("RE404", places[1], "A date cannot be compared with text", 'Write "2026-03-02".')
    try:
        date = tree.Constant(read_date(text.value), DATE)
    except ValueError as error:
        return check.report("RE404", place, str(error).capitalize(), 'Write "2026-03-02".')
    return tree.Compare(operator, left, date) if left.type == DATE else tree.Compare(operator, date, right)


def _compare_duration(
    check: Check,
    places: tuple[ast.expr, ast.expr],
    operator: tree.Operator,
    left: tree.Node,
    right: tree.Node,
) -> tree.Node | None:
    """Elapsed time with a period of hours or minutes; the period becomes its microseconds."""
    place = places[0] if left.type.kind == "period" else places[1]
    sides: list[tree.Node] = []
    for side in (left, right):
        if side.type.kind == "duration":
            sides.append(side)
            continue
        assert isinstance(side, tree.Constant | tree.Parameter)
        period = side.value
        if period.kind != "elapsed" or period.ends_with_day or period.rolls_on:
            help = f'{_ELAPSED_ONLY} Compare moments: now > shipped_at + period("{period}").'
            return check.report("RE404", place, f"'{period}' is no fixed length of time", help)
        length: tree.Node = tree.Constant(period.microseconds, DURATION)
        if isinstance(side, tree.Parameter):
            length = check.leaf(place, tree.Parameter(side.name, period.microseconds, DURATION))
        sides.append(length)
    return tree.Compare(operator, sides[0], sides[1])


def _same_but_not_comparable(
    check: Check, places: tuple[ast.expr, ast.expr], ordered: bool, left: tree.Node
) -> tree.Node | None:
    kind = left.type.kind
    if kind == "boolean":
        code = "RE407" if ordered else "RE404"
        text = check.text(places[0])
        help = f"Write {text}, or not {text}."
        return check.report(code, places[1], "What is true or false is not compared", help)
    if kind == "period":
        return check.report("RE404", places[1], "Periods are not compared with each other", _ELAPSED_ONLY)
    return check.report("RE404", places[1], "Lists are not compared with each other", "Look for one entry with in.")


def _compare_help(left: tree.Node, right: tree.Node, written: str) -> str:
    words, other = (left, right) if left.type.words else (right, left)
    kinds = {left.type.kind, right.type.kind}
    if words.type.words and isinstance(other, tree.Constant) and other.type.kind == "text":
        if other.value in words.type.choices:
            return f"Write the word without quotes: {other.value}."
        return did_you_mean(other.value, words.type.choices)
    if words.type.words and {left.type.kind, right.type.kind} == {"choice", "state"}:
        return "Compare states with states, and choices with choices."
    if "list" in kinds:
        return "Look for one entry of a list with in."
    if kinds == {"boolean"} or "boolean" in kinds:
        return f"What is true or false stands alone: {written}." if left.type.kind == "boolean" else ""
    if "money" in kinds and kinds & {"number", "integer"}:
        return "Write the number as money: a parameter with its currency, such as 200 EUR, or a bare number."
    if kinds == {"moment", "period"}:
        return 'Move a moment by the period: now > shipped_at + period("48 hours").'
    if "duration" in kinds:
        return 'Write a period in hours or minutes: period("48 hours").'
    if kinds == {"moment", "text"}:
        return "Expressions hold no dates: compare with a fact of type datetime, or a moment and a period after it."
    if "moment" in kinds:
        return "Compare a moment with another moment."
    if "text" in kinds and kinds & {"number", "integer", "money"}:
        number = left if left.type.kind == "text" else right
        if isinstance(number, tree.Constant):
            return "Write the number without quotes."
    return ""


def fit(check: Check, place: ast.expr, node: tree.Node, want: Type) -> tree.Node | None:
    """The tree as a value of the wanted type; a finding where it is of another."""
    have = node.type
    if have.kind == want.kind and have.kind in ("choice", "list", "state") and want.choices:
        odd = [word for word in have.choices if word not in want.choices]
        if isinstance(node, tree.Constant) or (have.choices and not odd):
            return node
        message = f"It may be {odd[0]}, which is none of the choices here" if odd else "It may hold any text"
        return check.report("RE410", place, message, f"Expected one of {', '.join(want.choices)}.")
    if have.kind == want.kind or (want.kind == "number" and have.kind == "integer"):
        return node
    if want.kind == "money" and _literal(node):
        return _as_money(node, want)
    if want.kind == "date" and isinstance(node, tree.Constant) and have.kind == "text":
        try:
            return tree.Constant(read_date(node.value), DATE)
        except ValueError as error:
            return check.report("RE410", place, str(error).capitalize(), 'Write "2026-03-02".')
    if check.misused(node, want.kind):
        return None
    help = _NAMED.get(want.kind, f"Write {want.in_words}, or name something that is.")
    if want.kind == "boolean":
        help = "Compare it with something, or name what is true or false."
    elif want.words and isinstance(node, tree.Constant) and have.kind == "text":
        known = node.value in want.choices
        help = f"Write the word without quotes: {node.value}." if known else did_you_mean(node.value, want.choices)
    elif want.kind == "money" and have.numeric:
        help = "Give the parameter its currency, such as 200 EUR."
    elif want.kind == "integer" and have.kind == "number":
        help = "A division or a fraction need not be whole."
    return check.report("RE410", place, f"Expected {want.in_words}, not {have.in_words}", help)


def _sentence(type: Type) -> str:
    words = type.in_words
    return words[0].upper() + words[1:]
