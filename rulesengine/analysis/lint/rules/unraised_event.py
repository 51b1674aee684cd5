"""RL106: a transition that only the engine may do, and that no rule makes it do."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.rules.reading import SYSTEM


def find(subject: Subject) -> Iterator[Advice]:
    if subject.pack.abstract:
        return
    for process in subject.pack.processes.values():
        for transition in process.transitions:
            if transition.by == {SYSTEM} and (process.name, transition.event) not in subject.fired:
                yield advice(
                    "RL106",
                    transition.place,
                    f"'{transition.rule}' is left to the engine, and nothing makes the engine do it: no deadline leads "
                    f"to '{transition.event}', and no transition raises it.",
                    f"Name '{transition.event}' under 'then' of a deadline or under 'raises', or let an actor do it.",
                )
