"""What is different between a pack and the same pack under another variant or reading.

Most readings change a number, or what a guard compares; which states there are, how they hang together, and who raises
what, stays. All that is checked about that stays then as well.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rulesengine.expressions import Expression
from rulesengine.pack import Pack
from rulesengine.timing import Period

#: what is compared of an expression: what it reads from outside the case, and where that stands
_OF_EXPRESSION = ("text", "context", "place")
#: fields of rules that nothing asks for but the engine and those who read: times, and words about them
_UNASKED = frozenset({"title", "source", "within", "period", "grace", "remind", "wait", "owed_by"})


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


def _outline(value: Any) -> Any:
    """A rule without its times and without what its expressions compare."""
    if isinstance(value, Expression):
        return tuple(getattr(value, field) for field in _OF_EXPRESSION)
    if isinstance(value, Period):
        return Period
    if isinstance(value, msgspec.Struct):
        fields = (field for field in value.__struct_fields__ if field not in _UNASKED)
        return type(value), tuple(_outline(getattr(value, field)) for field in fields)
    return tuple(map(_outline, value)) if isinstance(value, tuple) else value
