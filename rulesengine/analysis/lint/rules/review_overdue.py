"""RL405: a rule, parameter or statement whose source was to be read again by a day that has passed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.document import Node
from rulesengine.loading.naming import entries


def find(subject: Subject) -> Iterator[Advice]:
    yield from _below(subject, subject.document)
    for statements in subject.statements:
        for name, node in entries(statements):
            yield from _of(subject, name, node)


def _below(subject: Subject, node: Node) -> Iterator[Advice]:
    for name, inner in entries(node):
        if isinstance(inner.value, dict):
            yield from _of(subject, name, inner)
            yield from _below(subject, inner)


def _of(subject: Subject, name: str, node: Node) -> Iterator[Advice]:
    found = node.value.get("review_by") if isinstance(node.value, dict) else None
    if found is None or not isinstance(found.value, str):
        return
    try:
        day = datetime.date.fromisoformat(found.value)
    except ValueError:
        yield advice("RL405", found.span, f"'{found.value}' is no day of the calendar.", "Write year-month-day.")
        return
    if day.toordinal() < subject.on:
        yield advice(
            "RL405",
            found.span,
            f"The source of '{name}' was to be read again by {found.value}.",
            "Read it, mend what has changed, and write the next day of review.",
        )
