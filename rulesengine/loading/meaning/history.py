"""What can, and what must, have happened to an instance by the time it is in some state."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from rulesengine.loading.meaning.graph import spread, steps
from rulesengine.pack import Process
from rulesengine.rules.transition import Transition


class History:
    """The ways through one process, guards aside."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.states = tuple(process.states)
        self.final = [state.name for state in process.states.values() if state.final]
        self.onward = steps(process.transitions)
        self.maybe_happened = lru_cache(maxsize=None)(self._maybe_happened)
        self.always_happened = lru_cache(maxsize=None)(self._always_happened)
        self.maybe_known = lru_cache(maxsize=None)(self._maybe_known)
        self.always_known = lru_cache(maxsize=None)(self._always_known)
        self.from_here = lru_cache(maxsize=None)(self._from_here)

    def _from_here(self, state: str) -> frozenset[str]:
        return frozenset(spread([state], self.onward))

    def _after(self, transitions: Iterable[Transition], state: str) -> bool:
        """Whether one of these transitions may lie on a way to the state."""
        return any(
            state in self.from_here(there)
            for transition in transitions
            for there in ([transition.to] if transition.to is not None else transition.states)
        )

    def _without(self, passes: Callable[[Transition], bool], state: str) -> bool:
        """Whether the state can be reached without any transition that passes."""
        others = [t for t in self.process.transitions if not passes(t)]
        start = [t.to for t in others if t.creates and t.to is not None]
        return state in spread(start, steps(others))

    def _maybe_happened(self, event: str, state: str) -> bool:
        return self._after((t for t in self.process.transitions if t.event == event), state)

    def _always_happened(self, event: str, state: str) -> bool:
        return self._maybe_happened(event, state) and not self._without(lambda t: t.event == event, state)

    def maybe_entered(self, before: str, state: str) -> bool:
        return state in self.from_here(before)

    def maybe_late(self, deadline: str, state: str) -> bool:
        states = next(d.states for d in self.process.deadlines if d.name == deadline)
        return any(state in self.from_here(before) for before in states)

    def _maybe_known(self, fact: str, state: str) -> bool:
        if self.process.facts[fact].default is not None:
            return True
        writing = (t for t in self.process.transitions if fact in t.carries or any(n == fact for n, _ in t.sets))
        return self._after(writing, state)

    def _always_known(self, fact: str, state: str) -> bool:
        if self.process.facts[fact].default is not None:
            return True
        return self._maybe_known(fact, state) and not self._without(lambda t: fact in t.requires, state)
