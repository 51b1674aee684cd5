"""What time does by itself: reminders, misses, and the consequences of deadlines, moment by moment."""

from __future__ import annotations

import msgspec

from rulesengine.case import NEVER, Case, Clock, Decision, Instance, Run, to_datetime
from rulesengine.case.many import awake
from rulesengine.engine.draft import NOTHING, Draft, draft_of
from rulesengine.engine.judging import Attempt
from rulesengine.engine.program import Program
from rulesengine.engine.step import take
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.reading import SYSTEM

#: what one call of `advance` lets fire before it begins another moment; further than that is asked for in several
#: calls. Every decision keeps its case, so that memory grows with the square of it.
MOST_FIRED = 2_000


class AdvanceTooFarError(ValueError):
    """More deadlines than one call may fire lie before the moment asked for. The case given is as good as before."""


def advance(program: Program, case: Case, until: int) -> tuple[list[Decision], Case]:
    """Let time pass: everything due strictly before `until` fires, in order. The case then stands at `until`."""
    decisions: list[Decision] = []
    while case.wakes < until:
        if len(decisions) >= MOST_FIRED:
            raise AdvanceTooFarError(
                f"{MOST_FIRED:,} deadlines and more fire before {to_datetime(until):%Y-%m-%d %H:%M} UTC; the first of "
                f"them lead to {case.now:%Y-%m-%d %H:%M} UTC. Let time pass in shorter steps."
            )
        case = _moment(program, case, max(case.wakes, case.moment), decisions)
    if case.moment < until:
        case = msgspec.structs.replace(case, moment=until)
    return decisions, case


def _moment(program: Program, case: Case, now: int, decisions: list[Decision]) -> Case:
    """Everything that is due by `now`: first reminders, then misses, then the consequences, each in file order."""
    draft = draft_of(program, case, now, NOTHING, fired=True)
    told: list[Decision] = []
    consequences: list[tuple[str, Deadline, Run]] = []
    for instance in awake(draft.instances, now):
        for deadline in program.processes[instance.process].deadlines:
            run = _latest(draft.instances[instance.id], deadline)
            if run is None:
                continue
            run = _remind(draft, instance.id, deadline, run, told)
            run = _miss(draft, instance.id, deadline, run, told)
            if _is_due(draft, instance.id, deadline, run):
                consequences.append((instance.id, deadline, run))
    told.sort(key=lambda decision: decision.kind != "reminder")
    case = draft.case()
    if told:
        # one batch: no order among them matters, so all carry the case in which all are on record
        decisions.extend(msgspec.structs.replace(decision, case=case) for decision in told)
    elif not consequences:
        # nothing was due after all; note when it will be
        draft = draft_of(program, case, now, NOTHING, fired=True)
        draft.put_all()
        case = draft.case()
    for name, deadline, run in consequences:
        decision = _consequence(program, case, now, name, deadline, run)
        if decision is not None:
            decisions.append(decision)
            case = decision.case
    return case


def _latest(instance: Instance, deadline: Deadline) -> Run | None:
    runs = instance.runs.get(deadline.name)
    return runs[-1] if runs and runs[-1].ended is None else None


def _replace(draft: Draft, name: str, deadline: Deadline, run: Run) -> Run:
    instance = draft.instances[name]
    draft.put(instance, instance.runs.put(deadline.name, (*instance.runs[deadline.name][:-1], run)))
    return run


def _remind(draft: Draft, name: str, deadline: Deadline, run: Run, told: list[Decision]) -> Run:
    if run.outcome != "open" or not run.reminders or run.reminders[0] > draft.moment:
        return run
    told.append(_told(draft, "reminder", name, deadline, run))
    left = tuple(moment for moment in run.reminders if moment > draft.moment)
    return _replace(draft, name, deadline, msgspec.structs.replace(run, reminders=left))


def _miss(draft: Draft, name: str, deadline: Deadline, run: Run, told: list[Decision]) -> Run:
    if deadline.wait or run.outcome != "open" or run.due is None or run.due > draft.moment:
        return run
    told.append(_told(draft, "missed", name, deadline, run))
    return _replace(draft, name, deadline, msgspec.structs.replace(run, outcome="missed", reminders=()))


def _is_due(draft: Draft, name: str, deadline: Deadline, run: Run) -> bool:
    if not deadline.then or run.ended is not None or run.fires is None or run.fires > draft.moment:
        return False
    if run.outcome != ("open" if deadline.wait else "missed"):
        return False
    return not (draft.suspending and draft.is_held(draft.instances[name], deadline.then))


def _consequence(program: Program, case: Case, now: int, name: str, deadline: Deadline, run: Run) -> Decision | None:
    """Raise the deadline's event, unless its run was stopped meanwhile. Refused, the step is undone: a fault of the
    pack, on record and not tried again.
    """
    current = _latest(case.instances[name], deadline)
    if current is None or current != run:
        return None
    marked = draft_of(program, case, now, NOTHING, fired=True)
    if marked.suspending and marked.is_held(marked.instances[name], deadline.then):
        return None
    _replace(
        marked,
        name,
        deadline,
        msgspec.structs.replace(run, outcome="elapsed" if deadline.wait else "missed", ended=now),
    )
    undone = marked.case()
    instance = undone.instances[name]
    named = program.events[f"{instance.process}.{deadline.then}"]
    attempt = Attempt(named=named, by=SYSTEM, facts=NOTHING, target=name)
    draft, reasons = take(draft_of(program, undone, now, NOTHING, fired=True), attempt)
    return Decision(
        accepted=not reasons,
        kind="fired",
        fault=bool(reasons),
        deadline=deadline.rule,
        event=attempt.name,
        target=name,
        by=SYSTEM,
        moment=now,
        rules=(draft.changes[0].rule,) if not reasons else tuple(dict.fromkeys(r.rule for r in reasons if r.rule)),
        reasons=reasons,
        changes=() if reasons else draft.changes,
        clocks=() if reasons else draft.clocks,
        notifications=() if reasons else draft.notifications,
        skipped=() if reasons else draft.skipped,
        case=undone if reasons else draft.case(),
    )


def _told(draft: Draft, kind: str, name: str, deadline: Deadline, run: Run) -> Decision:
    return Decision(
        accepted=True,
        kind="missed" if kind == "missed" else "reminder",
        deadline=deadline.rule,
        event="",
        target=name,
        by=SYSTEM,
        moment=draft.moment,
        rules=(deadline.rule,),
        clocks=(Clock(rule=deadline.rule, target=name, what=kind, due_at=run.due),),
        case=draft.base,
    )


__all__ = ["NEVER", "AdvanceTooFarError", "advance"]
