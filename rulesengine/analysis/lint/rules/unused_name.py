"""RL402: a parameter, condition, list of choices, actor or context fact that nothing in the pack uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.diagnostics import Span
from rulesengine.document import Node

#: parts that only tell about a rule
TELLING = ("title", "source", "assumed", "question", "waive", "review_by")


def find(subject: Subject) -> Iterator[Advice]:
    # what a template offers, the packs that extend it may use
    if subject.pack.abstract:
        return
    for what, name, place, used in unused(subject):
        # of what another pack declares, that one is told
        if not used and place.file == subject.pack.file:
            message = f"Nothing uses the {what} '{name}'."
            yield advice("RL402", place, message, "Use it, or take it out.")


def unused(subject: Subject) -> Iterator[tuple[str, str, Span, bool]]:
    """What is declared: kind, name, place, and whether anything names it."""
    document = subject.document
    rules = [node for key in ("processes", "indicators") for _, node in subject.section(key)]
    values = list(_values(rules))
    for name, _ in subject.section("parameters"):
        yield "parameter", name, subject.key_of("parameters", name), _said(name, values)
    for group, _ in subject.section("context"):
        for fact, _ in subject.section("context", group):
            named = _said(f"{group}.{fact}", values)
            yield "context fact", f"{group}.{fact}", subject.key_of("context", group, fact), named
    facts = list(_values([*rules, *(node for _, node in subject.section("context"))]))
    for name, _ in subject.section("choices"):
        yield "list of choices", name, subject.key_of("choices", name), _said(name, facts)
    for process, body in subject.section("processes"):
        own = list(_values([body, *(node for _, node in subject.section("indicators"))]))
        for name, condition in subject.section("processes", process, "conditions"):
            others = [value for value in own if value is not condition.value]
            yield "condition", name, subject.key_of("processes", process, "conditions", name), _said(name, others)
    assert isinstance(document.value, dict)
    actors = document.value.get("actors")
    for actor in actors.value if actors is not None and isinstance(actors.value, list) else ():
        yield "actor", str(actor.value), actor.span, _said(str(actor.value), values)


def _said(name: str, values: Iterable[str]) -> bool:
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?![\w])")
    return any(word.search(value) for value in values)


def _values(nodes: Iterable[Node]) -> Iterator[str]:
    """The texts of rules, without what only tells about them."""
    for node in nodes:
        if isinstance(node.value, dict):
            yield from _values(inner for key, inner in node.value.items() if key not in TELLING)
        elif isinstance(node.value, list):
            yield from _values(node.value)
        elif isinstance(node.value, str):
            yield node.value
