"""RL202: a guard that holds whenever it is asked, so that it says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, advice
from rulesengine.analysis.lint.rules.guard_never import is_switch
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Part


def find(subject: Subject) -> Iterator[Advice]:
    for rule, scene, guards in subject.guarded():
        for guard in guards:
            node = guard.expression.tree
            if is_switch(node):
                continue
            failing = Part(node, guard.negated)
            if subject.can_hold([failing], scene) or subject.worlds.may_be_unknown(node, scene):
                continue
            where = " or ".join(scene.states) or "what is being created"
            how = "never holds" if guard.negated else "always holds"
            yield advice(
                "RL202",
                guard.place,
                f"'{guard.expression.text}' {how} in {where}: '{rule.rule}' is the same without it.",
                "Take it out, or ask for what was meant.",
            )
