"""Cases as JSON text and back, byte for byte. Only the pack knows the types of facts, so only an engine can do it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import msgspec

from rulesengine.case import Case, Instance, Opening, Run, Small, Times
from rulesengine.case.many import together
from rulesengine.diagnostics import sentence
from rulesengine.engine.draft import NOTHING, draft_of
from rulesengine.engine.program import ID, Program
from rulesengine.facts import read_date, read_moment, show_moment

#: a case's text; 10,000 instances with ten facts each stay well below it
LONGEST = 50_000_000
#: the days a case keeps are those of seven years
MOST_HOLIDAYS = 7 * 366


class CaseError(ValueError):
    """A text that is no case, or a case that this engine cannot go on with. The message says what to do."""


class _RunText(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    start: str
    began: str
    outcome: str = "open"
    due: str | None = None
    fires: str | None = None
    pauses: list[list[str | None]] = []
    reminders: list[str] = []
    ended: str | None = None
    late: str | None = None


class _InstanceText(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: str
    process: str
    parent: str | None
    state: str
    facts: dict[str, str | bool | list[str]]
    happened: dict[str, tuple[int, str]]
    entered: dict[str, str]
    runs: dict[str, list[_RunText]]


class _CaseText(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pack: str
    version: str
    digest: str
    variant: str
    readings: dict[str, str]
    holidays: list[str]
    zones: str
    moment: str
    instances: list[_InstanceText]


_DECODER = msgspec.json.Decoder(_CaseText)


def write(program: Program, case: Case) -> str:
    """The case as JSON text: keys in a fixed order, money and numbers as text, moments in UTC with six decimals."""
    text = _CaseText(
        pack=case.pack,
        version=case.version,
        digest=case.opening.digest,
        variant=case.variant,
        readings=dict(case.readings),
        holidays=list(case.opening.holidays),
        zones=case.opening.zones,
        moment=show_moment(case.moment),
        instances=[_instance_text(program, instance) for instance in case.instances.values()],
    )
    return msgspec.json.encode(text).decode()


def _instance_text(program: Program, instance: Instance) -> _InstanceText:
    facts = program.processes[instance.process].facts
    return _InstanceText(
        id=instance.id,
        process=instance.process,
        parent=instance.parent,
        state=instance.state,
        facts={name: facts[name].show(value) for name, value in instance.facts.items()},
        happened={event: (times.count, show_moment(times.latest)) for event, times in instance.happened.items()},
        entered={state: show_moment(at) for state, at in instance.entered.items()},
        runs={name: [_run_text(run) for run in runs] for name, runs in instance.runs.items()},
    )


def _maybe(moment: int | None) -> str | None:
    return None if moment is None else show_moment(moment)


def _run_text(run: Run) -> _RunText:
    return _RunText(
        start=show_moment(run.start),
        began=show_moment(run.began),
        outcome=run.outcome,
        due=_maybe(run.due),
        fires=_maybe(run.fires),
        pauses=[[_maybe(start), _maybe(end)] for start, end in run.pauses],
        reminders=[show_moment(moment) for moment in run.reminders],
        ended=_maybe(run.ended),
        late=_maybe(run.late),
    )


def envelope(text: str | bytes) -> _CaseText:
    """The text's outer form, before any fact is read. CaseError where it is no case."""
    if len(text) > LONGEST:
        raise CaseError(f"A case's text has at most {LONGEST:,} characters; this one has {len(text):,}.")
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise CaseError(f"This text is no case: {sentence(fault)} Use what Engine.write gave.") from None


def read(program: Program, text: _CaseText) -> Case:
    """The case of a text that was opened under this program's pack, variant and readings."""
    instances: dict[str, Instance] = {}
    for entry in text.instances:
        instance = _instance(program, entry, instances)
        if instance.id in instances:
            raise CaseError(f"This text is no case: the instance {instance.id} stands in it twice.")
        instances[instance.id] = instance
    opening = Opening(
        pack=text.pack,
        version=text.version,
        digest=text.digest,
        variant=text.variant,
        readings=text.readings,
        holidays=_holidays(text.holidays),
        zones=text.zones,
    )
    case = Case(opening=program.shared(opening), moment=_moment(text.moment), instances=together(instances.values()))
    # what follows from the rest: who suspends, and when time next changes what
    draft = draft_of(program, case, case.moment, NOTHING)
    for instance in instances.values():
        draft.look_at_suspending(instance)
    draft.put_all()
    return draft.case()


