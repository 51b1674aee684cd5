"""RL403: two names of one kind that differ by a single letter, so that one is easily taken for the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.diagnostics import distance_of

#: shorter words may well differ by one letter
LETTERS = 6
#: more names than this are not compared with each other
MOST = 200


def find(subject: Subject) -> Iterator[Advice]:
    paths: list[tuple[str, ...]] = [("parameters",), ("processes",)]
    for process in subject.pack.processes:
        paths.extend(
            ("processes", process, section)
            for section in ("states", "facts", "conditions", "transitions", "deadlines", "limits")
        )
    for path in paths:
        names = [name for name, _ in subject.section(*path)]
        for first, second in near(names[:MOST]):
            yield advice(
                "RL403",
                subject.key_of(*path, second),
                f"'{second}' and '{first}' differ by one letter only.",
                "If they mean the same, use one; else give one of them another name.",
            )


def near(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs that differ by one letter within a word; a plural and a number are another matter."""
    for first, second in combinations(names, 2):
        if min(len(first), len(second)) < LETTERS or abs(len(first) - len(second)) > 1:
            continue
        if _stem(first) != _stem(second) and distance_of(_stem(first), _stem(second), 1) <= 1:
            yield first, second


def _stem(name: str) -> str:
    return "_".join(part.rstrip("s0123456789") for part in name.split("_"))
