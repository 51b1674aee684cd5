"""This engine: whole decisions, with the deadlines and limits of a real pack and without."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from order import START, Moment, Peer, Standing

from rulesengine import Engine, Event, load_pack

HERE = Path(__file__).resolve().parents[1]


class EngineOrder:
    """A case, and the engine that decides about it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.case = engine.open(START)
        self.read: tuple[object, ...] = ()

    def send(self, event: tuple[str, str, datetime, dict[str, str]]) -> None:
        name, by, at, facts = event
        decision = self.engine.decide(self.case, Event(event=name, by=by, at=at, facts=facts))
        # a decision is whole when it has been read, however the engine comes to its parts
        self.read = (
            decision.accepted,
            decision.rules,
            decision.reasons,
            decision.changes,
            decision.clocks,
            decision.valid_until,
        )
        self.case = decision.case

    def standing(self) -> Standing:
        instances = json.loads(self.engine.write(self.case))["instances"]
        if not instances:
            return Standing("new", {}, {})
        return Standing(
            instances[0]["state"],
            {event: datetime.fromisoformat(moments[-1]) for event, moments in instances[0]["happened"].items()},
            {state: datetime.fromisoformat(moment) for state, moment in instances[0]["entered"].items()},
        )


def event(moment: Moment) -> tuple[str, str, datetime, dict[str, str]]:
    step = moment.step
    return f"order.{step.event}", step.by, moment.at, dict(step.facts)


def peers() -> list[Peer]:
    whole, bare = Engine(load_pack(HERE / "order.yaml")), Engine(load_pack(HERE / "order_bare.yaml"))
    return [
        Peer(
            "rulesengine",
            "rulesengine",
            "`order.yaml`, with 5 deadlines and 4 limits: `engine.decide`, and every part of its decision read",
            event,
            lambda: EngineOrder(whole),
        ),
        Peer(
            "rulesengine, bare pack",
            "rulesengine",
            "the same without deadlines and limits (`order_bare.yaml`), which the others do not have either",
            event,
            lambda: EngineOrder(bare),
        ),
    ]
