"""The small mistakes that are made in a pack, one at a time: a period a unit too long, `<` for `<=`, a guard forgotten.

Each is a place of the merged document and what would stand there instead. What a mistake means is found out as for the
pack itself: the changed document is built anew, and where `check` refuses it, it is no mistake that could go unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.expressions import split_window
from rulesengine.loading.naming import child, entries, words
from rulesengine.pack import Pack
from rulesengine.rules.reading import SYSTEM
from rulesengine.timing import TimingError, parse_period

Operator = Literal[
    "period",
    "kind of period",
    "end of period",
    "bound",
    "choice dropped",
    "comparison",
    "guard dropped",
    "guard negated",
    "target swapped",
    "actor added",
    "deadline removed",
    "limit removed",
]
#: keys and positions that lead to a value of a document
Path = tuple[str | int, ...]

#: sections of a process with rules
RULES = ("transitions", "deadlines", "limits")
PERIODS = ("within", "after", "grace", "remind")
ENDINGS = ("ends", "rolls", "counting")
WINDOWS = ("not_before", "not_after")
BOUNDS = ("at_most", "at_least", "times")
GUARDS = ("when", "unless", "refuse_when", "only_when")

_PERIOD = re.compile(r"([0-9]+) (working )?(second|minute|hour|day|week|month|year)s?( on working days)?")
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")
#: a comparison outside of quotes
_COMPARISON = re.compile(r""""[^"]*"|'[^']*'|(?P<sign>==|!=|<=|>=|<|>)""")
_QUOTED_PERIOD = re.compile(r"""period\(\s*["'](?P<period>[^"']+)["']\s*\)""")
_JOINED = re.compile(r"\b(?:and|or|not|in)\b")
OTHER_SIGN = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """A pack with one mistake. `rule` is what it is made in: `claim.solve`, a parameter, or a condition."""

    operator: Operator
    rule: str
    #: the mistake in words, the same from run to run: `within: 3 days → 4 days`
    change: str
    place: Span
    path: Path
    #: what stands there instead; None: it is taken out
    node: Node | None


def mutants_of(pack: Pack) -> list[Mutant]:
    """Every mistake that is tried in a pack, in the order of its document; no two of them are the same."""
    found = list(_parameters(pack.document, pack.digits))
    for process, body in entries(pack.document, "processes"):
        found += _process(pack, process, body)
    return list({(m.path, repr(_bare(m.node))): m for m in found}.values())


def mutated(document: Node, path: Path, node: Node | None) -> Node:
    """The document with another value at a path, or without the value there."""
    key, *rest = path
    if isinstance(key, int):
        assert isinstance(document.value, list)
        before, after = document.value[:key], document.value[key + 1 :]
        inner = mutated(document.value[key], tuple(rest), node) if rest else node
        return msgspec.structs.replace(document, value=[*before, *([inner] if inner is not None else []), *after])
    assert isinstance(document.value, dict)
    if rest:
        return _with(document, key, mutated(document.value[key], tuple(rest), node))
    return _with(document, key, node)


def _with(document: Node, key: str, node: Node | None) -> Node:
    assert isinstance(document.value, dict)
    if node is None:
        return msgspec.structs.replace(document, value={k: v for k, v in document.value.items() if k != key})
    keys = document.keys if key in document.keys else {**document.keys, key: node.span}
    return msgspec.structs.replace(document, value={**document.value, key: node}, keys=keys)


def _bare(node: Node | None) -> object:
    """A value without places, to be compared."""
    if node is None or not isinstance(node.value, dict | list):
        return None if node is None else node.value
    if isinstance(node.value, list):
        return [_bare(item) for item in node.value]
    return {key: _bare(inner) for key, inner in node.value.items()}


# where mistakes are made


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """A value of the document in which mistakes are made. `word` says which it is."""

    rule: str
    word: str
    path: Path
    node: Node

    def below(self, key: str | int, node: Node, word: str = "") -> _Place:
        return _Place(rule=self.rule, word=word or self.word, path=(*self.path, key), node=node)

    def other(self, operator: Operator, value: str | int | Decimal, shown: str = "") -> Mutant:
        """Another value in this place."""
        node = msgspec.structs.replace(self.node, value=value)
        return self.mutant(operator, shown or f"{_said(self.node)} → {value}", self.path, node)

    def mutant(
        self, operator: Operator, change: str, path: Path, node: Node | None, place: Span | None = None
    ) -> Mutant:
        said = f"{self.word}: {change}" if self.word else change
        place = place if place is not None else self.node.span
        return Mutant(operator=operator, rule=self.rule, change=said, place=place, path=path, node=node)


def _said(node: Node) -> str:
    return " ".join(str(node.value).split())


