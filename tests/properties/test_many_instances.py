"""A case of many instances answers as one of few: the persistent map against a dict, and whole decisions by both."""

from collections.abc import Mapping
from unittest.mock import patch

import msgspec
from generated_packs import ACTORS, sound_packs, timely_packs
from hypothesis import given, settings
from hypothesis import strategies as st
from journeys import Journey, examples, journeys

from rulesengine.case import EMPTY, NEVER, Decision, Instance, many

PROCESSES = {"order": None, "line": "order", "claim": "line", "parcel": "order"}
any_packs = st.one_of(sound_packs(), timely_packs())


def instance(name: str, parent: str | None, wakes: int) -> Instance:
    process = name.partition("/")[0]
    return Instance(
        id=name,
        process=process,
        parent=parent,
        state="open",
        facts={},
        happened=EMPTY,
        entered=EMPTY,
        runs=EMPTY,
        wakes=wakes,
    )


@st.composite
def families(draw: st.DrawFn) -> list[Instance]:
    """What is stored one after the other: new instances below earlier ones, and earlier ones with another moment."""
    found: dict[str, Instance] = {"order/1": instance("order/1", None, NEVER)}
    steps = list(found.values())
    moments = st.one_of(st.integers(0, 20), st.just(NEVER))
    for _ in range(draw(st.integers(0, 40))):
        if draw(st.booleans()):
            process = draw(st.sampled_from(["line", "claim", "parcel"]))
            parents = [name for name in found if name.startswith(f"{PROCESSES[process]}/")]
            if not parents:
                continue
            one = instance(f"{process}/{len(found)}", draw(st.sampled_from(parents)), draw(moments))
        else:
            one = msgspec.structs.replace(found[draw(st.sampled_from(list(found)))], wakes=draw(moments))
        found[one.id] = one
        steps.append(one)
    return steps


@settings(max_examples=examples(150))
@given(families(), st.integers(1, 4))
def test_many_hold_what_a_dict_holds(steps: list[Instance], near: int) -> None:
    plain: dict[str, Instance] = {}
    with patch.object(many, "NEAR", near):
        held = many.Many()
        for step in steps:
            before, was = held, dict(held.items())
            held = held.stored(step)
            plain[step.id] = step
            assert dict(before.items()) == was
            assert list(held.items()) == list(plain.items())
            assert held.wakes == min(one.wakes for one in plain.values())
    for now in range(-1, 22):
        assert held.awake(now) == [one for one in plain.values() if one.wakes <= now]
    for process in PROCESSES:
        assert many.number_of(held, process) == sum(one.process == process for one in plain.values())
    for base in plain.values():
        for process in PROCESSES:
            line = line_to(process, base.process)
            if line:
                expected = [one for one in plain.values() if one.process == process and below(plain, one, base.id)]
                assert held.below(base.id, line) == expected


def line_to(process: str, above: str) -> list[str]:
    """The processes from one below `above` down to `process`; none where it is not below."""
    line: list[str] = []
    here: str | None = process
    while here is not None and here != above:
        line.insert(0, here)
        here = PROCESSES[here]
    return line if here is not None else []


def below(plain: Mapping[str, Instance], one: Instance, base: str) -> bool:
    while one.parent is not None:
        if one.parent == base:
            return True
        one = plain[one.parent]
    return False


@settings(max_examples=examples(60))
@given(journeys(any_packs))
def test_an_answer_is_the_same_however_many_instances_count_as_many(journey: Journey) -> None:
    engine = journey.engine
    for step in journey.steps:
        usual = told(journey, step.decision)
        asked = [
            (engine.options(step.before, actor, step.event.at, step.context), engine.obligations(step.before))
            for actor in ACTORS
        ]
        with patch.object(many, "FEW", 0), patch.object(many, "NEAR", 1):
            before = engine.read(engine.write(step.before))
            assert type(before.instances) is (many.Many if step.before.instances else dict)
            assert told(journey, engine.decide(before, step.event, step.context)) == usual
            again = [
                (engine.options(before, actor, step.event.at, step.context), engine.obligations(before))
                for actor in ACTORS
            ]
        assert again == asked


def told(journey: Journey, decision: Decision) -> list[object]:
    """All that a decision says, its case and those on the way to it as text."""
    answers = (*decision.fired, decision)
    return [
        (msgspec.structs.replace(one, case=None, fired=()), journey.engine.write(one.case), one.case.wakes)
        for one in answers
    ]
