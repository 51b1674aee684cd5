"""A plan played through the engine, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rulesengine.case import Case, Decision, Event, to_datetime
from rulesengine.diagnostics import PackError, finding
from rulesengine.engine import AdvanceTooFarError, CaseError, Engine
from rulesengine.simulation.expectations import OUTCOMES, Comparison, Seen, candidates, outcome
from rulesengine.simulation.plan import Act, Plan, Stage, later
from rulesengine.simulation.words import creating
from rulesengine.trace import Edge, Entry, Failure, Timeline

Context = Mapping[str, Mapping[str, Any]]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a story stands between two steps."""

    case: Case
    moment: int
    context: Context
    entries: tuple[Entry, ...] = ()
    failures: tuple[Failure, ...] = ()


#: help for a start outside of what the pack is made for
_START = "Let it start on a day from 'valid_from' to 'valid_until' of the pack."


class Player:
    """Plays the stages of one plan; it keeps nothing between two stories."""

    def __init__(self, plan: Plan, engine: Engine) -> None:
        self.plan = plan
        self.engine = engine
        self.comparison = Comparison(plan.pack)

    def opened(self) -> Standing:
        """The case at the start, with everything that is given."""
        plan = self.plan
        try:
            case = self.engine.open(at=plan.start, variant=plan.pack.variant, readings=plan.pack.readings)
        except CaseError as fault:
            raise PackError([finding("RE603", plan.start_place, str(fault), _START)]) from None
        for given in plan.given:
            try:
                case = self.engine.given(
                    case,
                    process=given.process,
                    id=given.id,
                    under=given.under,
                    state=given.state,
                    facts=given.facts,
                    entered=given.entered,
                    happened=given.happened,
                    missed=given.missed,
                )
            except CaseError as fault:
                raise PackError([finding("RE601", given.place, str(fault), "Change what is given.")]) from None
        return Standing(case=case, moment=plan.start, context=plan.context)

    def play(self, standing: Standing, stages: Sequence[Stage]) -> Standing:
        """The story after these stages."""
        for stage in stages:
            standing = self.step(standing, stage)
        return standing

    def step(self, standing: Standing, stage: Stage) -> Standing:
        """The story after one stage."""
        moment = self.moment(standing, stage)
        context = merged(standing.context, stage.context)
        decision: Decision | None = None
        try:
            if stage.act is None:
                passed, case = self.engine.advance(standing.case, moment)
            else:
                decision = self.decide(standing.case, stage.act, moment, context)
                passed, case = decision.fired, decision.case
        except AdvanceTooFarError as fault:
            raise PackError(
                [finding("RE603", stage.timed or stage.place, str(fault), "Write shorter steps, or fewer waits.")]
            ) from None
        entries = [Entry(step=stage.number, at=came.at, decision=came) for came in passed]
        entries.append(
            Entry(
                step=stage.number,
                at=to_datetime(moment),
                decision=decision,
                note=stage.note,
                compared=len(stage.checks),
                asked=None if stage.act is None else event_of(stage.act, moment),
                context=context,
            )
        )
        seen = Seen(step=stage.number, moment=moment, decision=decision, passed=passed, case=case)
        failures = self.comparison.failures(stage.checks, seen)
        if decision is not None and not decision.accepted and not any(c.kind in OUTCOMES for c in stage.checks):
            assert stage.act is not None
            failures.insert(0, _unsaid(stage, stage.act, decision))
        return Standing(
            case=case,
            moment=moment,
            context=context,
            entries=(*standing.entries, *entries),
            failures=(*standing.failures, *failures),
        )

    def moment(self, standing: Standing, stage: Stage) -> int:
        """The moment of a stage, in microseconds."""
        if stage.at is not None:
            return stage.at
        if stage.after is None:
            return standing.moment
        moment = later(self.plan.pack, standing.moment, stage.after)
        if moment is None:
            raise PackError(
                [finding("RE603", stage.timed or stage.place, "This moment lies after the year 2500.", "Wait less.")]
            )
        return moment

    def decide(self, case: Case, act: Act, moment: int, context: Context) -> Decision:
        """The engine's answer. PackError (RE602) where the step names no target and several would fit."""
        decision = self.engine.decide(case, event_of(act, moment), context=context)
        if not act.target and any(reason.code == "unknown_target" for reason in decision.reasons):
            process, _, event = act.event.partition(".")
            declared = self.plan.pack.processes[process]
            several = candidates(declared.under if event in creating(declared) else process, decision.case)
            if len(several) > 1:
                names = f"{', '.join(several[:12])}{', …' if len(several) > 12 else ''}"
                message = f"'{act.event}' could happen to {len(several)} instances at this step."
                help = f"Say which one you mean, as 'target:': {names}."
                raise PackError([finding("RE602", act.place, message, help)])
        return decision

    def timeline(self, standing: Standing, edge: Edge = "", moved: str = "") -> Timeline:
        """The story as it is told when it is over."""
        return Timeline(
            edge=edge,
            moved=moved,
            start=to_datetime(self.plan.start),
            entries=standing.entries,
            failures=standing.failures,
            case=standing.case,
            obligations=tuple(self.engine.obligations(standing.case, to_datetime(standing.moment))),
        )


def event_of(act: Act, moment: int) -> Event:
    """What the engine is asked to decide."""
    return Event(event=act.event, by=act.by, at=to_datetime(moment), target=act.target, id=act.id, facts=act.facts)


def merged(context: Context, changes: Context) -> Context:
    """The context with changes laid over it, fact by fact."""
    if not changes:
        return context
    return {group: {**context.get(group, {}), **changes.get(group, {})} for group in {**context, **changes}}


def _unsaid(stage: Stage, act: Act, decision: Decision) -> Failure:
    return Failure(
        step=stage.number,
        what=act.event,
        expected="accepted, as for every event of which the step says nothing else",
        seen=outcome(decision),
        place=act.place,
        unsaid=True,
    )
