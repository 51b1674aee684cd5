"""The same values for programs, in the shapes `docs/json.md` describes. Moments are UTC with six decimals and `Z`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rulesengine.case import Change, Decision, Event, Obligation, Option, Reason, to_moment
from rulesengine.diagnostics import Diagnostic, Span
from rulesengine.facts import show_moment
from rulesengine.trace import Entry, Failure, Timeline, Trace

Data = dict[str, Any]


def dumps(data: Any) -> str:
    """JSON text, readable, with a line break after each entry."""
    return json.dumps(data, indent=2, ensure_ascii=False)


def moment(at: datetime | None) -> str | None:
    """`2026-03-02T08:00:00.000000Z`."""
    return None if at is None else show_moment(to_moment(at.astimezone(UTC)))


def diagnostics(found: Iterable[Diagnostic]) -> list[Data]:
    """Each finding as `Diagnostic.as_dict` gives it."""
    return [diagnostic.as_dict() for diagnostic in found]


def place(span: Span | None) -> Data | None:
    """File, line, column, end_line, end_column."""
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def trace(told: Trace, case: Iterable[Data]) -> Data:
    """A trace; `case` gives the case at the end of each timeline as the engine writes it."""
    return {
        "scenario": told.title,
        "file": told.file,
        "pack": told.pack,
        "version": told.version,
        "zone": told.zone,
        "timelines": [_timeline(line, written) for line, written in zip(told.timelines, case, strict=True)],
    }


def _timeline(told: Timeline, case: Data) -> Data:
    return {
        "edge": told.edge,
        "moved": told.moved,
        "start": moment(told.start),
        "entries": [_entry(entry) for entry in told.entries],
        "failures": [failure(one) for one in told.failures],
        "obligations": [obligation(one) for one in told.obligations],
        "case": case,
    }


def _entry(entry: Entry) -> Data:
    return {
        "step": entry.step,
        "at": moment(entry.at),
        "note": entry.note,
        "compared": entry.compared,
        "asked": None if entry.asked is None else asked(entry.asked, entry.context),
        "decision": None if entry.decision is None else decision(entry.decision),
    }


def asked(event: Event, context: Mapping[str, Mapping[str, Any]]) -> Data:
    """What the engine was asked to decide, with the context; facts as they were given."""
    return {
        "event": event.event,
        "by": event.by,
        "target": event.target,
        "id": event.id,
        "facts": _sendable(event.facts),
        "context": _sendable(context),
    }


def _sendable(value: Any) -> Any:
    """Facts as they were given, right or wrong, with their numbers as text."""
    if isinstance(value, Mapping):
        return {key: _sendable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_sendable(inner) for inner in value]
    return str(value) if isinstance(value, Decimal | float) else value


def failure(one: Failure) -> Data:
    """An expectation that does not hold."""
    return {
        "step": one.step,
        "what": one.what,
        "expected": one.expected,
        "seen": one.seen,
        "unsaid": one.unsaid,
        "place": place(one.place),
    }


def decision(answer: Decision) -> Data:
    """A decision without its case, and without what time did before it: that has entries of its own."""
    return {
        "kind": answer.kind,
        "accepted": answer.accepted,
        "event": answer.event,
        "target": answer.target,
        "by": answer.by,
        "at": moment(answer.at),
        "deadline": answer.deadline,
        "rules": list(answer.rules),
        "reasons": [reason(one) for one in answer.reasons],
        "changes": [_change(one) for one in answer.changes],
        "clocks": [
            {"rule": one.rule, "target": one.target, "what": one.what, "due": moment(one.due)} for one in answer.clocks
        ],
        "notifications": [{"to": one.to, "rule": one.rule, "target": one.target} for one in answer.notifications],
        "skipped": [reason(one) for one in answer.skipped],
        "fault": answer.fault,
        "context": list(answer.context),
        "valid_until": moment(answer.valid_until),
        "from": moment(answer.from_),
    }


def reason(one: Reason) -> Data:
    """Why something is refused or skipped."""
    return {
        "code": one.code,
        "message": one.message,
        "rule": one.rule,
        "target": one.target,
        "values": dict(one.values),
        "source": list(one.source),
        "place": place(one.place),
        "from": moment(one.from_),
        "inner": [reason(inner) for inner in one.inner],
    }


def _change(one: Change) -> Data:
    return {
        "rule": one.rule,
        "event": one.event,
        "target": one.target,
        "by": one.by,
        "from": one.from_,
        "to": one.to,
        "facts": dict(one.facts),
        "source": list(one.source),
        "created": one.created,
    }


def obligation(one: Obligation) -> Data:
    """What must be done next, by whom, by when, or else."""
    return {
        "rule": one.rule,
        "target": one.target,
        "kind": one.kind,
        "owed_by": one.owed_by,
        "title": one.title,
        "due": moment(one.due),
        "consequence_at": moment(one.consequence_at),
        "missed": one.missed,
        "overdue": one.overdue,
        "paused": one.paused,
        "within": one.within,
        "met_by": list(one.met_by),
        "then": one.then,
        "may": list(one.may),
        "reminders": [moment(at) for at in one.reminders],
        "source": list(one.source),
    }


def option(one: Option) -> Data:
    """An event an actor could send, allowed or not, and why."""
    return {
        "event": one.event,
        "target": one.target,
        "by": one.by,
        "allowed": one.allowed,
        "title": one.title,
        "rules": list(one.rules),
        "to": list(one.to),
        "facts": [
            {
                "name": need.name,
                "type": need.type,
                "required": need.required,
                "choices": list(need.choices),
                "title": need.title,
            }
            for need in one.facts
        ],
        "reasons": [reason(why) for why in one.reasons],
        "limits": [
            {
                "rule": room.rule,
                "form": room.form,
                "bound": room.bound,
                "left": room.left,
                "source": list(room.source),
            }
            for room in one.limits
        ],
        "source": list(one.source),
        "until": moment(one.until),
        "from": moment(one.from_),
    }
