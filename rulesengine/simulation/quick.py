"""A scenario written on the command line, piece by piece, in the order in which things happen.

    given item/A1 state=received price=80
    context seller.on_vacation=false
    claim.open by=buyer reason=damaged
    wait "3 days"
    at "2026-03-05 09:00:01"

A piece without `=` begins something: `given INSTANCE`, `context`, `wait PERIOD`, `at MOMENT`, or an event; pieces
with `=` after it say more about it. The pieces become a document like any scenario file, so every check, and the place
of every finding, is the same: the file is called `command line` and its one line is the command.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from rulesengine.diagnostics import Diagnostic, PackError, Span, did_you_mean, finding
from rulesengine.document import Node, read
from rulesengine.simulation.scenario import Scenario, from_document

FILE = "command line"
WORDS = ("given", "context", "wait", "at")
#: words of periods and moments that go on after their number and unit, or begin before the unit
OF_TIME = frozenset({"working", "business", "calendar", "on", "days", "hours", "minutes", "seconds", "weekdays", "z"})
#: what `name=value` after an event may say besides its facts
OF_EVENT = ("by", "target", "id")
OF_GIVEN = ("state", "under", "id", "entered")


class _Piece:
    """One argument and its place in the command."""

    def __init__(self, text: str, column: int) -> None:
        self.text = text
        self.column = column
        self.shown = shlex.quote(text)

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """The place of a part of the argument."""
        shift = self.column + self.shown.find(self.text) if self.text in self.shown else self.column
        last = len(self.text) if end is None else end
        return Span(FILE, 1, shift + start, 1, shift + max(last, start + 1))

    def node(self, start: int = 0, end: int | None = None) -> Node:
        """The argument, or a part of it, as text."""
        return Node(span=self.span(start, end), value=self.text[start:end], keys={})


def command_line(pack: str, start: str, pieces: Sequence[str]) -> str:
    """The line that findings in `command line` speak of."""
    return " ".join(piece.shown for piece in _placed(pack, start, pieces))


def quick_scenario(pack: str, start: str, pieces: Sequence[str]) -> Scenario:
    """The scenario of a command. PackError where the pieces make none; its places are those of `command_line`."""
    _, _, _, placed_pack, _, placed_start, *placed = _placed(pack, start, pieces)
    report: list[Diagnostic] = []
    document = _Writer(report).document(placed_pack, placed_start, placed)
    if report:
        raise PackError(report)
    return from_document(document, [], FILE)


def _placed(pack: str, start: str, pieces: Sequence[str]) -> list[_Piece]:
    """The whole command, as it can be typed again."""
    placed: list[_Piece] = []
    column = 1
    for text in ("rulesengine", "simulate", "--pack", pack, "--start", start, *pieces):
        placed.append(_Piece(text, column))
        column += len(placed[-1].shown) + 1
    return placed


class _Writer:
    def __init__(self, report: list[Diagnostic]) -> None:
        self.report = report

    def document(self, pack: _Piece, start: _Piece, pieces: Sequence[_Piece]) -> Node:
        top = {"scenario": _text("From the command line", pack.span()), "pack": pack.node(), "start": start.node()}
        given: list[Node] = []
        context: dict[str, Node] = {}
        steps: list[Node] = []
        places = list(pieces)
        self.torn(start, places)
        while places:
            piece = places.pop(0)
            if "=" in piece.text:
                self.say(piece, f"'{piece.text}' stands before anything it could belong to.", "Begin with an event.")
            elif piece.text in WORDS and piece.text != "context" and (not places or "=" in places[0].text):
                needs = {"given": "an instance, such as item/A1", "wait": "a period, such as '3 days'"}
                self.say(piece, f"'{piece.text}' needs {needs.get(piece.text, 'a moment')} behind it.")
            elif piece.text == "given":
                given.append(self.given(places.pop(0), _values(places)))
            elif piece.text == "context":
                self.context(context if not steps else None, _values(places), context, steps, piece)
            elif piece.text in ("wait", "at"):
                key = "after" if piece.text == "wait" else "at"
                timed = places.pop(0)
                steps.append(_map({key: (piece.span(), timed.node())}))
                self.torn(timed, places)
            elif "." in piece.text:
                steps.append(self.event(piece, _values(places)))
            else:
                self.say(piece, f"'{piece.text}' begins nothing known here.", _help(piece.text))
                break  # what comes after may belong to what was meant
        if not steps:
            steps.append(_map({"note": (start.span(), _text("The start.", start.span()))}))
        parts = {key: (node.span, node) for key, node in top.items()}
        if given:
            parts["given"] = (given[0].span, Node(span=given[0].span, value=given, keys={}))
        if context:
            parts["context"] = (pack.span(), _map({name: (node.span, node) for name, node in context.items()}))
        parts["steps"] = (steps[0].span, Node(span=steps[0].span, value=steps, keys={}))
        return _map(parts)

    def torn(self, first: _Piece, rest: list[_Piece]) -> None:
        """Takes the pieces that belong to a moment or a period which was written without quotes."""
        torn = [first]
        while rest and not _begins(rest[0].text, after=torn[-1].text):
            torn.append(rest.pop(0))
        if len(torn) > 1:
            text = " ".join(piece.text for piece in torn)
            place = Span(FILE, 1, first.span().column, 1, torn[-1].span().end_column)
            message = f"'{text}' came in {len(torn)} pieces."
            self.report.append(finding("RE205", place, message, f"Put quotes around '{text}'."))

    def say(self, piece: _Piece, message: str, help: str = "") -> None:
        self.report.append(finding("RE205", piece.span(), message, help))

    def given(self, instance: _Piece, values: Sequence[_Piece]) -> Node:
        process, slash, _ = instance.text.partition("/")
        parts = {"process": (instance.span(), instance.node(0, len(process)))}
        if slash:
            parts["id"] = (instance.span(), instance.node(len(process) + 1))
        return self.filled(parts, values, OF_GIVEN)

    def event(self, piece: _Piece, values: Sequence[_Piece]) -> Node:
        return self.filled({"event": (piece.span(), piece.node())}, values, OF_EVENT)

    def filled(self, parts: dict[str, tuple[Span, Node]], values: Sequence[_Piece], own: Sequence[str]) -> Node:
        facts: dict[str, tuple[Span, Node]] = {}
        for piece in values:
            name, value = self.value(piece)
            if name in own:
                # a target, an id or a moment is text, whatever it looks like
                parts[name] = (piece.span(0, len(name)), piece.node(len(name) + 1))
            else:
                facts[name] = (piece.span(0, len(name)), value)
        if facts:
            parts["facts"] = (values[0].span(), _map(facts))
        return _map(parts)

    def context(
        self,
        start: dict[str, Node] | None,
        values: Sequence[_Piece],
        known: dict[str, Node],
        steps: list[Node],
        piece: _Piece,
    ) -> None:
        groups: dict[str, dict[str, tuple[Span, Node]]] = {}
        for item in values:
            name, value = self.value(item)
            group, dot, fact = name.partition(".")
            if not dot:
                self.say(item, f"'{name}' does not say whose fact it is.", "Write context seller.on_vacation=true.")
                continue
            groups.setdefault(group, {})[fact] = (item.span(0, len(name)), value)
        if start is None:
            written = {group: (piece.span(), _map(facts)) for group, facts in groups.items()}
            steps.append(_map({"context": (piece.span(), _map(written))}))
            return
        for group, facts in groups.items():
            before = known.get(group)
            said = before.value if before is not None and isinstance(before.value, dict) else {}
            start[group] = _map({**{name: (node.span, node) for name, node in said.items()}, **facts})

    def value(self, piece: _Piece) -> tuple[str, Node]:
        """Name and value of `name=value`; the value is read as in a file: numbers, true and false, [lists]."""
        name, _, text = piece.text.partition("=")
        place = piece.span(len(name) + 1)
        node, found = read(text, FILE) if text.strip() else (None, [])
        if node is None or any(diagnostic.severity == "error" for diagnostic in found) or isinstance(node.value, dict):
            return name, _text(text, place)
        return name, _at(node, place)


def _begins(text: str, *, after: str) -> bool:
    """Whether a piece is one of its own and not the rest of a moment or a period: `hours`, `09:00:00.5`, `+02:00`."""
    if not text or "=" in text or text in WORDS:
        return True
    if after.isdecimal() and "." not in text:
        return False
    return text[0].isalpha() and text.lower() not in OF_TIME


def _values(pieces: list[_Piece]) -> list[_Piece]:
    """Takes the `name=value` pieces at the head of the list."""
    taken = []
    while pieces and "=" in pieces[0].text:
        taken.append(pieces.pop(0))
    return taken


def _at(node: Node, place: Span) -> Node:
    value: Any = node.value
    if isinstance(value, list):
        value = [_at(item, place) for item in value]
    return Node(span=place, value=value, keys={})


def _text(text: str, place: Span) -> Node:
    return Node(span=place, value=text, keys={})


def _map(parts: dict[str, tuple[Span, Node]]) -> Node:
    first = next(iter(parts.values()))[1].span
    return Node(
        span=first, value={k: v for k, (_, v) in parts.items()}, keys={k: place for k, (place, _) in parts.items()}
    )


def _help(word: str) -> str:
    likely = did_you_mean(word, WORDS)
    return likely if likely.startswith("Did") else "Write an event as process.event, or given, context, wait, at."
