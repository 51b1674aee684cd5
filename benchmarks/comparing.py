"""The same orders through this engine and its peers: first checked to agree after every event, then measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from measuring import Task, clocked, ratios, rounds
from order import REFUSALS, RULES, STORIES, Order, Peer, Standing, Step, moments
from report import Row, Table

MODULES = {
    "engine": "rulesengine",
    "transitions": "transitions",
    "statemachine": "python-statemachine",
    "sismic": "sismic",
}


class DisagreementError(Exception):
    """Engines that do not do the same cannot be compared."""


def find_peers() -> tuple[list[Peer], list[str]]:
    """The engines that can run here, and the libraries that are not installed."""
    found: list[Peer] = []
    missing: list[str] = []
    for module, library in MODULES.items():
        try:
            peers = import_module(f"peers.{module}")
        except ModuleNotFoundError as fault:
            if fault.name is None or fault.name.partition(".")[0] not in ("statemachine", "sismic"):
                raise
            missing.append(library)
        else:
            found.extend(peers.peers())
    return found, missing


def check(peers: Sequence[Peer]) -> int:
    """Let every peer work through every story. How many events were compared; DisagreementError where two differ."""
    events = 0
    taken: set[tuple[str, str, str]] = set()
    for title, story in STORIES.items():
        orders = [(peer, peer.order()) for peer in peers]
        before = Standing("new", {}, {})
        for moment in moments(story):
            now = [_after(peer, order, moment) for peer, order in orders]
            for (peer, _), standing in zip(orders, now, strict=True):
                _same(f"{title}: {moment.step.event} at {moment.at}", peer.name, standing, peers[0].name, now[0])
            if (now[0] == before) is not moment.step.refused:
                raise DisagreementError(f"{title}: {moment.step.event} was expected to be refused or not to be.")
            if not moment.step.refused:
                taken.add((moment.step.event, before.state, now[0].state))
            before = now[0]
            events += 1
    for rule in RULES:
        for source in rule.sources:
            if (rule.event, source, rule.target or source) not in taken:
                raise DisagreementError(f"No story takes {rule.event} from {source} to {rule.target or source}.")
    return events


def _after(peer: Peer, order: Order, moment: Any) -> Standing:
    order.send(peer.event(moment))
    return order.standing()


def _same(where: str, name: str, standing: Standing, first: str, expected: Standing) -> None:
    if standing != expected:
        raise DisagreementError(f"{where}: {name} says {standing}, {first} says {expected}.")


def compare(peers: Sequence[Peer], count: int, copies: int) -> list[Table]:
    """What an event costs with each peer, all in the same rounds; `copies` of every story in a measurement."""
    events = sum(map(len, STORIES.values()))
    refused = sum(step.refused for story in STORIES.values() for step in story)
    found = rounds({peer.name: _stories(peer, copies) for peer in peers}, count, "events")
    refusals = rounds({peer.name: _refusals(peer, copies) for peer in peers}, count, "refusals")
    setups = rounds({peer.name: _setup(peer, copies) for peer in peers}, count, "setting up")
    base = f"of {peers[0].name}"
    return [
        Table(
            f"An event of an order ({events} events in {len(STORIES)} stories, {refused} of them refused)",
            _rows(found, peers[0].name),
            base,
            "Every event is built from its name and its facts, and taken or refused, by each library in its own way.",
        ),
        Table(
            "An event that a guard refuses",
            _rows(refusals, peers[0].name),
            base,
            "This engine says why, with the values that were compared and the moment from which it would be accepted.",
        ),
        Table(
            "A new order, before its first event",
            _rows(setups, peers[0].name),
            base,
            "Not part of the figures above.",
        ),
    ]


def _rows(found: Mapping[str, Sequence[float]], base: str) -> list[Row]:
    return [Row(name, "µs", values, ratios(values, found[base])) for name, values in found.items()]


def _stories(peer: Peer, copies: int) -> Task:
    stories = list(STORIES.values()) * copies

    def task() -> float:
        return _played(peer, [(peer.order(), _events(peer, story)) for story in stories])

    return task


def _refusals(peer: Peer, copies: int) -> Task:
    def task() -> float:
        work = []
        for _ in range(copies * 4):
            first, *others = _events(peer, REFUSALS)
            order = peer.order()
            order.send(first)
            work.append((order, others))
        return _played(peer, work)

    return task


def _setup(peer: Peer, copies: int) -> Task:
    # kept until the next measurement, so that none pays for clearing away the others
    kept: list[Order] = []

    def task() -> float:
        kept.clear()

        def work() -> None:
            for _ in range(copies * 8):
                kept.append(peer.order())

        return clocked(work, copies * 8)

    return task


def _events(peer: Peer, story: tuple[Step, ...]) -> list[Any]:
    return [peer.event(moment) for moment in moments(story)]


def _played(peer: Peer, work: list[tuple[Order, list[Any]]]) -> float:
    def play() -> None:
        for order, events in work:
            send = order.send
            for event in events:
                send(event)

    return clocked(play, sum(len(events) for _, events in work))
