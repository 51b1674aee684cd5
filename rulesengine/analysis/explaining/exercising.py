"""Which scenarios exercise a part of a pack: those in which the engine named it when they were played."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from rulesengine.analysis.explaining.subjects import Subject
from rulesengine.case import Decision, Reason
from rulesengine.diagnostics import PackError
from rulesengine.engine import Engine
from rulesengine.loading.naming import string
from rulesengine.simulation import load_scenario, pack_file, play
from rulesengine.trace import Timeline

#: scenarios played for one part, the likeliest first
MOST_PLAYED = 40
#: characters of a file that are looked through for names
MOST_READ = 200_000


class Exercised(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that exercises a part, and at which of its steps; 0 where it is so at the start."""

    scenario: str
    file: str
    steps: tuple[int, ...]


def exercised_by(engine: Engine, subject: Subject, files: Sequence[str]) -> tuple[Exercised, ...]:
    """The scenarios among some files that exercise a part of an engine's pack, those named after it first.

    Files that are no scenarios of the pack, or cannot be played, are passed over: other commands tell of them.
    """
    own = Path(engine.pack.file).resolve()
    found = []
    for file in _likely(engine.pack.name, subject, files)[:MOST_PLAYED]:
        try:
            scenario = load_scenario(file)
            if Path(pack_file(scenario)).resolve() != own:
                continue
            told = play(scenario, engine).trace()
        except PackError:
            continue
        steps = sorted({step for timeline in told.timelines for step in _steps(timeline, subject)})
        if steps:
            found.append(Exercised(scenario=told.title, file=file, steps=tuple(steps)))
    return tuple(found)


def _likely(pack: str, subject: Subject, files: Sequence[str]) -> list[str]:
    """The files in which the process of a part is spoken of, those that name the part itself first."""
    event = string(subject.node, "event", subject.short)
    process = re.compile(rf"\b{re.escape(subject.process)}\b")
    names = re.compile(rf"\b{re.escape(subject.process)}\.(?:{re.escape(subject.short)}|{re.escape(event)})\b")
    of_pack = re.compile(rf"^pack: *[\"']?[\w./-]*\b{re.escape(pack)}\b", re.MULTILINE)
    ranked = []
    for file in files:
        try:
            with open(file, encoding="utf-8", errors="replace") as opened:
                text = opened.read(MOST_READ)
        except OSError:
            continue
        if process.search(text) and of_pack.search(text):
            named = Path(file).name.startswith(f"{subject.name}.")
            ranked.append((not named, names.search(text) is None, file))
    return [file for _, _, file in sorted(ranked)]


def _steps(timeline: Timeline, subject: Subject) -> Iterator[int]:
    for entry in timeline.entries:
        if entry.decision is not None and _concerns(entry.decision, subject):
            yield entry.step


def _concerns(decision: Decision, subject: Subject) -> bool:
    name = subject.name
    if subject.kind == "state":
        return any(
            change.target.partition("/")[0] == subject.process and subject.short in (change.to, change.from_)
            for change in decision.changes
        )
    if subject.kind == "process":
        return any(change.target.partition("/")[0] == name for change in decision.changes)
    if subject.kind == "limit":
        event = f"{subject.process}.{string(subject.node, 'event')}"
        if any(change.event == event for change in decision.changes):
            # kept
            return True
    return (
        name == decision.deadline
        or name in decision.rules
        or any(change.rule == name for change in decision.changes)
        or any(clock.rule == name for clock in decision.clocks)
        or any(_named(reason, name) for reason in (*decision.reasons, *decision.skipped))
    )


def _named(reason: Reason, name: str) -> bool:
    return reason.rule == name or any(_named(inner, name) for inner in reason.inner)
