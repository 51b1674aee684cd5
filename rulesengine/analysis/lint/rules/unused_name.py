"""RL402: a parameter, condition, list of choices, actor or context fact that nothing in the pack uses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.diagnostics import Span
from rulesengine.document import Node

NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
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
    indicators = [node for _, node in subject.section("indicators")]
    measured = named_in(indicators)
    by_process = {name: named_in([node]) for name, node in subject.section("processes")}
    rules = sum(by_process.values(), Counter(measured))
    for name, _ in subject.section("parameters"):
        yield "parameter", name, subject.key_of("parameters", name), name in rules
    for group, _ in subject.section("context"):
        for fact, _ in subject.section("context", group):
            whole = f"{group}.{fact}"
            yield "context fact", whole, subject.key_of("context", group, fact), whole in rules
    facts = rules + named_in(node for _, node in subject.section("context"))
    for name, _ in subject.section("choices"):
        yield "list of choices", name, subject.key_of("choices", name), name in facts
    for process, said in by_process.items():
        for name, condition in subject.section("processes", process, "conditions"):
            # a condition does not use itself, and speaks of no other by the same words
            elsewhere = said[name] + measured[name] - named_in([condition])[name]
            yield "condition", name, subject.key_of("processes", process, "conditions", name), elsewhere > 0
    assert isinstance(subject.document.value, dict)
    actors = subject.document.value.get("actors")
    for actor in actors.value if actors is not None and isinstance(actors.value, list) else ():
        yield "actor", str(actor.value), actor.span, str(actor.value) in rules


def named_in(nodes: Iterable[Node]) -> Counter[str]:
    """The names in the texts of rules, how often; of `seller.rating` also `seller`."""
    found: Counter[str] = Counter()
    for text in _texts(nodes):
        for match in NAME.finditer(text):
            parts = match[0].split(".")
            found.update(".".join(parts[:number]) for number in range(1, len(parts) + 1))
    return found


def _texts(nodes: Iterable[Node]) -> Iterator[str]:
    """The texts of rules, without what only tells about them."""
    for node in nodes:
        if isinstance(node.value, dict):
            yield from _texts(inner for key, inner in node.value.items() if key not in TELLING)
        elif isinstance(node.value, list):
            yield from _texts(node.value)
        elif isinstance(node.value, str):
            yield node.value
