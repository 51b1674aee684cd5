"""What is said to help does help: every change that `explain` tells of is made here once more, and the engine asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rulesengine.analysis.explaining import explain_step, of_story
from rulesengine.analysis.explaining.asking import Question, ask, with_stored
from rulesengine.analysis.explaining.changing import Remedy
from rulesengine.analysis.explaining.moves import Change
from rulesengine.analysis.explaining.replaying import Replay, Told
from rulesengine.case import to_moment
from rulesengine.engine import Engine
from rulesengine.facts import FactType
from rulesengine.loading import load_pack
from rulesengine.simulation import load_scenario, parse_scenario, play

ROOT = Path(__file__).resolve().parents[3]
#: of the scenarios of each pack, every so many are looked at
EVERY = 7
SCENARIOS = {
    pack: sorted((ROOT / "tests" / "scenarios" / pack).glob("*.yaml"))[::EVERY]
    for pack in ("rakuten", "kaufland", "mediamarkt")
}
SMALLEST = {"money": 1, "integer": 1, "number": Fraction(1, 100), "datetime": 1, "date": 1}


def refusals(replay: Replay) -> Iterator[Told]:
    for told in replay.steps:
        if told.decision is not None and not told.decision.accepted:
            yield told


def typed(engine: Engine, question: Question, change: Change) -> FactType:
    name = change.name.rpartition(".")[2]
    if change.kind == "context":
        return engine.pack.context[change.name.partition(".")[0]][name]
    if change.kind == "stored":
        return engine.pack.processes[change.name.partition("/")[0]].facts[name]
    return engine.pack.processes[question.event.event.partition(".")[0]].facts[name]


def raw(type: FactType, text: str | None) -> Any:
    if text is None or type.kind == "text":
        return text
    if type.kind == "boolean":
        return text == "true"
    return [word for word in text.split(", ") if word] if type.kind in ("list", "instances") else text


def made(engine: Engine, question: Question, change: Change, value: str | None) -> Question:
    """A question with one change in it, read from its text alone."""
    event = question.event
    match change.kind:
        case "actor":
            return msgspec.structs.replace(question, event=msgspec.structs.replace(event, by=value))
        case "target":
            return msgspec.structs.replace(question, event=msgspec.structs.replace(event, target=value or ""))
        case "event":
            return msgspec.structs.replace(question, event=msgspec.structs.replace(event, event=value))
        case "moment":
            assert value is not None
            at = datetime.fromisoformat(value)
            return msgspec.structs.replace(question, event=msgspec.structs.replace(event, at=at))
        case "first":
            return question
    found = raw(typed(engine, question, change), value) if change.after is not None else None
    if change.kind == "stored":
        instance, _, name = change.name.rpartition(".")
        return with_stored(engine, question, instance, name, found)
    if change.kind == "context":
        group, _, name = change.name.partition(".")
        context = {**question.context, group: {**question.context.get(group, {}), name: found}}
        return msgspec.structs.replace(question, context=context)
    facts = {name: known for name, known in event.facts.items() if name != change.name}
    if change.after is not None:
        facts[change.name] = found
    return msgspec.structs.replace(question, event=msgspec.structs.replace(event, facts=facts))


def changed(engine: Engine, told: Told, remedy: Remedy, other: dict[str, str | None]) -> Question:
    assert told.event is not None
    question = Question(case=told.case, event=told.event, context=told.context, first=remedy.question.first)
    for change in remedy.changes:
        question = made(engine, question, change, other.get(change.name, change.after))
    return question


def beyond(type: FactType, text: str, sign: int) -> str | None:
    """The next value in a direction; None where it cannot be written."""
    try:
        return str(type.show(type.store(type.read(text) + sign * SMALLEST[type.kind])))
    except (ValueError, OverflowError):
        return None


@pytest.mark.parametrize("pack", SCENARIOS)
def test_every_change_that_is_told_is_accepted_when_it_is_made(pack: str) -> None:
    engine, other = Engine(load_pack(pack)), Engine(load_pack(pack))
    kinds: set[str] = set()
    refused = helped = 0
    for file in SCENARIOS[pack]:
        replay = of_story(play(load_scenario(file), engine))
        for told in refusals(replay):
            refused += 1
            why = explain_step(replay, told)
            helped += bool(why.remedies)
            for remedy in why.remedies or ():
                kinds |= {change.kind for change in remedy.changes}
                assert ask(other, changed(other, told, remedy, {})).accepted, (file.name, told.step, remedy.changes)
                for change in remedy.changes:
                    check_edges(other, told, remedy, change)
    assert refused > 10
    assert helped > refused / 2
    assert kinds >= {"actor", "fact", "first"}


def check_edges(engine: Engine, told: Told, remedy: Remedy, change: Change) -> None:
    for word in change.one_of:
        assert ask(engine, changed(engine, told, remedy, {change.name: word})).accepted
    for edge, sign in ((change.at_least, -1), (change.at_most, 1)):
        if edge is None:
            continue
        assert ask(engine, changed(engine, told, remedy, {change.name: edge})).accepted
        if change.kind == "moment":
            at = datetime.fromisoformat(edge) + sign * timedelta(microseconds=1)
            if at > told.case.now:
                next_one = ask(engine, changed(engine, told, remedy, {change.name: at.isoformat()}))
                assert to_moment(at) == next_one.moment
                assert not next_one.accepted
            continue
        type = typed(engine, remedy.question, change)
        value = beyond(type, edge, sign)
        if value is not None and change.at_least != change.at_most:
            assert not ask(engine, changed(engine, told, remedy, {change.name: value})).accepted


STORY = """
scenario: A story
pack: rakuten
start: 2026-03-02 09:00
context: {seller: {on_vacation: false, quality_score_too_low: false}, wallet: {balance: 120, blocked: false}}
given:
  - {process: order, state: placed, facts: {ordered_at: 2026-03-02 08:30}}
  - {process: item, id: A1, state: accepted, facts: {price: 80.00, committed_method: tracked}}
