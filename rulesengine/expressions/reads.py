"""What the value of an expression depends on."""

from __future__ import annotations

from rulesengine.expressions import tree

#: What an expression depends on besides the context: (process, kind, name). The process is empty for the instance
#: itself; kind is `fact`, `state`, `event`, `entered`, `deadline` or `instances` (some instance was created).
Read = tuple[str, str, str]


def reads(node: tree.Node) -> frozenset[Read]:
    """What the value of a tree depends on, besides the context and `now`."""
    return frozenset(read for leaf in tree.leaves(node) for read in _reads(leaf))


def _reads(leaf: tree.Node) -> tuple[Read, ...]:
    match leaf:
        case tree.Fact(name=name):
            return (("", "fact", name),)
        case tree.Stored(name=name):
            return (("", "fact", name),)
        case tree.AncestorFact(process=process, name=name):
            return ((process, "fact", name),)
        case tree.State():
            return (("", "state", ""),)
        case tree.AncestorState(process=process):
            return ((process, "state", ""),)
        case tree.Count(process=process, states=states):
            created = (process, "instances", "")
            return (created, (process, "state", "")) if states else (created,)
        case tree.All(process=process) | tree.Open(process=process) | tree.LatestState(process=process):
            return ((process, "instances", ""), (process, "state", ""))
        case tree.Latest(process=process, name=name) | tree.Total(process=process, name=name):
            return ((process, "instances", ""), (process, "fact", name))
        case tree.Happened(process=process, event=event) | tree.HappenedAt(process=process, event=event):
            return ((process, "event", event),)
        case tree.EnteredAt(process=process, state=state):
            return ((process, "entered", state),)
        case tree.Overdue(process=process, deadline=deadline) | tree.Missed(process=process, deadline=deadline):
            return ((process, "deadline", deadline),)
    return ()
