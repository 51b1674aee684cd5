"""From a merged document to a `Pack`: every rule read, under one variant and one choice of readings."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding
from rulesengine.document import Node
from rulesengine.loading import merge
from rulesengine.loading.calendars import read_working_time
from rulesengine.loading.keeping import Basis, Kept, ProcessKept, alike, words_in
from rulesengine.loading.naming import Naming, child, entries, string, words
from rulesengine.pack import Pack, Parameter, Process, State
from rulesengine.rules import deadline, indicator, limit, suspension, transition
from rulesengine.rules.indicator import Indicator
from rulesengine.rules.reading import Names, Reading
from rulesengine.timing import TimingError, check_holidays

_Rule = TypeVar("_Rule")

#: keys whose maps are keyed by names an author chose
NAMED = frozenset(
    {
        *("processes", "states", "transitions", "deadlines", "limits", "facts", "conditions", "sets"),
        *("parameters", "context", "choices", "variants", "readings"),
    }
)
#: keys that say nothing about what happens
SILENT = frozenset(
    {"title", "source", "assumed", "question", "register", "review_by", "waive", "extends", "indicators"}
)


def meaning_of(node: Node, *, named: bool = False, depth: int = 0) -> Any:
    """The document as JSON data, without what is silent. The order of names is kept: rules are tried in it."""
    if isinstance(node.value, dict):
        pairs = [(k, v) for k, v in node.value.items() if v.value is not None and (named or k not in SILENT)]
        if not named:
            pairs.sort()
        return [[k, meaning_of(v, named=k in NAMED and not named)] for k, v in pairs]
    if isinstance(node.value, list):
        return {"list": [meaning_of(item) for item in node.value]}
    return str(node.value) if isinstance(node.value, Decimal) else node.value


def digest_of(document: Node) -> str:
    """SHA-256 of what the merged document decides; titles, sources and indicators decide nothing."""
    text = json.dumps(meaning_of(document), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def build(
    document: Node,
    *,
    file: str,
    variant: str,
    readings: Mapping[str, str],
    digest: str,
    registers: tuple[str, ...],
    sources: frozenset[str] | None,
    report: list[Diagnostic],
    basis: Basis | None = None,
) -> Pack:
    """Build the pack. What is wrong goes to the report; with errors in it the pack is not fit to run.

    `basis`: the same document built before, without errors. What is the same in it is taken from there.
    """
    merged = merge.under_variant(document, variant) if variant else document
    merged = merge.under_readings(merged, readings)
    before = basis.named if basis is not None else None
    naming = Naming(merged, sources, report, before)
    names = naming.names()
    kept = Kept(basis, names) if basis is not None and alike(names, basis.named.names) else None
    time = read_working_time(merged, report)
    holidays = child(child(merged, "calendar"), "holidays")
    if holidays is not None:
        try:
            check_holidays(time.holidays)
        except TimingError as fault:
            report.append(finding("RE311", holidays.span, fault.message, fault.help))
    default_variant = string(merged, "default_variant")
    variants = tuple(name for name, _ in entries(merged, "variants"))
    named = child(merged, "default_variant")
    if named is not None and default_variant not in variants:
        report.append(
            finding(
                "RE310",
                named.span,
                f"There is no variant '{default_variant}' here.",
                did_you_mean(default_variant, variants),
            )
        )
    processes = _processes(merged, names, report, kept)
    return Pack(
        name=string(merged, "pack"),
        title=string(merged, "title", string(merged, "pack")),
        version=string(merged, "version"),
        valid_from=_day(merged, "valid_from", report),
        valid_until=_day(merged, "valid_until", report),
        abstract=(flag := child(merged, "abstract")) is not None and flag.value is True,
        currency=naming.currency,
        digits=naming.digits,
        working_time=time,
        actors=names.actors,
        context=names.symbols.context,
        parameters={
            name: (kept and kept.parameter(name, node)) or _parameter(name, node, names, report)
            for name, node in entries(merged, "parameters")
        },
        processes=processes,
        indicators=_indicators(merged, names, processes, report, kept),
        variants=variants,
        default_variant=default_variant,
        variant=variant,
        readings=dict(readings),
        digest=digest,
        file=file,
        document=document,
        registers=registers,
    )


def names_of(pack: Pack) -> Names:
    """What a built pack declares, for reading some of its rules anew."""
    return Naming(merge.under_variant(pack.document, pack.variant), None, []).names()


def with_reading(pack: Pack, names: Names, readable: str, reading: str, report: list[Diagnostic]) -> Pack:
    """A built pack with one rule (`claim.solve`) read anew under one of its readings, or with the processes that name
    one parameter; all others are as they were. `names` are those of the pack.
    """
    merged = merge.under_variant(pack.document, pack.variant)
    path = merge.find_readable(merged, readable)
    assert path is not None
    merged = merge.under_readings(merged, {readable: reading})
    if path[0] == "parameters":
        anew = Naming(merged, None, report).names()
        word = re.compile(rf"\b{re.escape(readable)}\b")
        section = child(merged, "processes")
        assert section is not None
        again = {
            name: _process(name, node, section.keys[name], anew, report, None)
            for name, node in entries(section)
            if says(node, word)
        }
        processes = {**pack.processes, **again}
        measured = _indicators(merged, anew, processes, report, None)
        return msgspec.structs.replace(pack, processes=processes, indicators=measured)
    _, process, part, name = path
    rules = child(child(child(merged, "processes"), process), part)
    assert rules is not None
    assert isinstance(rules.value, dict)
    reader = Reading(names, process, report)
    kinds = {"transitions": transition.read, "deadlines": deadline.read, "limits": limit.read}
    reader.rule = f"{process}.{name}"
    read = kinds[part](reader, name, rules.value[name], rules.keys[name])
    before = pack.processes[process]
    found = tuple(read if rule.rule == readable and read is not None else rule for rule in getattr(before, part))
    after = msgspec.structs.replace(before, **{part: found})
    return msgspec.structs.replace(pack, processes={**pack.processes, process: after})


def says(node: Node, word: re.Pattern[str]) -> bool:
    """Whether a word stands anywhere in the values of a part of a document."""
    value = node.value
    if isinstance(value, dict):
        return any(says(inner, word) for inner in value.values())
    if isinstance(value, list):
        return any(says(inner, word) for inner in value)
    return isinstance(value, str) and word.search(value) is not None


def _day(document: Node, key: str, report: list[Diagnostic]) -> int | None:
    node = child(document, key)
    if node is None:
        return None
    try:
        return datetime.date.fromisoformat(str(node.value)).toordinal()
    except ValueError:
        report.append(
            finding("RE205", node.span, f"'{node.value}' is no day of the calendar.", "Write year-month-day.")
        )
        return None


def _parameter(name: str, node: Node, names: Names, report: list[Diagnostic]) -> Parameter:
    reading = _Loose(names, report)
    value = child(node, "value")
    return Parameter(
        name=name,
        value=None if value is None else str(value.value),
        question=string(node, "question"),
        readings=tuple(reading_name for reading_name, _ in entries(node, "readings")),
        source=reading.sources(node),
        place=node.span,
    )


class _Loose(Reading):
    """Reads what stands outside of any process."""

    def __init__(self, names: Names, report: list[Diagnostic]) -> None:
        self.names = names
        self.report = report


def _processes(merged: Node, names: Names, report: list[Diagnostic], kept: Kept | None) -> dict[str, Process]:
    section = child(merged, "processes")
    if section is None:
        return {}
    found: dict[str, Process] = {}
    for name, node in entries(section):
        same = kept.process(name, node, section.keys[name]) if kept is not None else None
        if isinstance(same, Process):
            found[name] = same
            continue
        found[name] = _process(name, node, section.keys[name], names, report, same)
        if kept is not None:
            kept.read_anew(found[name])
    return found


def _indicators(
    merged: Node, names: Names, processes: Mapping[str, Process], report: list[Diagnostic], kept: Kept | None
) -> dict[str, Indicator]:
    section = child(merged, "indicators")
    if section is None:
        return {}
    reading = _Loose(names, report)
    deadlines = {name: process.deadlines for name, process in processes.items()}
    read = (
        (kept and kept.indicator(section, name)) or indicator.read(reading, name, node, section.keys[name], deadlines)
        for name, node in entries(section)
    )
    return {found.name: found for found in read if found is not None}


def _process(
    name: str, node: Node, place: Span, names: Names, report: list[Diagnostic], kept: ProcessKept | None
) -> Process:
    reading = Reading(names, name, report)

    def rules(section: str) -> list[tuple[str, Node, Any]]:
        found = child(node, section)
        if found is None or not isinstance(found.value, dict):
            return []
        return [(rule, inner, found.keys[rule]) for rule, inner in found.value.items() if inner.value is not None]

    states = {}
    for state, inner, key in rules("states"):
        if kept is not None and (same := kept.part(node, "states", state)) is not None:
            states[state] = same
            continue
        states[state] = State(
            name=state,
            title=string(inner, "title"),
            final=state in reading.process.final,
            suspends=suspension.read(reading, state, inner),
            place=key,
        )
        if states[state].final and states[state].suspends:
            reading.say(
                "RE507",
                key,
                f"'{state}' is final: an instance that has ended suspends nothing.",
                "Take 'suspends' or 'final' away.",
            )

    def read(section: str, kind: Callable[[Reading, str, Node, Span], _Rule]) -> Iterator[_Rule]:
        for rule, inner, key in rules(section):
            reading.rule = f"{name}.{rule}"
            yield (kept and kept.part(node, section, rule)) or kind(reading, rule, inner, key)

    built = Process(
        name=name,
        title=string(node, "title", name),
        under=reading.process.under,
        facts=reading.process.facts,
        states=states,
        transitions=tuple(read("transitions", transition.read)),
        deadlines=tuple(read("deadlines", deadline.read)),
        limits=tuple(found for found in read("limits", limit.read) if found is not None),
        place=place,
    )
    taken: dict[str, str] = {}
    for section in ("transitions", "deadlines", "limits"):
        for rule, _, key in rules(section):
            if rule in taken:
                reading.say(
                    "RE312",
                    key,
                    f"'{name}.{rule}' is the name of one of the {taken[rule]} already.",
                    "Rules are cited by process and name: give each its own.",
                )
            taken[rule] = section
    if kept is None:
        _read_unasked(reading, node)
    return built


def _read_unasked(reading: Reading, process: Node) -> None:
    """Conditions that no rule asks for are read as well, so that what is wrong in them is told."""
    conditions = dict(entries(process, "conditions"))
    sections = (child(process, section) for section in ("transitions", "deadlines", "limits"))
    asked = {word for section in sections if section is not None for word in words_in(section)}
    while more := {
        word
        for name, condition in conditions.items()
        if name in asked
        for word in words_in(condition)
        if word in conditions and word not in asked
    }:
        asked |= more
    for name, condition in conditions.items():
        if name not in asked:
            reading.rule = f"{reading.process.name}.{name}"
            reading.expression(condition, None)


__all__ = ["build", "digest_of", "words"]
