"""What is different between a pack and the same pack under another variant or reading.

Most readings change a number, or what a guard compares; which states there are, how they hang together, and who raises
what, stays. All that is checked about that stays then as well.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rulesengine.expressions import Expression
from rulesengine.pack import Pack
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.limit import Limit
from rulesengine.rules.transition import Transition

#: fields of rules that only the engine and those who read ask for: times, and words about them; and those that hold
#: nothing but expressions
_UNASKED = frozenset(
    {"title", "source", "within", "period", "grace", "remind", "wait", "owed_by", "guards", "since", "since_event"}
)


def hang_together_alike(pack: Pack, checked: Pack) -> bool:
    """Whether two packs have the same states and the same rules, but for what rules compare and how long they last."""
    if pack.processes.keys() != checked.processes.keys():
        return False
    for name, process in pack.processes.items():
        other = checked.processes[name]
        if process is other:
            continue
        rules, others = list(process.rules), list(other.rules)
        if process.under != other.under or process.states != other.states or len(rules) != len(others):
            return False
        if any(a is not b and _outline(a) != _outline(b) for a, b in zip(rules, others, strict=True)):
            return False
    return True


def _outline(rule: Transition | Deadline | Limit) -> Any:
    """A rule without its times and without what it compares, but with all that it reads from outside the case."""
    reads = tuple((one.text, one.context, one.place) for one in rule.expressions if one.context)
    return (rule.event if isinstance(rule, Limit) else _bare(rule)), reads


def _bare(value: Any) -> Any:
    if isinstance(value, Expression):
        return Expression
    if isinstance(value, msgspec.Struct):
        return type(value), tuple(_bare(getattr(value, f)) for f in value.__struct_fields__ if f not in _UNASKED)
    return tuple(map(_bare, value)) if isinstance(value, tuple) else value
