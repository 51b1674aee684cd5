"""RL401: a fact that rules read, and that no event ever states."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.pack import Process


def find(subject: Subject) -> Iterator[Advice]:
    if subject.pack.abstract:
        return
    for process in subject.pack.processes.values():
        for fact in process.facts:
            if stated(process, fact):
                continue
            reader = _reader(subject, process, fact)
            if reader:
                yield advice(
                    "RL401",
                    subject.key_of("processes", process.name, "facts", fact),
                    f"'{reader}' reads '{fact}' of '{process.name}', but no event states it: it is never known.",
                    "Name it under 'requires' or 'optional' of a transition, or under 'sets', or give it a 'default'.",
                )


def stated(process: Process, fact: str) -> bool:
    """Whether a fact can ever have a value."""
    return process.facts[fact].default is not None or any(
        fact in t.carries or any(name == fact for name, _ in t.sets) for t in process.transitions
    )


def _reader(subject: Subject, process: Process, fact: str) -> str:
    """The first rule that reads a fact of a process; "" where none does."""
    for other in subject.pack.processes.values():
        for rule in other.rules:
            for expression in rule.expressions:
                for who, kind, name in expression.reads:
                    if kind == "fact" and name == fact and (who or other.name) == process.name:
                        return rule.rule
    return ""
