"""Instances put straight into a state, as scenarios do: there a case begins in the middle of its life."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from rulesengine.case import EMPTY, Case, Instance, Run, Small, Times
from rulesengine.case.many import number_of
from rulesengine.diagnostics import did_you_mean, sentence
from rulesengine.engine.arriving import shown
from rulesengine.engine.codec import CaseError
from rulesengine.engine.draft import NEW, NOTHING, Draft, draft_of
from rulesengine.engine.program import ID, Program
from rulesengine.engine.step import settle
from rulesengine.facts import LAST_MOMENT, read_moment


def moment_of(at: datetime | int) -> int:
    """A moment in microseconds. CaseError for one without a zone or out of range."""
    if isinstance(at, int) and 0 <= at <= LAST_MOMENT:
        return at
    try:
        return read_moment(at)
    except ValueError as fault:
        raise CaseError(f"The moment cannot be used: {sentence(fault)}") from None


def known(word: str, words: Iterable[str], kind: str) -> None:
    """CaseError, with the likely word, where `word` is not one of these."""
    words = list(words)
    if word not in words:
        raise CaseError(f"There is no {kind} '{shown(word)}'. {did_you_mean(shown(word), words)}".strip())


def give(
    program: Program,
    case: Case,
    *,
    process: str,
    id: str = "",
    under: str = "",
    state: str = "",
    facts: Mapping[str, Any] | None = None,
    entered: datetime | int | Mapping[str, datetime | int] | None = None,
    happened: Mapping[str, datetime | int | Sequence[datetime | int]] | Iterable[str] = (),
    missed: Iterable[str] = (),
) -> Case:
    """The case with one more instance put straight into a state, as scenarios do; its clocks run from `entered`.

    `entered` is the moment of the present state, or those of several states; `happened` gives events with their
    latest moment, or with all their moments; a fact that is None is not known, whatever its default. CaseError where
    the pack has no such process, state, fact, event or deadline.
    """
    known(process, program.processes, "process")
    prepared = program.processes[process]
    entry = prepared.process.states
    if not state:
        if len(entry) != 1 and len({rule.to for rule in prepared.process.transitions if rule.creates}) != 1:
            raise CaseError(f"Say in which state the {process} is: {', '.join(entry)}.")
        state = next((rule.to for rule in prepared.process.transitions if rule.creates and rule.to), next(iter(entry)))
    known(state, entry, f"state of {process}")
    parent: str | None = None
    if prepared.under:
        candidates = [i.id for i in case.instances.values() if i.process == prepared.under]
        parent = under if "/" in under or not under else f"{prepared.under}/{under}"
        if not parent and len(candidates) != 1:
            raise CaseError(
                f"Say under which {prepared.under} the {process} is: {', '.join(candidates) or 'there is none'}."
            )
        parent = parent or candidates[0]
        known(parent, candidates, prepared.under)
    elif under:
        raise CaseError(f"The process {process} is not under anything; take 'under' away.")
    elif any(i.parent is None for i in case.instances.values()):
        raise CaseError("A case has one instance at its top, and this one has it already.")
    read: dict[str, Any] = dict(prepared.defaults)
    for name, raw in (facts or {}).items():
        known(name, prepared.facts, f"fact of {process}")
        if raw is None:
            read.pop(name, None)
            continue
        try:
            read[name] = prepared.facts[name].read(raw, program.pack.calendar)
        except ValueError as fault:
            raise CaseError(f"{process}.{name}: {sentence(fault)}") from None
    states = {name: moment_of(at) for name, at in entered.items()} if isinstance(entered, Mapping) else {}
    for name in states:
        known(name, prepared.process.states, f"state of {process}")
    if entered is None or isinstance(entered, Mapping):
        moment = states.get(state, case.moment)
    else:
        moment = moment_of(entered)
    events = dict(happened) if isinstance(happened, Mapping) else dict.fromkeys(happened, moment)
    for name in events:
        known(name, prepared.events, f"event of {process}")
    number = number_of(case.instances, process) + 1
    while f"{process}/{number}" in case.instances:
        number += 1
    name = f"{process}/{id or number}"
    if not ID.fullmatch(name):
        raise CaseError(f"'{shown(id)}' cannot name an instance: use letters, digits, '.', '_' and '-'.")
    if name in case.instances:
        raise CaseError(f"There is a {name} already.")
    instance = Instance(
        id=name,
        process=process,
        parent=parent,
        state=state,
        facts=read,
        happened=Small.of({event: _times(at) for event, at in events.items()}),
        entered=Small.of({**states, state: moment}),
        runs=EMPTY,
    )
    draft = draft_of(program, case, moment, NOTHING)
    settle(draft, None, instance, "", "", prepared.concerned(NEW, state, ""))
    for deadline in missed:
        known(deadline, {d.name: d for d in prepared.deadlines}, f"deadline of {process}")
        _missed(draft, name, deadline, moment)
    return msgspec.structs.replace(draft.case(), moment=case.moment)


def _missed(draft: Draft, name: str, deadline: str, moment: int) -> None:
    """Put a miss on record, just before the instance came to where it is."""
    instance = draft.instances[name]
    past = moment - 1
    run = Run(start=past, began=past, due=past, fires=past, outcome="missed", ended=moment)
    draft.put(instance, instance.runs.put(deadline, (run,)))


def _times(at: datetime | int | Sequence[datetime | int]) -> Times:
    """How often something happened, and when it did last."""
    moments = [moment_of(one) for one in at] if isinstance(at, Sequence) else [moment_of(at)]
    return Times(len(moments), max(moments, default=0))
