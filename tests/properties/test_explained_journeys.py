"""Whatever the pack, the case and the event: what is explained is what the engine did, and what helps was tried."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from journeys import Journey, examples, journeys

from rulesengine.analysis.explaining import Replay, explain_step
from rulesengine.analysis.explaining.asking import ask
from rulesengine.analysis.explaining.replaying import Told
from rulesengine.case import NEVER


@given(journeys())
@settings(max_examples=examples(15))
def test_an_explanation_is_what_the_engine_did(journey: Journey) -> None:
    for number, step in enumerate(journey.steps, 1):
        decision = step.decision
        told = Told(
            step=number,
            moment=decision.moment,
            event=step.event,
            context=step.context or {},
            case=step.before,
            passed=decision.fired,
            decision=decision,
            after=decision.case,
        )
        why = explain_step(Replay(scenario="", edge="", engine=journey.engine, steps=(told,)), told)
        fitting = [one.rule for one in why.looked if one.verdict == "fits"]
        broken = {one.rule for one in why.looked if one.kind == "limit" and one.verdict in ("broken", "not known")}
        if decision.accepted:
            assert fitting == [decision.changes[0].rule]
            assert not broken
            assert why.remedies is None
        else:
            limits = {one.rule for one in why.looked if one.kind == "limit"}
            assert {reason.rule for reason in decision.reasons if reason.rule in limits} == broken
            for remedy in why.remedies or ():
                assert remedy.changes
                assert ask(journey.engine, remedy.question).accepted
        assert (why.holding is None) == (decision.until >= NEVER)
        if why.holding is not None:
            at_last = msgspec.structs.replace(step.event, at=decision.valid_until)
            if decision.until >= decision.moment:
                assert journey.engine.decide(step.before, at_last, step.context).accepted is decision.accepted