def _parameters(document: Node, digits: int) -> Iterator[Mutant]:
    for name, node in entries(document, "parameters"):
        place = _Place(rule=name, word="", path=("parameters", name), node=node)
        yield from _parameter(place, digits)
        for reading, inner in entries(node, "readings"):
            word = f"reading {reading}"
            yield from _parameter(place.below("readings", node).below(reading, inner, word), digits)
    for variant, body in entries(document, "variants"):
        for name, node in entries(body, "parameters"):
            path = ("variants", variant, "parameters", name)
            yield from _parameter(_Place(rule=name, word=f"variant {variant}", path=path, node=node), digits)


def _parameter(place: _Place, digits: int) -> Iterator[Mutant]:
    """Mistakes in the value of a parameter, in its long form or its short one."""
    if not isinstance(place.node.value, dict):
        yield from _value(place, digits)
        return
    value = child(place.node, "value")
    if value is not None:
        yield from _value(place.below("value", value), digits)
    yield from _endings(place)


def _value(place: _Place, digits: int) -> Iterator[Mutant]:
    value = place.node.value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield from (place.other("bound", stepped) for stepped in _around(Decimal(value), _last_digit(value)))
    elif amount := _AMOUNT.fullmatch(str(value)):
        for stepped in _around(Decimal(amount[1]), Decimal(1).scaleb(-digits)):
            yield place.other("bound", f"{stepped} {amount[2]}")
    else:
        yield from _period(place)


def _process(pack: Pack, process: str, body: Node) -> Iterator[Mutant]:
    for name, node in entries(body, "conditions"):
        path = ("processes", process, "conditions", name)
        if isinstance(node.value, str):
            yield from _expression(_Place(rule=f"{process}.{name}", word="condition", path=path, node=node))
    kinds = {rule.rule: rule.type.kind for rule in pack.processes[process].limits if rule.type is not None}
    for section in RULES:
        inner = child(body, section)
        for name, node in entries(body, section):
            assert inner is not None
            place = _Place(rule=f"{process}.{name}", word="", path=("processes", process, section, name), node=node)
            kind = kinds.get(place.rule, "number")
            yield from _rule(place, kind, pack.digits)
            for reading, changed in entries(node, "readings"):
                word = f"reading {reading}"
                yield from _rule(place.below("readings", node).below(reading, changed, word), kind, pack.digits)
            if section == "transitions":
                yield from _target(place, tuple(state for state, _ in entries(body, "states")))
                yield from _actor(place, _acting(body, pack.actors))
            else:
                operator: Operator = "deadline removed" if section == "deadlines" else "limit removed"
                yield place.mutant(operator, operator, place.path, None, inner.keys[name])


def _rule(place: _Place, kind: str, digits: int) -> Iterator[Mutant]:
    """Mistakes in what a rule says itself, or under one of its readings."""
    found: list[tuple[tuple[str, ...], Callable[[_Place], Iterator[Mutant]]]] = [
        (PERIODS, _period),
        (WINDOWS, _window),
        (BOUNDS, lambda bound: _bound(bound, "integer" if bound.path[-1] == "times" else kind, digits)),
        (GUARDS, _guard),
    ]
    for key, node in entries(place.node):
        word = f"{place.word}, {key}" if place.word else key
        here = place.below(key, node, word)
        for keys, kinds in found:
            if key in keys:
                for item in _items(here):
                    yield from kinds(item)
        if key == "one_of" and isinstance(node.value, list) and len(node.value) > 1:
            for item in _items(here):
                yield item.mutant("choice dropped", f"without {_said(item.node)}", item.path, None)
    yield from _endings(place)


def _items(place: _Place) -> Iterator[_Place]:
    if isinstance(place.node.value, list):
        yield from (place.below(at, item) for at, item in enumerate(place.node.value))
    else:
        yield place


# periods


def _period(place: _Place) -> Iterator[Mutant]:
    for operator, other in periods_like(_said(place.node)):
        yield place.other(operator, other)


def periods_like(text: str) -> Iterator[tuple[Operator, str]]:
    """Periods that somebody may have meant by a text: one unit more or less, and the same of another kind.

    None for what is no period, such as a parameter's name. Weeks and months have no working kind.
    """
    match = _PERIOD.fullmatch(text)
    if match is None:
        try:
            match = _PERIOD.fullmatch(str(parse_period(text)))
        except TimingError:
            return
        if match is None:
            return
    number, working, unit, on = int(match[1]), match[2] or "", match[3], match[4] or ""
    for other in (number - 1, number + 1):
        if other > 0:
            yield "period", _written(other, working, unit, on)
    if unit == "day":
        yield "kind of period", _written(number, "" if working else "working ", unit, "")
    elif unit == "hour" and not working:
        yield "kind of period", _written(number, "", unit, "" if on else " on working days")


def _written(number: int, working: str, unit: str, on: str) -> str:
    return f"{number} {working}{unit}{'' if number == 1 else 's'}{on}"