def _holidays(days: list[str]) -> tuple[str, ...]:
    try:
        read = [read_date(day) for day in days]
    except ValueError as fault:
        raise CaseError(f"This text is no case: {sentence(fault)}") from None
    if len(days) > MOST_HOLIDAYS or any(later <= day for day, later in pairwise(read)):
        raise CaseError("This text is no case: its holidays are those of some years, each once and in order.")
    return tuple(days)


def _moment(text: str | None) -> int:
    try:
        return read_moment(text)
    except ValueError as fault:
        raise CaseError(f"This text is no case: {sentence(fault)}") from None


def _optional(text: str | None) -> int | None:
    return None if text is None else _moment(text)


def _instance(program: Program, text: _InstanceText, before: Mapping[str, Instance]) -> Instance:
    prepared = program.processes.get(text.process)
    if prepared is None or not ID.fullmatch(text.id) or not text.id.startswith(f"{text.process}/"):
        raise CaseError(f"This text is no case of this pack: '{text.id[:80]}' is no instance of one of its processes.")
    if text.state not in prepared.process.states:
        raise CaseError(f"This text is no case of this pack: {text.process} has no state '{text.state[:60]}'.")
    above = before[text.parent].process if text.parent is not None and text.parent in before else ""
    if (prepared.under or "") != above or (text.parent is not None and not above):
        raise CaseError(f"This text is no case: {text.id} stands under '{text.parent}', which cannot be its parent.")
    facts: dict[str, Any] = {}
    for name, raw in text.facts.items():
        if name not in prepared.facts:
            raise CaseError(f"This text is no case of this pack: {text.process} has no fact '{name[:60]}'.")
        try:
            facts[name] = prepared.facts[name].read(raw)
        except ValueError as fault:
            raise CaseError(f"This text is no case: {text.id}.{name}: {sentence(fault)}") from None
    deadlines = {deadline.name for deadline in prepared.deadlines}
    known = (
        set(text.happened) <= prepared.events,
        set(text.entered) <= set(prepared.process.states),
        set(text.runs) <= deadlines,
    )
    if not all(known):
        raise CaseError(
            f"This text is no case of this pack: {text.id} tells of events, states or deadlines it does not have."
        )
    return Instance(
        id=text.id,
        process=text.process,
        parent=text.parent,
        state=text.state,
        facts=facts,
        happened=Small.of({event: Times(times, _moment(at)) for event, (times, at) in text.happened.items()}),
        entered=Small.of({state: _moment(at) for state, at in text.entered.items()}),
        runs=Small.of({name: tuple(_run(run) for run in runs) for name, runs in text.runs.items()}),
    )


def _run(text: _RunText) -> Run:
    if text.outcome not in ("open", "met", "missed", "void", "elapsed"):
        raise CaseError(f"This text is no case: '{text.outcome[:20]}' is no outcome of a deadline.")
    if any(len(pause) != 2 for pause in text.pauses):
        raise CaseError("This text is no case: a pause has a beginning and an end.")
    pauses = tuple((_moment(pause[0]), _optional(pause[1])) for pause in text.pauses)
    if any(end is None or not start <= end <= later for (start, end), (later, _) in pairwise(pauses)):
        raise CaseError("This text is no case: pauses come one after the other, and only the last may be open.")
    return Run(
        start=_moment(text.start),
        began=_moment(text.began),
        outcome=text.outcome,  # type: ignore[arg-type]
        due=_optional(text.due),
        fires=_optional(text.fires),
        pauses=pauses,
        reminders=tuple(_moment(moment) for moment in text.reminders),
        ended=_optional(text.ended),
        late=_optional(text.late),
    )