steps:
"""


def changes_for(step: str) -> list[tuple[tuple[str, str, str | None, str | None, str | None], ...]]:
    replay = of_story(play(parse_scenario(STORY + step, str(ROOT / "docs" / "examples" / "told.yaml"))))
    (told,) = refusals(replay)
    return [
        tuple((one.kind, one.name, one.after, one.at_least, one.at_most) for one in remedy.changes)
        for remedy in explain_step(replay, told).remedies or ()
    ]


def offer(code: str, amount: str, by: str = "seller", *, event: str = "offer", target: str = "A1") -> str:
    """A step that offers a discount, and is refused."""
    return (
        f"  - event: discount.{event}\n    target: item/{target}\n    by: {by}\n    facts: {{amount: {amount}}}\n"
        f"    expect: {{refused: {code}}}"
    )


def test_the_actor() -> None:
    assert changes_for(offer("wrong_actor", "10.00", "buyer")) == [(("actor", "by", "seller", None, None),)]


def test_how_much_it_may_be() -> None:
    assert changes_for(offer("limit", "45.00"))[0] == (("fact", "amount", "40.00", None, "40.00"),)


def test_until_when_it_was_possible() -> None:
    step = "  - {event: order.cancel, by: buyer, after: 31 minutes, expect: {refused: limit}}"
    first, last = "2026-03-02T08:00:00.000000Z", "2026-03-02T08:30:00.000000Z"
    assert (("moment", "at", last, first, last),) in changes_for(step)


def test_two_things_at_once() -> None:
    both = (("actor", "by", "seller", None, None), ("fact", "amount", "40.00", None, "40.00"))
    assert changes_for(offer("wrong_actor", "45.00", "buyer"))[0] == both


def test_what_is_known_of_the_world() -> None:
    step = offer("limit", "10.00").replace("  - event", "  - context: {wallet: {blocked: true}}\n    event")
    assert changes_for(step) == [(("context", "wallet.blocked", "false", None, None),)]


def test_a_misspelled_event_and_a_target_that_is_not_there() -> None:
    assert changes_for(offer("unknown_event", "1.00", event="ofer")) == [
        (("event", "event", "discount.offer", None, None),)
    ]
    assert (("target", "target", "item/A1", None, None),) in changes_for(offer("unknown_target", "1.00", target="B"))