def _window(place: _Place) -> Iterator[Mutant]:
    try:
        window = split_window(str(place.node.value))
    except ValueError:
        return
    text = str(place.node.value)
    for operator, other in periods_like(window.period):
        end = window.period_offset + len(window.period)
        changed = f"{text[: window.period_offset]}{other}{text[end:]}"
        yield place.other(operator, changed)


def _endings(place: _Place) -> Iterator[Mutant]:
    """The end of a day, the next working day or the counting of the law forgotten."""
    for key, node in entries(place.node):
        if key in ENDINGS:
            here = place.below(key, node, f"{place.word}, {key}" if place.word else key)
            yield here.mutant("end of period", f"without {_said(node)}", here.path, None)


# bounds


def _bound(place: _Place, kind: str, digits: int) -> Iterator[Mutant]:
    """One smallest unit more and less: a cent, one, or the last digit that is written."""
    value = place.node.value
    plain = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind not in ("money", "number", "integer"):
        return
    step = Decimal(1).scaleb(-digits) if kind == "money" else Decimal(1)
    if plain and kind == "number":
        assert isinstance(value, int | Decimal)
        step = _last_digit(value)
    if plain:
        assert isinstance(value, int | Decimal)
        yield from (place.other("bound", stepped) for stepped in _around(Decimal(value), step))
    elif isinstance(value, str):
        text = value if re.fullmatch(r"[\w.]+", value) else f"({value})"
        for sign in "-+":
            yield place.other("bound", f"{text} {sign} {step}")


def _around(value: Decimal, step: Decimal) -> Iterator[int | Decimal]:
    for other in (value - step, value + step):
        if other >= 0:
            yield int(other) if other == other.to_integral_value() and step == 1 else other


def _last_digit(value: int | Decimal) -> Decimal:
    exponent = Decimal(value).as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent)) if isinstance(exponent, int) else Decimal(1)


# guards and conditions


def _guard(place: _Place) -> Iterator[Mutant]:
    text = str(place.node.value)
    listed = isinstance(place.path[-1], int)
    key = str(place.path[-2] if listed else place.path[-1])
    # without its one condition a limit is none: that is tried as well
    if key in ("when", "unless"):
        yield place.mutant("guard dropped", f"without {_said(place.node)}", place.path, None)
    if isinstance(place.node.value, str):
        signs = [match["sign"] for match in _COMPARISON.finditer(text) if match["sign"]]
        # == for != is the negation already
        if not (signs in (["=="], ["!="]) and not _JOINED.search(text)):
            yield place.other("guard negated", f"not ({text})")
        yield from _expression(place)


def _expression(place: _Place) -> Iterator[Mutant]:
    """Comparisons and periods in an expression."""
    text = str(place.node.value)

    def changed(operator: Operator, start: int, end: int, other: str) -> Mutant:
        found = f"{text[:start]}{other}{text[end:]}"
        node = msgspec.structs.replace(place.node, value=found)
        shown = " → ".join(" ".join(one.split()) for one in (text, found))
        return place.mutant(operator, shown, place.path, node, place.node.inside(start, end))

    for match in _COMPARISON.finditer(text):
        if match["sign"]:
            yield changed("comparison", *match.span("sign"), OTHER_SIGN[match["sign"]])
    for match in _QUOTED_PERIOD.finditer(text):
        for operator, other in periods_like(match["period"]):
            yield changed(operator, *match.span("period"), other)


# transitions


def _target(place: _Place, states: Sequence[str]) -> Iterator[Mutant]:
    """The state that is declared after the right one; after the last the first."""
    to = child(place.node, "to")
    if to is not None and str(to.value) in states and len(states) > 1:
        following = states[(states.index(str(to.value)) + 1) % len(states)]
        yield place.below("to", to, "to").other("target swapped", following)


def _actor(place: _Place, acting: Sequence[str]) -> Iterator[Mutant]:
    """One more actor: the first who acts in this process and may not do this, else the first who may not."""
    by = child(place.node, "by")
    allowed = [str(node.value) for node in words(place.node, "by")]
    other = next((actor for actor in acting if actor not in allowed), None)
    if by is None or other is None:
        return
    listed = [Node(span=by.span, value=actor) for actor in (*allowed, other)]
    node = Node(span=by.span, value=[*listed])
    place = place.below("by", by, "by")
    yield place.mutant("actor added", f"{', '.join(allowed)} → {', '.join((*allowed, other))}", place.path, node)


def _acting(process: Node, actors: Sequence[str]) -> list[str]:
    """The actors of a pack, those who do something in a process first."""
    here = {str(node.value) for _, rule in entries(process, "transitions") for node in words(rule, "by")}
    outside = [actor for actor in actors if actor != SYSTEM]
    return sorted(outside, key=lambda actor: actor not in here)


__all__ = ["Mutant", "Operator", "mutants_of", "mutated", "periods_like"]
