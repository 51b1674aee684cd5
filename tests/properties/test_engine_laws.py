"""What the engine promises of every pack, case and event: sections 10 and 11 of the language, as laws."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import msgspec
from generated_packs import ACTORS, DRAWN, engine_of, pack_texts, sound, sound_packs, timely_packs
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import (
    DAY,
    Journey,
    Record,
    Step,
    contexts,
    critical_moments,
    examples,
    facts_for,
    fitting,
    journeys,
    record_of,
    replayed,
    runs_of,
)
from journeys import moments as later_moment

from rulesengine.case import NEVER_YET, Decision, Event, to_datetime, to_moment

any_packs = st.one_of(sound_packs(), timely_packs())


def at(step: Step, moment: int) -> Event:
    """The event of a step at another moment."""
    return msgspec.structs.replace(step.event, at=to_datetime(moment))


def without_fired(decision: Decision) -> Decision:
    return msgspec.structs.replace(decision, fired=())


# taken whole, or not at all


@settings(max_examples=examples(50))
@given(journeys())
def test_a_refusal_leaves_what_time_alone_would_have_left(journey: Journey) -> None:
    for step in journey.steps:
        if not step.decision.accepted:
            fired, case = journey.engine.advance(step.before, step.event.at)
            assert step.decision.case == case
            assert step.decision.fired == fired
            assert step.decision.reasons
            done = (step.decision.changes, step.decision.clocks, step.decision.notifications, step.decision.skipped)
            assert done == ((), (), (), ())


@settings(max_examples=examples(50))
@given(journeys())
def test_nothing_a_case_holds_is_changed_and_no_instance_disappears(journey: Journey) -> None:
    for step in journey.steps:
        before, event = copy.deepcopy(step.before), copy.deepcopy(step.event)
        again = journey.engine.decide(step.before, step.event, step.context)
        journey.engine.advance(step.before, to_moment(step.event.at) + DAY)
        for actor in ACTORS:
            journey.engine.options(step.before, actor, step.event.at, step.context)
        assert step.before == before
        assert step.event == event
        assert list(again.case.instances)[: len(before.instances)] == list(before.instances)
        for name, instance in before.instances.items():
            after = again.case.instances[name]
            assert (after.process, after.parent) == (instance.process, instance.parent)
            for rule, runs in instance.runs.items():
                assert len(after.runs[rule]) >= len(runs)
                assert [r.outcome for r in after.runs[rule]][: len(runs) - 1] == [r.outcome for r in runs[:-1]]
                # what is met, missed or void stays so
                assert runs[-1].outcome in ("open", after.runs[rule][len(runs) - 1].outcome)


@settings(max_examples=examples(50))
@given(journeys())
def test_an_answer_tells_all_that_was_done_and_nothing_else(journey: Journey) -> None:
    for step in journey.steps:
        before = step.before
        for decision in (*step.decision.fired, step.decision):
            told = Counter((change.target, change.event.partition(".")[2]) for change in decision.changes)
            done: Counter[tuple[str, str]] = Counter()
            for name, instance in decision.case.instances.items():
                earlier = before.instances[name].happened if name in before.instances else {}
                for event, times in instance.happened.items():
                    more, moment = times.count - earlier.get(event, NEVER_YET).count, times.latest
                    assert more >= 0
                    assert not more or moment == to_moment(decision.at)
                    done[name, event] += more
                moves = [change for change in decision.changes if change.target == name]
                assert instance.state == (moves[-1].to if moves else before.instances[name].state)
                assert (name not in before.instances) is any(change.created for change in moves)
                for first, second in pairwise(moves):
                    assert first.to == second.from_
            assert +done == told
            if decision.changes:
                # nothing raises itself: the event itself is taken once, whatever is left out of what it raises
                assert told[decision.changes[0].target, decision.changes[0].event.partition(".")[2]] == 1
            before = decision.case


@settings(max_examples=examples(25))
@given(journeys())
def test_the_same_input_gives_the_same_decision(journey: Journey) -> None:
    twin = engine_of.__wrapped__(journey.text)
    assert twin.pack.digest == journey.engine.pack.digest
    for step in journey.steps:
        assert journey.engine.decide(step.before, step.event, step.context) == step.decision
        assert twin.decide(step.before, step.event, step.context) == step.decision


def test_another_process_gives_the_same_decisions() -> None:
    records: list[Record] = []

    @settings(max_examples=examples(12), database=None, derandomize=True)
    @given(journeys())
    def collect(journey: Journey) -> None:
        records.append(record_of(journey))

    collect()
    here = replayed(records)
    folder = Path(__file__).parent
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, str(folder / "journeys.py")],
            input=msgspec.json.encode(records),
            capture_output=True,
            check=True,
            timeout=300,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(folder.parent.parent)},
        )
        assert there.stdout == here


# time


@settings(max_examples=examples(60))
@given(journeys(), st.data())
def test_time_may_pass_in_two_steps_or_in_one(journey: Journey, data: st.DataObject) -> None:
    engine, case = journey.engine, data.draw(st.sampled_from(journey.cases))
    until = case.moment + data.draw(st.integers(0, 40 * DAY))
    critical = [m + d for m in critical_moments(engine, case) for d in (-1, 0, 1) if case.moment <= m + d <= until]
    between = data.draw(st.sampled_from(critical) if critical else st.integers(case.moment, until))
    fired, whole = engine.advance(case, until)
    first, half = engine.advance(case, between)
    second, parts = engine.advance(half, until)
    assert parts == whole
    assert first + second == fired
    assert all(to_moment(d.at) < between for d in first)
    assert all(between <= to_moment(d.at) < until for d in second)
    assert [d.at for d in fired] == sorted(d.at for d in fired)


@settings(max_examples=examples(50))
@given(journeys())
def test_time_passes_before_an_event_is_judged(journey: Journey) -> None:
    for step in journey.steps:
        fired, case = journey.engine.advance(step.before, step.event.at)
        directly = journey.engine.decide(case, step.event, step.context)
        assert directly.fired == ()
        assert directly == without_fired(step.decision)
        assert step.decision.fired == fired


@settings(max_examples=examples(60))
@given(journeys())
def test_a_duty_is_met_at_its_due_moment_and_missed_one_microsecond_later(journey: Journey) -> None:
    engine = journey.engine
    for case in journey.cases:
        for instance, deadline, run in runs_of(engine, case):
            if deadline.wait or run.outcome != "open" or run.due is None or run.due > case.wakes:
                continue
            due = max(run.due, case.moment)
            at_due, after = engine.advance(case, due)[1], engine.advance(case, due + 1)
            assert at_due.instances[instance.id].runs[deadline.name][-1].outcome == "open"
            number = len(instance.runs[deadline.name]) - 1
            assert after[1].instances[instance.id].runs[deadline.name][number].outcome == "missed"
            missed = [d for d in after[0] if d.kind == "missed" and d.deadline == deadline.rule]
            assert [to_moment(d.at) for d in missed if d.target == instance.id] == [due]
            for rule in engine.pack.processes[instance.process].transitions:
                if not (rule.event in deadline.met_by and instance.state in rule.states and rule.by - {"system"}):
                    continue
                event = Event(
                    event=f"{instance.process}.{rule.event}",
                    by=min(rule.by - {"system"}),
                    at=to_datetime(due),
                    target=instance.id,
                )
                met = engine.decide(case, event)
                if met.accepted:
                    found = met.case.instances[instance.id].runs[deadline.name][number]
                    assert (found.outcome, found.ended, found.late) == ("met", due, None)
                late = engine.decide(case, msgspec.structs.replace(event, at=to_datetime(due + 1)))
                assert late.case.instances[instance.id].runs[deadline.name][number].outcome == "missed"


@settings(max_examples=examples(25))
@given(journeys(), st.data())
def test_an_event_of_the_past_changes_nothing(journey: Journey, data: st.DataObject) -> None:
    for step in journey.steps[1:]:
        early = step.before.moment - data.draw(st.integers(1, 2 * DAY))
        decision = journey.engine.decide(step.before, at(step, early), step.context)
        assert codes(decision) == [("out_of_order", "")]
        assert decision.case == step.before
        # once the event is of the case's own moment, it is judged
        assert decision.valid_until == to_datetime(step.before.moment - 1)
        judged = journey.engine.decide(step.before, at(step, step.before.moment), step.context)
        assert "out_of_order" not in {reason.code for reason in judged.reasons}


# what an answer says of its own time


@settings(max_examples=examples(70))
@given(journeys(any_packs), st.data())
def test_an_answer_holds_until_the_moment_it_names(journey: Journey, data: st.DataObject) -> None:
    for step in journey.steps:
        decision, case = step.decision, step.before
        start = to_moment(step.event.at)
        if decision.valid_until is None:
            assert decision.from_ is None
            # without end, whatever time does meanwhile
            last = start + 60 * DAY
            critical = {m + 1 for m in critical_moments(journey.engine, case) if start < m + 1 < last}
        else:
            assert decision.from_ is not None
            last, critical = to_moment(decision.valid_until), set()
            assert to_moment(decision.from_) == last + 1
        assert last >= start
        drawn = data.draw(st.integers(start, last))
        for moment in {start, min(start + 1, last), drawn, last - (last > start), last, *critical}:
            again = journey.engine.decide(case, at(step, moment), step.context)
            assert again.accepted is decision.accepted
            assert again.rules == decision.rules
            assert codes(again) == codes(decision)


def codes(decision: Decision) -> list[tuple[str, str]]:
    return [(reason.code, reason.rule) for reason in decision.reasons]


@settings(max_examples=examples(80))
@given(journeys(timely_packs()))
def test_a_reason_names_the_moment_from_which_the_event_is_accepted(journey: Journey) -> None:
    for step in journey.steps:
        for reason in step.decision.reasons:
            if reason.from_ is not None:
                moment = to_moment(reason.from_)
                assert moment > to_moment(step.event.at)
                assert journey.engine.decide(step.before, at(step, moment), step.context).accepted
                assert not journey.engine.decide(step.before, at(step, moment - 1), step.context).accepted


# what may be done


@settings(max_examples=examples(90))
@given(journeys(any_packs, most=8), st.data())
def test_options_and_decisions_agree(journey: Journey, data: st.DataObject) -> None:
    engine, case = journey.engine, journey.last
    context, now = data.draw(contexts()), later_moment(data.draw, engine, case)
    for option in [o for actor in ACTORS for o in engine.options(case, actor, now, context)]:
        process, _, name = option.event.partition(".")
        rules = [r for r in engine.pack.processes[process].transitions if r.event == name]
        rule = data.draw(st.sampled_from([r for r in rules if option.by in r.by]))
        event = Event(event=option.event, by=option.by, at=to_datetime(now), target=option.target)
        whole = {fact: fitting(data.draw, engine, case, process, fact, now) for fact in sorted(rule.carries)}
        for facts in (whole, facts_for(data.draw, engine, case, rule, now)):
            decision = engine.decide(case, msgspec.structs.replace(event, facts=facts), context)
            assert option.allowed or not decision.accepted, (option, facts)
        assert option.allowed is (not option.reasons)
        if any(r.carries for r in rules):
            continue
        # nothing is left to be asked: the option is the answer
        expected = {now: option.allowed}
        if option.until is not None:
            assert option.allowed
            expected |= {to_moment(option.until): True, to_moment(option.until) + 1: False}
        if option.from_ is not None:
            assert not option.allowed
            expected |= {to_moment(option.from_) - 1: False, to_moment(option.from_): True}
        for moment, accepted in expected.items():
            then = msgspec.structs.replace(event, at=to_datetime(moment))
            assert engine.decide(case, then, context).accepted is accepted


@settings(max_examples=examples(50))
@given(journeys(most=8))
def test_every_event_an_actor_is_named_in_is_an_option(journey: Journey) -> None:
    engine = journey.engine
    for step in journey.steps:
        if step.decision.accepted:
            options = engine.options(step.before, step.event.by, step.event.at, step.context)
            found = [o for o in options if o.event == step.decision.event and o.target == step.decision.target]
            if step.decision.changes[0].created:
                parent = step.decision.case.instances[step.decision.changes[0].target].parent
                found = [o for o in options if o.event == step.decision.event and o.target == (parent or "")]
            assert [o.allowed for o in found] == [True]


# what must be done


@settings(max_examples=examples(60))
@given(journeys())
def test_obligations_are_what_runs_and_what_will_fire(journey: Journey) -> None:
    engine = journey.engine
    for case in journey.cases:
        obligations = {(o.rule, o.target): o for o in engine.obligations(case)}
        for instance, deadline, run in runs_of(engine, case):
            found = obligations.get((deadline.rule, instance.id))
            if run.outcome == "open":
                assert found is not None
                assert found.due == (None if run.due is None else to_datetime(run.due))
            if found is not None:
                assert found.missed is (run.outcome == "missed")
                assert run.outcome in ("open", "missed")
        dues = [o.due for o in obligations.values() if o.due is not None]
        assert dues == sorted(dues)
        fired = engine.advance(case, case.wakes + 1)[0] if case.wakes < case.moment + 400 * DAY else ()
        for decision in fired:
            obligation = obligations[decision.deadline, decision.target]
            moment = max(decision.at, case.now)
            if decision.kind == "missed":
                assert (max(obligation.due, case.now), obligation.missed, obligation.kind) == (moment, False, "duty")
            elif decision.kind == "fired":
                assert max(obligation.consequence_at, case.now) == moment
                assert obligation.then == decision.event
            else:
                assert decision.at in obligation.reminders


# JSON


@settings(max_examples=examples(50))
@given(journeys())
def test_a_case_goes_to_json_and_back_byte_for_byte(journey: Journey) -> None:
    engine = journey.engine
    for step in journey.steps:
        text = engine.write(step.before)
        again = engine.read(text)
        assert again == step.before
        assert engine.write(again) == text
        assert list(again.instances) == list(step.before.instances)
        assert engine.decide(again, step.event, step.context) == step.decision
    assert engine.read(engine.write(journey.last)) == journey.last


# the packs themselves


@settings(max_examples=examples(60))
@given(pack_texts())
def test_the_packs_drawn_can_nearly_all_be_run(text: str) -> None:
    sound(text)
    assert DRAWN["refused"] <= 5 + DRAWN["drawn"] // 20, DRAWN
