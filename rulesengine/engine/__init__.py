"""The engine: what an event does to a case, what time does, what may and what must be done. Pure, and the only
meaning of the rules.

    engine = Engine(load_pack("rakuten"))
    case = engine.open(at=...)
    decision = engine.decide(case, Event(event="order.place", by="buyer", at=...))
    decision.case            # the next case, whether accepted or not

Nothing here reads a clock, a file, a network or a random number. An `Engine` holds no state of any case and may be
shared between threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from rulesengine.case import (
    NEVER,
    Case,
    Decision,
    Event,
    Instance,
    Obligation,
    Option,
    Reason,
    Run,
    to_datetime,
    to_moment,
)
from rulesengine.diagnostics import PackError, did_you_mean
from rulesengine.engine import answers, clock, codec
from rulesengine.engine.clock import AdvanceTooFarError
from rulesengine.engine.codec import CaseError
from rulesengine.engine.draft import NOTHING, Context, Draft, Env
from rulesengine.engine.program import Program
from rulesengine.engine.step import Attempt, environment, settle, take
from rulesengine.facts import read_moment
from rulesengine.loading import rebuilt
from rulesengine.pack import Pack
from rulesengine.timing import zone_data_version

__all__ = ["AdvanceTooFarError", "CaseError", "Context", "Engine"]

#: years around its opening whose holidays a case keeps
YEARS_BEFORE, YEARS_AFTER = 1, 5
#: critical moments tried for the one from which a refused event would be accepted
TRIES = 4
#: reasons that time alone can take away
PASSING = frozenset({"condition", "limit", "suspended", "no_transition", "raise_refused"})


class Engine:
    """Decides about cases of one pack, under any of its variants and readings."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._programs: dict[tuple[str, tuple[tuple[str, str], ...]], Program] = {}
        self._holidays: dict[int, tuple[str, ...]] = {}

    def program(self, variant: str, readings: Mapping[str, str]) -> Program:
        """The pack under a variant and readings, made ready to run. PackError where it has no such thing."""
        key = (variant, tuple(sorted(readings.items())) if readings else ())
        found = self._programs.get(key)
        if found is None:
            found = self._programs[key] = Program(rebuilt(self.pack, variant, readings))
        return found

    def _of(self, case: Case) -> Program:
        if case.digest != self.pack.digest:
            raise CaseError(
                f"This case was opened under {case.pack} {case.version} with other rules than this engine's "
                f"{self.pack.name} {self.pack.version}. Load the pack it was opened with."
            )
        return self.program(case.variant, case.readings)

    # opening

    def open(self, at: datetime | int, *, variant: str = "", readings: Mapping[str, str] | None = None) -> Case:
        """An empty case at a moment. `variant` may be left out where the pack has a default.

        CaseError outside of the pack's `valid_from` to `valid_until`; PackError for an unknown variant or reading.
        """
        moment = _moment(at)
        variant = variant or self.pack.default_variant
        if self.pack.variants and not variant:
            raise CaseError(f"{self.pack.name} has variants; name one of: {', '.join(self.pack.variants)}.")
        program = self.program(variant, readings or {})
        pack = program.pack
        day = pack.calendar.local(moment).toordinal()
        if (pack.valid_from is not None and day < pack.valid_from) or (
            pack.valid_until is not None and day > pack.valid_until
        ):
            since = date.fromordinal(pack.valid_from).isoformat() if pack.valid_from is not None else "ever"
            until = date.fromordinal(pack.valid_until).isoformat() if pack.valid_until is not None else "further notice"
            raise CaseError(f"{pack.name} {pack.version} is for cases opened from {since} until {until}.")
        return Case(
            pack=pack.name,
            version=pack.version,
            digest=pack.digest,
            variant=variant,
            readings=dict(readings or {}),
            holidays=_holidays(pack, date.fromordinal(day).year),
            zones=zone_data_version(),
            moment=moment,
            instances={},
        )

    def given(
        self,
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
        program = self._of(case)
        _known(process, program.processes, "process")
        prepared = program.processes[process]
        entry = prepared.process.states
        if not state:
            if len(entry) != 1 and len({rule.to for rule in prepared.process.transitions if rule.creates}) != 1:
                raise CaseError(f"Say in which state the {process} is: {', '.join(entry)}.")
            state = next(
                (rule.to for rule in prepared.process.transitions if rule.creates and rule.to), next(iter(entry))
            )
        _known(state, entry, f"state of {process}")
        parent: str | None = None
        if prepared.under:
            candidates = [i.id for i in case.instances.values() if i.process == prepared.under]
            parent = under if "/" in under or not under else f"{prepared.under}/{under}"
            if not parent and len(candidates) != 1:
                raise CaseError(
                    f"Say under which {prepared.under} the {process} is: {', '.join(candidates) or 'there is none'}."
                )
            parent = parent or candidates[0]
            _known(parent, candidates, prepared.under)
        elif under:
            raise CaseError(f"A {process} is not under anything; take 'under' away.")
        elif any(i.parent is None for i in case.instances.values()):
            raise CaseError("A case has one instance at its top, and this one has it already.")
        read: dict[str, Any] = dict(prepared.defaults)
        for name, raw in (facts or {}).items():
            _known(name, prepared.facts, f"fact of {process}")
            if raw is None:
                read.pop(name, None)
                continue
            try:
                read[name] = prepared.facts[name].read(raw, program.pack.calendar)
            except ValueError as fault:
                raise CaseError(f"{process}.{name}: {fault}.") from None
        states = {name: _moment(at) for name, at in entered.items()} if isinstance(entered, Mapping) else {}
        for name in states:
            _known(name, prepared.process.states, f"state of {process}")
        if entered is None or isinstance(entered, Mapping):
            moment = states.get(state, case.moment)
        else:
            moment = _moment(entered)
        events = dict(happened) if isinstance(happened, Mapping) else dict.fromkeys(happened, moment)
        for name in events:
            _known(name, prepared.events, f"event of {process}")
        number = sum(1 for i in case.instances.values() if i.process == process) + 1
        name = f"{process}/{id or number}"
        if name in case.instances:
            raise CaseError(f"There is a {name} already.")
        draft = Draft(program, case, moment, NOTHING)
        draft.instances[name] = Instance(
            id=name,
            process=process,
            parent=parent,
            state=state,
            facts=read,
            happened={event: _times(at) for event, at in events.items()},
            entered={**states, state: moment},
            runs={},
        )
        settle(draft, None, name, "", "")
        for deadline in missed:
            _known(deadline, {d.name: d for d in prepared.deadlines}, f"deadline of {process}")
            self._missed(draft, name, deadline, moment)
        return msgspec.structs.replace(draft.case(), moment=case.moment)

    @staticmethod
    def _missed(draft: Draft, name: str, deadline: str, moment: int) -> None:
        """Put a miss on record, just before the instance came to where it is."""
        instance = draft.instances[name]
        past = moment - 1
        run = Run(start=past, began=past, due=past, fires=past, outcome="missed", ended=moment)
        draft.put_runs(instance, deadline, (run,))

    # deciding

    def decide(self, case: Case, event: Event, context: Mapping[str, Mapping[str, Any]] | None = None) -> Decision:
        """What an event does: first time passes up to it, then it is taken with all it raises, or refused.

        A refusal is a `Decision` with reasons, whose case is what `advance` to that moment gives; nothing is raised
        for anything an event says. CaseError where the case is another pack's, AdvanceTooFarError as in `advance`.
        """
        program = self._of(case)
        at = event.at
        try:
            moment = read_moment(at)
        except (ValueError, TypeError, OverflowError) as fault:
            return _refused(case, event, to_datetime(case.moment), Reason(code="bad_fact", message=f"at: {fault}."))
        if moment < case.moment:
            text = f"{event.event} is of {to_datetime(moment)}, and the case has come to {to_datetime(case.moment)}."
            return _refused(case, event, at, Reason(code="out_of_order", target=event.target, message=text))
        fired: Sequence[Decision] = ()
        if case.wakes < moment:
            fired, case = clock.advance(program, case, moment)
        elif case.moment != moment:
            case = msgspec.structs.replace(case, moment=moment)
        values, reasons = self._context(program, context)
        attempt = self._attempt(program, case, event, reasons)
        if attempt is None or reasons:
            return _refused(case, event, at, *reasons, fired=tuple(fired))
        draft = Draft(program, case, moment, values)
        refused = take(draft, attempt)
        until = min(draft.horizon, case.wakes)
        if refused and until < NEVER and all(reason.code in PASSING for reason in refused):
            refused = self._with_opening(program, case, attempt, values, until, refused)
        return Decision(
            accepted=not refused,
            event=attempt.name,
            target=attempt.at if refused or attempt.target else draft.changes[0].target,
            by=event.by,
            at=to_datetime(moment),
            rules=tuple(dict.fromkeys(r.rule for r in refused if r.rule))
            if refused
            else tuple(dict.fromkeys(change.rule for change in draft.changes)),
            reasons=refused,
            changes=() if refused else tuple(draft.changes),
            clocks=() if refused else tuple(draft.clocks),
            notifications=() if refused else tuple(draft.notifications),
            skipped=() if refused else tuple(draft.skipped),
            fired=tuple(fired),
            context=tuple(sorted(draft.context_read)),
            valid_until=to_datetime(until) if until < NEVER else None,
            from_=to_datetime(until + 1) if until < NEVER else None,
            case=case if refused else draft.case(),
        )

    def _with_opening(
        self, program: Program, case: Case, attempt: Attempt, values: Context, until: int, refused: tuple[Reason, ...]
    ) -> tuple[Reason, ...]:
        """The reasons with the moment from which the same event would be accepted, where one of the next is it."""
        for _ in range(TRIES):
            if until >= NEVER:
                break
            _, case = clock.advance(program, case, until + 1)
            if attempt.target is not None and attempt.target not in case.instances:
                break
            draft = Draft(program, case, until + 1, values)
            if not take(draft, attempt):
                opening = to_datetime(until + 1)
                return tuple(msgspec.structs.replace(reason, from_=opening) for reason in refused)
            until = min(draft.horizon, case.wakes)
        return tuple(msgspec.structs.replace(reason, from_=None) for reason in refused)

    def _context(
        self, program: Program, context: Mapping[str, Mapping[str, Any]] | None
    ) -> tuple[Context, list[Reason]]:
        """The context in memory form; a reason for each value that does not fit."""
        if not context:
            return NOTHING, []
        declared = program.pack.context
        values: dict[str, dict[str, Any]] = {}
        reasons: list[Reason] = []
        for name, facts in context.items():
            if name not in declared or not isinstance(facts, Mapping):
                text = f"There is no context '{name}'. {did_you_mean(str(name), declared)}".strip()
                reasons.append(Reason(code="bad_fact", message=text))
                continue
            read = values[name] = {}
            for fact, raw in facts.items():
                if fact not in declared[name]:
                    text = f"The context has no {name}.{fact}. {did_you_mean(str(fact), declared[name])}".strip()
                    reasons.append(Reason(code="bad_fact", message=text))
                    continue
                try:
                    read[fact] = declared[name][fact].read(raw, None)
                except ValueError as fault:
                    reasons.append(Reason(code="bad_fact", message=f"{name}.{fact}: {fault}."))
        return values, reasons

    def _attempt(self, program: Program, case: Case, event: Event, reasons: list[Reason]) -> Attempt | None:
        """The event with its instance found and its facts read; None with reasons where that fails."""
        process, _, name = str(event.event).rpartition(".")
        if not process and len(program.processes) == 1:
            process = next(iter(program.processes))
        prepared = program.processes.get(process)
        if prepared is None or name not in prepared.events:
            known = [f"{p}.{e}" for p, other in program.processes.items() for e in sorted(other.events)]
            text = f"There is no event '{event.event}'. {did_you_mean(str(event.event), known)}".strip()
            reasons.append(Reason(code="unknown_event", target=str(event.target), message=text))
            return None
        creating = name in prepared.creating
        target = self._target(case, event, prepared.under if creating else process, creating, reasons)
        if target is None:
            return None
        if creating and event.id:
            if not codec._ID.fullmatch(f"{process}/{event.id}"):
                text = f"'{str(event.id)[:80]}' cannot name an instance: use letters, digits, '.', '_' and '-'."
                reasons.append(Reason(code="bad_fact", target=target, message=text))
            elif f"{process}/{event.id}" in case.instances:
                text = f"There is a {process}/{event.id} already."
                reasons.append(Reason(code="bad_fact", target=target, message=text))
        facts: dict[str, Any] = {}
        given = event.facts if isinstance(event.facts, Mapping) else {}
        for fact, raw in given.items():
            if fact not in prepared.facts:
                text = f"A {process} has no fact '{fact}'. {did_you_mean(str(fact), prepared.facts)}".strip()
                reasons.append(Reason(code="bad_fact", target=target, message=text))
                continue
            if raw is None:
                continue
            try:
                facts[fact] = prepared.facts[fact].read(raw, None)
            except ValueError as found:
                reasons.append(
                    Reason(code="bad_fact", target=target, message=f"{fact}: {found}.", values={fact: str(raw)[:80]})
                )
                continue
            if prepared.facts[fact].kind == "instances":
                missing = [n for n in facts[fact] if n not in case.instances]
                if missing:
                    text = f"{fact}: there is no {missing[0]} in this case."
                    reasons.append(Reason(code="bad_fact", target=target, message=text))
        return Attempt(
            process=process,
            event=name,
            by=event.by,
            facts=facts,
            target=None if creating else target,
            parent=target or None if creating else None,
            id=event.id if creating else "",
        )

    def _target(self, case: Case, event: Event, process: str, creating: bool, reasons: list[Reason]) -> str | None:
        """The instance an event is for (the parent of a creating one, "" where it has none)."""
        if not process:
            if event.target:
                text = f"{event.event} opens a case: it has no target."
            elif case.instances:
                text = f"{event.event} opens a case, and this one is open already."
            else:
                return ""
            reasons.append(Reason(code="unknown_target", target=event.target, message=text))
            return None
        candidates = [i.id for i in case.instances.values() if i.process == process]
        if event.target:
            target = event.target if "/" in event.target else f"{process}/{event.target}"
            if target in candidates:
                return target
            text = f"There is no {process} '{event.target}' here. {did_you_mean(event.target, candidates)}".strip()
        else:
            alive = [n for n in candidates if not self._of(case).is_final(case.instances[n])]
            fitting = alive or candidates
            if len(fitting) == 1:
                return fitting[0]
            text = (
                f"{event.event} fits more than one: name one of {', '.join(fitting[:12])}."
                if fitting
                else f"There is no {process} in this case for {event.event}."
            )
        reasons.append(Reason(code="unknown_target", target=event.target, message=text))
        return None

    # time and questions

    def advance(self, case: Case, until: datetime | int) -> tuple[tuple[Decision, ...], Case]:
        """Let time pass: everything due strictly before `until` fires, oldest first, and the case then stands at
        `until`. A moment before the case's own changes nothing. AdvanceTooFarError where more than 10,000 would fire.
        """
        decisions, case = clock.advance(self._of(case), case, _moment(until))
        return tuple(decisions), case

    def options(
        self,
        case: Case,
        actor: str,
        now: datetime | int | None = None,
        context: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> list[Option]:
        """What an actor may do at `now` (default: the case's moment): every event it is named in, allowed or not,
        why, with which facts, how much room limits leave, and until or from when. CaseError for an unknown actor or a
        context that does not fit.
        """
        program = self._of(case)
        _known(actor, program.pack.actors, "actor")
        values, reasons = self._context(program, context)
        if reasons:
            raise CaseError(" ".join(reason.message for reason in reasons))
        moment = case.moment if now is None else max(_moment(now), case.moment)
        return answers.options(program, case, actor, moment, values)

    def obligations(self, case: Case, now: datetime | int | None = None) -> list[Obligation]:
        """What must be done next, by whom, by when, and what happens otherwise, at `now` (default: the case's
        moment), soonest first; waits stand among the duties.
        """
        moment = case.moment if now is None else max(_moment(now), case.moment)
        return answers.obligations(self._of(case), case, moment)

    def env(self, case: Case, event: Event, context: Mapping[str, Mapping[str, Any]] | None = None) -> Env:
        """What the guards of the transitions see that may take an event: for triggering `machine_of` by hand.

        CaseError where the event fits no instance of the case.
        """
        program = self._of(case)
        values, reasons = self._context(program, context)
        attempt = self._attempt(program, case, event, reasons)
        if attempt is None or reasons:
            raise CaseError(" ".join(reason.message for reason in reasons))
        return environment(Draft(program, case, to_moment(event.at), values), attempt)

    # JSON

    def write(self, case: Case) -> str:
        """The case as JSON text; `read` gives it back, byte for byte."""
        return codec.write(self._of(case), case)

    def read(self, text: str | bytes) -> Case:
        """The case of a JSON text that `write` gave. CaseError for anything else, and for another pack's case."""
        found = codec.envelope(text)
        if found.digest != self.pack.digest:
            raise CaseError(
                f"This case was opened under {found.pack} {found.version} with other rules than this engine's "
                f"{self.pack.name} {self.pack.version}. Load the pack it was opened with."
            )
        try:
            program = self.program(found.variant, found.readings)
        except PackError as fault:
            raise CaseError(f"This text is no case of this pack: {fault.diagnostics[0].message}") from None
        return codec.read(program, found)


def _moment(at: datetime | int) -> int:
    if isinstance(at, int):
        return at
    try:
        return read_moment(at)
    except ValueError as fault:
        raise CaseError(f"The moment cannot be used: {fault}.") from None


def _times(at: datetime | int | Sequence[datetime | int]) -> tuple[int, int]:
    """How often something happened, and when it did last."""
    moments = [_moment(one) for one in at] if isinstance(at, Sequence) else [_moment(at)]
    return len(moments), max(moments, default=0)


def _known(word: str, known: Iterable[str], kind: str) -> None:
    known = list(known)
    if word not in known:
        raise CaseError(f"There is no {kind} '{word}'. {did_you_mean(str(word), known)}".strip())


def _holidays(pack: Pack, year: int) -> tuple[str, ...]:
    first = date(max(1, year - YEARS_BEFORE), 1, 1).toordinal()
    last = date(year + YEARS_AFTER, 12, 31).toordinal()
    return tuple(date.fromordinal(day).isoformat() for day in sorted(pack.calendar.holidays) if first <= day <= last)


def _refused(case: Case, event: Event, at: Any, *reasons: Reason, fired: tuple[Decision, ...] = ()) -> Decision:
    moment = at if isinstance(at, datetime) and at.tzinfo is not None else to_datetime(case.moment)
    return Decision(
        accepted=False,
        event=str(event.event),
        target=str(event.target),
        by=str(event.by),
        at=moment,
        reasons=reasons,
        fired=fired,
        case=case,
    )
