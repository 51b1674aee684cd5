"""Closures that read facts, states and what happened from the env. Unknown is None."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rulesengine.expressions import tree
from rulesengine.expressions.scope import Env, Evaluate, View
from rulesengine.money import Exact, exact


def compile_leaf(node: tree.Node) -> Evaluate:
    """The closure that reads a leaf from the env."""
    match node:
        case tree.Fact(name=name):
            return lambda env: env.facts.get(name)
        case tree.Stored(name=name):
            return lambda env: env.stored.get(name)
        case tree.AncestorFact(process=process, name=name):
            return _ancestor_fact(process, name)
        case tree.Context(map=which, name=name):
            return _context(which, name)
        case tree.State():
            return lambda env: env.own.state if env.own is not None else "new"
        case tree.AncestorState(process=process):
            return lambda env: getattr(env.ancestor(process), "state", None)
        case tree.Now():
            return lambda env: env.now
        case tree.Count(process=process, states=states):
            if not states:
                return lambda env: len(env.related(process))
            return lambda env: sum(view.state in states for view in env.related(process))
        case tree.All(process=process, state=state):
            return lambda env: all(view.state == state for view in env.related(process))
        case tree.Open(process=process, final=final):
            return lambda env: any(view.state not in final for view in env.related(process))
        case tree.Latest(process=process, name=name):
            return _latest(process, lambda view: view.facts.get(name))
        case tree.LatestState(process=process):
            return _latest(process, lambda view: view.state)
        case tree.Total(process=process, name=name):
            return _total(process, name)
        case tree.Happened(process="", event=event):
            return lambda env: env.own is not None and event in env.own.happened
        case tree.Happened(process=process, event=event):
            return lambda env: any(event in view.happened for view in env.related(process))
        case tree.HappenedAt(process=process, event=event):
            return _last(process, lambda view: view.happened[event].latest if event in view.happened else None)
        case tree.EnteredAt(process=process, state=state):
            return _last(process, lambda view: view.entered.get(state))
        case tree.Overdue(process="", deadline=deadline):
            return lambda env: env.overdue(env.own, deadline)
        case tree.Overdue(process=process, deadline=deadline):
            return lambda env: any(env.overdue(view, deadline) for view in env.related(process))
        case tree.Missed(process="", deadline=deadline):
            return lambda env: env.missed(env.own, deadline)
        case tree.Missed(process=process, deadline=deadline):
            return lambda env: any(env.missed(view, deadline) for view in env.related(process))
    raise TypeError(f"{type(node).__name__} is no leaf of an expression")  # pragma: no cover


def _ancestor_fact(process: str, name: str) -> Evaluate:
    def run(env: Env) -> Any:
        view = env.ancestor(process)
        return None if view is None else view.facts.get(name)

    return run


def _context(which: str, name: str) -> Evaluate:
    def run(env: Env) -> Any:
        facts = env.context.get(which)
        return None if facts is None else facts.get(name)

    return run


def _latest(process: str, read: Callable[[View], Any]) -> Evaluate:
    def run(env: Env) -> Any:
        views = env.related(process)
        return read(views[-1]) if views else None

    return run


def _last(process: str, read: Callable[[View], int | None]) -> Evaluate:
    """The latest moment over the related instances, or of the instance itself."""
    if not process:
        return lambda env: read(env.own) if env.own is not None else None

    def run(env: Env) -> int | None:
        moments = [moment for view in env.related(process) if (moment := read(view)) is not None]
        return max(moments) if moments else None

    return run


def _total(process: str, name: str) -> Evaluate:
    def run(env: Env) -> Any:
        total: Exact = 0
        for view in env.related(process):
            amount = view.facts.get(name)
            if amount is None:
                return None
            total += amount
        return exact(total)

    return run
