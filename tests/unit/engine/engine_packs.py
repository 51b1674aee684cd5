"""Small packs as text, engines for them, and stories told step by step."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from rulesengine import Case, Decision, Engine, Event
from rulesengine.case import Instance, Run
from rulesengine.loading import load_pack

HEADER = """\
pack: small
title: A small pack
version: 1.0.0
valid_from: 2026-01-01
time_zone: UTC
currency: EUR
calendar: {holidays: FR, weekend: [saturday, sunday]}
actors: [buyer, seller, agent]
"""

#: the smallest step of time
TICK = timedelta(microseconds=1)


@cache
def engine_of(text: str, header: str = HEADER) -> Engine:
    """The engine of a pack written as text, loaded from a file as a user's pack is. `~` stands for a rule's source."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.yaml"
        path.write_text(
            (header + text).replace("~}", "assumed: for the test}").replace("~\n", "assumed: for the test\n")
        )
        return Engine(load_pack(path))


def utc(text: str) -> datetime:
    """A moment of UTC: `2026-03-02 09:00`, or with seconds and microseconds."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Story:
    """One case on its way. Every step is also held against the laws that hold for every step."""

    def __init__(self, engine: Engine, start: str | datetime, **opened: Any) -> None:
        self.engine = engine
        self.case: Case = engine.open(_moment(start), **opened)
        self.now = _moment(start)
        #: all that time did, oldest first
        self.fired: list[Decision] = []

    def given(self, **what: Any) -> Story:
        self.case = self.engine.given(self.case, **what)
        self.lawful()
        return self

    def do(
        self,
        event: str,
        at: str | datetime | None = None,
        by: str = "seller",
        target: str = "",
        id: str = "",
        context: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> Decision:
        """Send an event; its decision, whatever it is."""
        self.now = self.now if at is None else _moment(at)
        sent = Event(event=event, by=by, at=self.now, target=target, id=id, facts=facts)
        decision = self.engine.decide(self.case, sent, context)
        assert decision == self.engine.decide(self.case, sent, context)
        fired, advanced = self.engine.advance(self.case, self.now)
        assert decision.fired == fired
        if not decision.accepted:
            assert decision.case == advanced
            assert decision.reasons
        again = self.engine.decide(advanced, sent, context)
        assert (again.accepted, again.reasons, again.changes, again.case) == (
            decision.accepted,
            decision.reasons,
            decision.changes,
            decision.case,
        )
        self.fired += decision.fired
        self.case = decision.case
        self.lawful()
        return decision

    def took(self, event: str, at: str | datetime | None = None, by: str = "seller", **more: Any) -> Decision:
        """Send an event that must be accepted."""
        decision = self.do(event, at, by, **more)
        assert decision.accepted, decision.reasons
        return decision

    def refused(self, event: str, at: str | datetime | None = None, by: str = "seller", **more: Any) -> list[str]:
        """Send an event that must be refused; the codes of its reasons."""
        decision = self.do(event, at, by, **more)
        assert not decision.accepted
        return [reason.code for reason in decision.reasons]

    def until(self, moment: str | datetime) -> list[Decision]:
        """Let time pass; what it did strictly before the moment."""
        self.now = _moment(moment)
        fired, self.case = self.engine.advance(self.case, self.now)
        self.fired += fired
        self.lawful()
        return list(fired)

    def lawful(self) -> None:
        """What is so after every step: the case goes through text and comes back the same, byte for byte."""
        text = self.engine.write(self.case)
        back = self.engine.read(text)
        assert back == self.case
        assert self.engine.write(back) == text

    # looking

    def __getitem__(self, name: str) -> Instance:
        return self.case.instances[name]

    def state(self, name: str) -> str:
        return self[name].state

    def fact(self, name: str, fact: str) -> Any:
        return self[name].facts.get(fact)

    def runs(self, name: str, deadline: str) -> tuple[Run, ...]:
        return self[name].runs.get(deadline, ())

    def outcomes(self, name: str, deadline: str) -> list[str]:
        return [run.outcome for run in self.runs(name, deadline)]

    def due(self, name: str, deadline: str) -> datetime | None:
        """When the latest run is due; None while its clock stands still."""
        due = self.runs(name, deadline)[-1].due
        return None if due is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=due)

    def fires(self, name: str, deadline: str) -> datetime | None:
        fires = self.runs(name, deadline)[-1].fires
        return None if fires is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=fires)


def what(decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    """Kind and deadline of each decision of time."""
    return [(decision.kind, decision.deadline) for decision in decisions]


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def _moment(at: str | datetime) -> datetime:
    return utc(at) if isinstance(at, str) else at
