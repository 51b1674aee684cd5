"""A story told once more, from a scenario or from a saved trace, with the case as it stood before each step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from rulesengine.case import Case, Decision, Event, to_datetime, to_moment
from rulesengine.diagnostics import PackError, Span, finding
from rulesengine.engine import AdvanceTooFarError, CaseError, Engine
from rulesengine.facts import read_moment
from rulesengine.loading import find_pack, load_pack
from rulesengine.simulation import Story

Context = Mapping[str, Mapping[str, Any]]
#: bytes of a saved trace
LARGEST = 50_000_000


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a story: what was asked when, and the answer; `event` is None where only time passed.

    `case` is the case before the step, `passed` what time did on the way to it, `after` the case when it is over.
    """

    step: int
    moment: int
    event: Event | None
    context: Context
    case: Case
    passed: tuple[Decision, ...]
    decision: Decision | None
    after: Case


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A story with all its steps, and the engine that tells it. `edge` is of a scenario with boundaries: the last."""

    scenario: str
    edge: str
    engine: Engine
    steps: tuple[Told, ...]


class _Asked(msgspec.Struct, kw_only=True):
    event: str
    by: str
    target: str = ""
    id: str = ""
    facts: dict[str, Any] = {}
    context: dict[str, dict[str, Any]] = {}


class _Entry(msgspec.Struct, kw_only=True):
    step: int
    at: str
    asked: _Asked | None = None
    decision: dict[str, Any] | None = None


class _Timeline(msgspec.Struct, kw_only=True):
    edge: str = ""
    entries: list[_Entry]


class _Trace(msgspec.Struct, kw_only=True):
    scenario: str
    pack_file: str
    opened: dict[str, Any]
    timelines: list[_Timeline]


class _Saved(msgspec.Struct, kw_only=True):
    traces: list[_Trace]


def of_story(story: Story) -> Replay:
    """A story that was just played; of one with boundaries the last ending."""
    timeline = story.trace().timelines[-1]
    engine = story.player.engine
    asked = [
        (entry.step, to_moment(entry.at), entry.asked, entry.context)
        for entry in timeline.entries
        if entry.decision is None or entry.decision.kind == "event"
    ]
    steps = tuple(_told(engine, story.player.opened().case, asked))
    return Replay(scenario=story.scenario.title, edge=timeline.edge, engine=engine, steps=steps)


def of_saved(file: str) -> list[Replay]:
    """The stories in a file that `simulate --format json` printed, told once more by the pack they were told by.

    PackError where the file cannot be read or is no such trace, and where the pack is not there or has other rules now.
    """
    try:
        if Path(file).stat().st_size > LARGEST:
            raise _wrong(file, "RE102", f"The file is longer than {LARGEST:,} bytes.", "Save one scenario at a time.")
        text = Path(file).read_bytes()
    except OSError as fault:
        reason = fault.strerror or "it cannot be read"
        raise _wrong(file, "RE101", f"{file} cannot be read: {reason}.", "Check name and folder.") from None
    try:
        saved = msgspec.json.decode(text, type=_Saved)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        help = "Save one with: rulesengine simulate SCENARIO --format json"
        raise _wrong(file, "RE203", f"This is no saved trace: {str(fault).rstrip('.')}.", help) from None
    return [_retold(file, trace) for trace in saved.traces if trace.timelines]


def _retold(file: str, trace: _Trace) -> Replay:
    name = str(trace.opened.get("pack", ""))
    path = Path(trace.pack_file)
    engine = Engine(load_pack(path if path.is_file() else find_pack(name)))
    timeline = trace.timelines[-1]
    try:
        case = engine.read(msgspec.json.encode(trace.opened))
        asked = [
            (entry.step, read_moment(entry.at), _event(entry), entry.asked.context if entry.asked else {})
            for entry in timeline.entries
            if entry.decision is None or entry.decision.get("kind") == "event"
        ]
        steps = tuple(_told(engine, case, asked))
    except (CaseError, AdvanceTooFarError, ValueError) as fault:
        help = "Save the trace again, or load the pack it was saved with."
        raise _wrong(file, "RE901", str(fault), help) from None
    return Replay(scenario=trace.scenario, edge=timeline.edge, engine=engine, steps=steps)


def _event(entry: _Entry) -> Event | None:
    asked = entry.asked
    if asked is None:
        return None
    at = to_datetime(read_moment(entry.at))
    return Event(event=asked.event, by=asked.by, at=at, target=asked.target, id=asked.id, facts=asked.facts)


def _told(engine: Engine, case: Case, asked: Sequence[tuple[int, int, Event | None, Context]]) -> Iterator[Told]:
    for step, moment, event, context in asked:
        decision = None
        if event is None:
            passed, after = engine.advance(case, moment)
        else:
            decision = engine.decide(case, event, context)
            passed, after = decision.fired, decision.case
        yield Told(
            step=step,
            moment=moment,
            event=event,
            context=context,
            case=case,
            passed=passed,
            decision=decision,
            after=after,
        )
        case = after


def _wrong(file: str, code: str, message: str, help: str) -> PackError:
    return PackError([finding(code, Span(file, 1, 1, 1, 1), message, help)])
