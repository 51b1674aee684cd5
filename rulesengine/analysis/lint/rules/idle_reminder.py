"""RL103: a reminder that would lie before the time begins to count, and is left out."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.lengths import before
from rulesengine.analysis.lint.subject import Subject


def find(subject: Subject) -> Iterator[Advice]:
    for process in subject.pack.processes.values():
        for deadline in process.deadlines:
            # a time that counts from a moment to come can be reminded of before it
            if deadline.period is None or deadline.since is not None:
                continue
            for period in deadline.remind:
                if before([deadline.period], period, lambda: subject.pack.calendar):
                    yield advice(
                        "RL103",
                        deadline.place,
                        f"'{deadline.rule}' is reminded of {period} before its end, but lasts only {deadline.within}: "
                        "the reminder never comes.",
                        "Remind of it later, or take the reminder out.",
                    )
