"""From the parser's events to nodes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding
from rulesengine.document.errors import MAX_FINDINGS, explained
from rulesengine.document.node import Node
from rulesengine.document.scalars import mistaken, scalar
from rulesengine.document.text import between, place_from, shown, start_of

#: levels of maps and lists
MAX_DEPTH = 64
#: values of a document, with those that aliases stand for
MAX_NODES = 100_000

#: anchors and tags with the blanks and comments behind them
_PROPERTIES = re.compile(r"(?:[&!]\S*|\s+|#[^\r\n]*)+")
#: what stands before a key that is what follows a decimal comma
_BEFORE_COMMA = re.compile(r"(?<![\w.,])(-?[0-9]{1,20}|-?[0-9]{1,3}(?:\.[0-9]{3}){1,4}),\Z")
_TAG = re.compile(r"!\S*")


class _Anchor(NamedTuple):
    node: Node
    size: int
    height: int


class _GivenUpError(Exception):
    """Nothing more of this document can be read."""


class Composer:
    """Composes one document. The recursion is as deep as the nesting, which is bounded."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.found: list[Diagnostic] = []
        self.events: Iterator[Any] = _events(text)
        self.nodes = 0
        #: None: the value is still being read
        self.anchors: dict[str, _Anchor | None] = {}
        #: the keys that lead to the value being read
        self.path: list[str] = []

    def document(self) -> Node | None:
        """The document's value; None where there is none or it cannot be read. `found` says why."""
        node: Node | None = None
        try:
            for event in self.events:
                if isinstance(event, yaml.DocumentStartEvent) and node is not None:
                    message = "A second document begins here."
                    self.report("RE111", self.span(event), message, "Keep one document per file.")
                    return node
                if isinstance(event, yaml.DocumentStartEvent) and (event.version or event.tags):
                    message = "Directives are not supported: every text is read in the same way."
                    self.report("RE109", self.span(event), message, "Take the lines that begin with '%' away.")
                if isinstance(event, yaml.NodeEvent):
                    node, _, _ = self.node(event, 1)
        except yaml.YAMLError as fault:
            self.found.extend(explained(fault, self.text, self.file))
            return None
        except _GivenUpError:
            return None
        if node is None or (node.value is None and not self.found):
            self.report("RE111", start_of(self.file), "There is nothing in the document.", "Write its keys and values.")
            return None
        return node

    def report(self, code: str, span: Span, message: str, help: str) -> None:
        if len(self.found) < MAX_FINDINGS:
            self.found.append(finding(code, span, message, help))

    def span(self, event: Any) -> Span:
        return between(event.start_mark, event.end_mark, self.file)

    def node(self, event: Any, depth: int) -> tuple[Node, int, int]:
        """The node that begins with this event, how many values it holds, and how many levels."""
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.alias(event, depth)
        self.count(1, event)
        if kind is yaml.ScalarEvent:
            node, size, height = self.scalar(event), 1, 0
        else:
            if depth > MAX_DEPTH:
                self.give_up_depth(self.span(event))
            self.check_tag(event)
            if event.anchor is not None:
                self.anchors[event.anchor] = None
            compose = self.map if kind is yaml.MappingStartEvent else self.list
            node, size, height = compose(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(node, size, height)
        return node, size, height

    def count(self, nodes: int, event: Any) -> None:
        self.nodes += nodes
        if self.nodes <= MAX_NODES:
            return
        if nodes > 1:
            message = f"With what aliases stand for, the document has more than {MAX_NODES:,} values."
            self.report("RE107", self.span(event), message, "Write less by alias.")
        else:
            message = f"The document has more than {MAX_NODES:,} values."
            self.report("RE102", self.span(event), message, "Divide it into several files.")
        raise _GivenUpError

    def give_up_depth(self, span: Span) -> None:
        message = f"Maps and lists are nested more than {MAX_DEPTH} levels deep here."
        self.report("RE106", span, message, "Nest them less deeply.")
        raise _GivenUpError

    def alias(self, event: Any, depth: int) -> tuple[Node, int, int]:
        span = self.span(event)
        name = event.anchor
        anchor = self.anchors.get(name)
        if anchor is None:
            self.count(1, event)
            if name in self.anchors:
                message = f"{shown('*' + name)} stands inside of what it stands for."
                self.report("RE107", span, message, "Write the value in full.")
            else:
                message = f"{shown('*' + name)} stands for nothing: there is no {shown('&' + name)} before it."
                help = did_you_mean(name[:60], self.anchors) if self.anchors else "Write the value in full."
                self.report("RE104", span, message, help)
            return Node(span, None), 1, 0
        if depth + anchor.height > MAX_DEPTH + 1:
            self.give_up_depth(span)
        self.count(anchor.size, event)
        return Node(span, anchor.node.value, anchor.node.keys), anchor.size, anchor.height

    def scalar(self, event: Any, *, key: bool = False) -> Node:
        plain = not event.style and not event.tag
        value = scalar(event.value) if plain else event.value
        if event.anchor is None and not event.tag and event.style not in ("|", ">"):
            span = self.span(event)
        else:
            self.check_tag(event)
            begin, end = self.begin(event), event.end_mark.index
            if event.style in ("|", ">"):
                # for the parser a block lasts up to the next line that has something else
                end = begin + len(self.text[begin:end].rstrip())
            span = place_from(event.start_mark, self.text, begin, end, self.file)
        if plain and type(value) is str and not key and (doubt := mistaken(value, self.path)) is not None:
            message = f"{shown(value)} is text here, but other YAML readers take it for {doubt[0]}."
            self.report("RE110", span, message, doubt[1])
        return Node(span, value)

    def begin(self, event: Any) -> int:
        """The index at which a value itself begins, behind its anchor and tag."""
        start: int = event.start_mark.index
        if event.anchor is None and not event.tag:
            return start
        match = _PROPERTIES.match(self.text, start)
        return match.end() if match else start

    def check_tag(self, event: Any) -> None:
        if event.tag:
            match = _TAG.search(self.text, event.start_mark.index)
            start, end = match.span() if match else (event.start_mark.index,) * 2
            span = place_from(event.start_mark, self.text, start, end, self.file)
            message = f"The tag {shown(self.text[start:end])} is not supported."
            self.report("RE109", span, message, "Take it away; put a value in quotes where it is to be text.")

    def list(self, event: Any, depth: int) -> tuple[Node, int, int]:
        items: list[Node] = []
        size, height = 1, 0
        for inner in self.events:
            if type(inner) is yaml.SequenceEndEvent:
                break
            node, inner_size, inner_height = self.node(inner, depth + 1)
            items.append(node)
            size += inner_size
            height = max(height, inner_height)
        span = self.around(event, inner, items[-1].span if items else None)
        return Node(span, items), size, height + 1

    def map(self, event: Any, depth: int) -> tuple[Node, int, int]:
        values: dict[str, Node] = {}
        keys: dict[str, Span] = {}
        size, height = 1, 0
        last: Span | None = None
        for inner in self.events:
            if type(inner) is yaml.MappingEndEvent:
                break
            key, place = self.key(inner, depth)
            self.path.append(key or "")
            node, inner_size, inner_height = self.node(next(self.events), depth + 1)
            self.path.pop()
            size += inner_size + 1
            height = max(height, inner_height)
            last = node.span
            if key in values:
                message = f"The key {shown(key)} stands twice here, first in line {keys[key].line}."
                self.report("RE105", place, message, "Keep one of them, or give the other its own name.")
            elif key is not None:
                values[key] = node
                keys[key] = place
        return Node(self.around(event, inner, last), values, keys), size, height + 1

    def key(self, event: Any, depth: int) -> tuple[str | None, Span]:
        """A key and its place; None for one that is not text, which is reported."""
        if type(event) is not yaml.ScalarEvent:
            alias = type(event) is yaml.AliasEvent
            kind = "an alias" if alias else "keys in braces" if type(event) is yaml.MappingStartEvent else "a list"
            self.path.append("")
            node, _, _ = self.node(event, depth + 1)
            self.path.pop()
            help = "Write the key itself." if alias else "Put text that begins with a bracket or a brace in quotes."
            self.report("RE112", node.span, f"A key has to be a plain word, and this is {kind}.", help)
            return None, node.span
        self.count(1, event)
        node = self.scalar(event, key=True)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(node, 1, 0)
        if event.value == "<<" and not event.style:
            help = "Write the keys here, or put them into a pack that this one extends."
            self.report("RE109", node.span, "Merge keys are not supported.", help)
            return None, node.span
        value = node.value
        if isinstance(value, str):
            return value, node.span
        start = self.begin(event)
        digits = _BEFORE_COMMA.search(self.text, max(0, start - 30), start)
        if digits and not event.style and event.value.isdecimal():
            number, at = f"{digits[1]},{event.value}", node.span
            whole = Span(self.file, at.line, at.column - len(digits[0]), at.end_line, at.end_column)
            help = f"Write {digits[1].replace('.', '')}.{event.value}: decimals have a point."
            self.report("RE112", whole, f"{shown(number)} is not a number: in braces a comma ends the value.", help)
        elif event.value:
            kind = "null" if value is None else "true or false" if isinstance(value, bool) else "a number"
            message = f"The key {shown(event.value)} is read as {kind}, and a key has to be a plain word."
            self.report("RE112", node.span, message, "Write a word, or put the key in quotes.")
        else:
            self.report("RE112", node.span, "The key before this colon is missing.", "Write a word before the colon.")
        return None, node.span

    def around(self, start: Any, end: Any, last: Span | None) -> Span:
        """The place of a map or list: up to its closing bracket, or to the end of its last value."""
        begin = self.begin(start)
        first = place_from(start.start_mark, self.text, begin, begin, self.file)
        if start.flow_style or last is None:
            return Span(self.file, first.line, first.column, end.end_mark.line + 1, end.end_mark.column + 1)
        return Span(self.file, first.line, first.column, last.end_line, last.end_column)


def _events(text: str) -> Iterator[Any]:
    # the parser in C where the library came with it, else its twin in Python
    parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()
