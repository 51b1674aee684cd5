"""`rulesengine explain SCENARIO` and `rulesengine explain TRACE`: a decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from rulesengine.cli.common import code_for, paint, say, say_json, show_findings
from rulesengine.cli.explain.data import data_of
from rulesengine.cli.explain.lines import item, quiet, section
from rulesengine.cli.naming import ENDS

if TYPE_CHECKING:
    from rulesengine.analysis.explaining import Why
    from rulesengine.analysis.explaining.decisions import Counted
    from rulesengine.analysis.explaining.looking import Looked
    from rulesengine.analysis.explaining.moves import Change
    from rulesengine.analysis.explaining.replaying import Replay, Told
    from rulesengine.case import Decision
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.render.moments import Clock
    from rulesengine.render.style import Role

MARKS: dict[str, tuple[str, Role]] = {
    "fits": ("✓", "good"),
    "kept": ("✓", "good"),
    "does not fit": ("✗", "bad"),
    "other actor": ("✗", "bad"),
    "broken": ("✗", "bad"),
    "not known": ("✗", "bad"),
    "stands still": ("✗", "bad"),
}


def decision(file: str, step: int | None, form: str) -> int:
    """Shows why a step of a story went as it did."""
    from rulesengine.diagnostics import PackError, Span, finding
    from rulesengine.engine import AdvanceTooFarError

    found: list[Diagnostic] = []
    told: list[tuple[Replay, Why]] = []
    try:
        told = [_explained(replay, step) for replay in _replays(file)]
    except PackError as fault:
        found = fault.diagnostics
    except AdvanceTooFarError as fault:
        found = [finding("RE603", Span(file, 1, 1, 1, 1), str(fault), "Write shorter steps, or fewer waits.")]
    if form == "json":
        say_json({"explained": [data_of(*one) for one in told], "diagnostics": [one.as_dict() for one in found]})
        return code_for(found)
    for number, one in enumerate(told):
        say(("\n" if number else "") + "\n".join(_lines(*one)))
    if found:
        show_findings(found)
    return code_for(found)


def _replays(file: str) -> list[Replay]:
    from rulesengine.analysis.explaining import of_saved, of_story
    from rulesengine.simulation import load_scenario, play

    return [of_story(play(load_scenario(file)))] if file.endswith(ENDS) else of_saved(file)


def _explained(replay: Replay, step: int | None) -> tuple[Replay, Why]:
    from rulesengine.analysis.explaining import explain_step, usual_step

    chosen = usual_step(replay) if step is None else next((one for one in replay.steps if one.step == step), None)
    if chosen is None:
        number = len(replay.steps)
        raise click.UsageError(f"The story has {number} step{'' if number == 1 else 's'}: name one of them.")
    return replay, explain_step(replay, chosen)


# as text


def _lines(replay: Replay, why: Why) -> Iterator[str]:
    from rulesengine.case import to_datetime
    from rulesengine.render.moments import Clock
    from rulesengine.render.style import clean
    from rulesengine.render.timeline import EDGES

    told = why.told
    pack = replay.engine.pack
    clock = Clock(pack.zone, to_datetime(told.moment))
    edge = f", {EDGES[replay.edge]}" if replay.edge else ""
    number = f"Step {told.step} of {len(replay.steps)}, {clock.show(to_datetime(told.moment))}"
    yield paint(clean(clock.localised(f"{number}: {_asked(told)}")), "title")
    yield from quiet(f"{replay.scenario}{edge}; {pack.title} {pack.version}, times in {pack.zone}")
    yield from section("What time did before it" if told.event else "What time did", _time(why, clock))
    if told.decision is not None:
        yield from section(*_answer(told.decision, clock))
        yield from section("Clocks it set going", _clocks(why, clock))
        yield from section("What was looked at, in this order", _looked(why, clock))
        yield from section("How long the answer holds", _holding(why, clock))
    if why.remedies is not None:
        title = "What would have to change (each was tried: it is accepted then)"
        yield from section(title, _remedies(why, clock))
    yield from section("Other steps", _others(replay, told, clock))


def _asked(told: Told) -> str:
    event = told.event
    if event is None:
        return "time passes"
    facts = ", ".join(f"{name} {_value(value)}" for name, value in event.facts.items())
    return f"{event.event}{f' {event.target}' if event.target else ''} by {event.by}{f', {facts}' if facts else ''}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _time(why: Why, clock: Clock) -> Iterator[str]:
    words = {"missed": "missed", "reminder": "a reminder of", "fired": "came to its end:"}
    for one in why.counted:
        told = one.decision
        if told is None:
            continue
        fault = ", but its consequence was refused" if told.fault else ""
        yield from item(f"{clock.show(told.at)}  {words[told.kind]} {one.rule} of {one.target}{fault}")
        for change in told.changes:
            yield from quiet(f"{change.rule} {change.target}: {change.from_} → {change.to}", 6)
        yield from _count(one, clock)


def _clocks(why: Why, clock: Clock) -> Iterator[str]:
    from rulesengine.case import to_datetime

    for one in why.counted:
        if one.decision is None:
            due = "without a moment" if one.due is None else f"due {clock.show(to_datetime(one.due))}"
            yield from item(f"{one.rule} of {one.target} {one.what}, {due}")
            yield from _count(one, clock)


def _count(one: Counted, clock: Clock) -> Iterator[str]:
    from rulesengine.case import to_datetime

    if one.steps:
        yield from quiet(f"{one.within}, counted:", 6)
    for moment, text in one.steps:
        yield from quiet(f"{clock.show(to_datetime(moment))}  {text}", 8)


def _answer(told: Decision, clock: Clock) -> tuple[str, Iterator[str]]:
    from rulesengine.render.answers import why

    if not told.accepted:
        return "Refused", (line for reason in told.reasons for text in why(reason, clock) for line in item(text))
    lines = [f"{one.rule} {one.target}: {one.from_} → {one.to}" for one in told.changes]
    lines += [f"skipped: {reason.message}" for reason in told.skipped if reason.inner]
    return "Accepted", (line for text in lines for line in item(text))


def _looked(why: Why, clock: Clock) -> Iterator[str]:
    for one in why.looked:
        yield from _rule(one, clock)


def _rule(one: Looked, clock: Clock) -> Iterator[str]:
    sign, role = MARKS.get(one.verdict, ("·", "quiet"))
    bound = f" ({one.bound}{f', {one.left} left' if one.left is not None else ''})" if one.bound else ""
    said = one.why if one.why.startswith(one.verdict) else f"{one.verdict}: {one.why}"
    first, *rest = item(clock.localised(f"{one.rule}  {said}{bound if one.verdict == 'kept' else ''}"), 4)
    yield f"  {paint(sign, role)} {first.lstrip()}"
    yield from rest
    for test in one.tested:
        if test.key == "one_of" and not test.values:
            continue
        values = ", ".join(f"{value.name} {value.value}" for value in test.values)
        same = len(test.values) == 1 and test.values[0].name == test.text
        detail = f"{test.key} {test.text}: {test.result}{f' ({values})' if values and not same else ''}"
        yield from quiet(clock.localised(detail), 8)


def _holding(why: Why, clock: Clock) -> Iterator[str]:
    from rulesengine.case import to_datetime

    holding = why.holding
    if holding is None:
        yield from item("as long as nothing else happens, and the context stays as it is")
        return
    until = clock.show(to_datetime(holding.until))
    yield from item(clock.localised(f"until {until}: {'; '.join(holding.because)}"))
    yield from item(f"asked again right after: {_outcome(holding.then)}")


def _outcome(told: Decision) -> str:
    if told.accepted:
        return f"accepted, by {', '.join(told.rules)}"
    reasons = dict.fromkeys(f"{one.code}{f' of {one.rule}' if one.rule else ''}" for one in told.reasons)
    return f"refused, {', '.join(reasons)}"


def _remedies(why: Why, clock: Clock) -> Iterator[str]:
    for one in why.brought_by:
        yield from item(f"Nobody sends it: {one.rule} {one.how}.")
    for remedy in why.remedies or ():
        text = " and ".join(_change(change) for change in remedy.changes)
        yield from item(clock.localised(f"{text}  → {_outcome(remedy.decision).removeprefix('accepted, ')}"), 2)
    if not why.remedies and not why.brought_by:
        yield from item("Nothing was found: no other actor, fact, context or moment, and no other event before it.")


def _change(one: Change) -> str:
    was = f" instead of {one.before}" if one.before is not None else ""
    match one.kind:
        case "actor":
            return f"by {one.after}{was}"
        case "target":
            return f"for {one.after}{was}" if one.after else f"without a target{was}"
        case "event":
            return f"{one.after}{was}"
        case "first":
            return f"first {one.name} {one.after}"
        case "moment":
            later = one.before is not None and one.at_least is not None and one.at_least > one.before
            if later:
                return f"from {one.at_least}{f' until {one.at_most}' if one.at_most else ''}"
            return f"no later than {one.at_most}"
    if one.kind == "stored":
        return f"had {one.name} been {'not known' if one.after is None else _range(one)}{was}"
    return f"without {one.name}" if one.after is None else f"{one.name} {_range(one)}{was}"


def _range(one: Change) -> str:
    if len(one.one_of) > 1:
        return f"one of {', '.join(one.one_of)}"
    if one.at_least is not None and one.at_least == one.at_most:
        return one.at_least
    if one.at_least is not None and one.at_most is not None:
        return f"from {one.at_least} to {one.at_most}"
    if one.at_least is not None or one.at_most is not None:
        return f"at least {one.at_least}" if one.at_least is not None else f"at most {one.at_most}"
    return f"({one.type}, such as {one.after})" if one.type not in ("boolean", "choice") else str(one.after)


def _others(replay: Replay, told: Told, clock: Clock) -> Iterator[str]:
    for one in replay.steps:
        if one.step != told.step:
            answer = "" if one.decision is None else f"  {'accepted' if one.decision.accepted else 'refused'}"
            yield from quiet(f"--step {one.step}  {_asked(one).partition(',')[0]}{answer}", 2)
