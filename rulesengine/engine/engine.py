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
    Obligation,
    Opening,
    Option,
    Reason,
    to_datetime,
    to_moment,
)
from rulesengine.diagnostics import PackError, sentence
from rulesengine.engine import answers, clock, codec
from rulesengine.engine.arriving import misshapen, read_context, read_event, shown
from rulesengine.engine.codec import CaseError
from rulesengine.engine.draft import NOTHING, Context, Env, draft_of
from rulesengine.engine.giving import give, known, moment_of
from rulesengine.engine.judging import Attempt, environment
from rulesengine.engine.program import Program
from rulesengine.engine.step import take
from rulesengine.facts import read_moment
from rulesengine.loading import Basis, basis_of, rebuilt
from rulesengine.pack import Pack
from rulesengine.rules.reading import SYSTEM
from rulesengine.timing import zone_data_version

#: variants and readings kept ready to run at once
MOST_PROGRAMS = 256
#: critical moments tried for the one from which a refused event would be accepted
TRIES = 4
#: reasons that time alone can take away
PASSING = frozenset({"condition", "limit", "suspended", "no_transition", "raise_refused"})


class Engine:
    """Decides about cases of one pack, under any of its variants and readings."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._programs: dict[tuple[str, tuple[tuple[str, str], ...]], Program] = {}
        self._basis: Basis | None = None
        self._first: Program | None = None
        self._latest: tuple[Opening | None, Program | None] = (None, None)

    def program(self, variant: str, readings: Mapping[str, str]) -> Program:
        """The pack under a variant and readings, made ready to run. PackError where it has no such thing."""
        key = (variant, tuple(sorted(readings.items())) if readings else ())
        found = self._programs.get(key)
        if found is None:
            if len(self._programs) >= MOST_PROGRAMS:
                # readings come from texts of cases too, and those may be anybody's
                self._programs.clear()
            found = self._programs[key] = Program(self._under(variant, readings), self._first)
            self._first = self._first or found
        return found

    def _under(self, variant: str, readings: Mapping[str, str]) -> Pack:
        """The pack under a variant and readings; what they leave as it is, is read once."""
        if self._basis is None and (readings or variant != self.pack.variant):
            self._basis = basis_of(self.pack)
        return rebuilt(self.pack, variant, readings, self._basis)

    def _of(self, case: Case) -> Program:
        opening = case.opening
        latest, program = self._latest
        if opening is latest and program is not None:
            return program
        if opening.digest != self.pack.digest:
            raise CaseError(
                f"This case was opened under {case.pack} {case.version} with other rules than this engine's "
                f"{self.pack.name} {self.pack.version}. Load the pack it was opened with."
            )
        program = self.program(opening.variant, opening.readings)
        # cases have their openings in common: mostly it is the same again
        self._latest = (opening, program)
        return program

    # opening

    def open(self, at: datetime | int, *, variant: str = "", readings: Mapping[str, str] | None = None) -> Case:
        """An empty case at a moment. `variant` may be left out where the pack has a default.

        CaseError outside of the pack's `valid_from` to `valid_until`; PackError for an unknown variant or reading.
        """
        moment = moment_of(at)
        variant = variant or self.pack.default_variant
        if self.pack.variants and not variant:
            raise CaseError(f"{self.pack.name} has variants; name one of: {', '.join(self.pack.variants)}.")
        program = self.program(variant, readings or {})
        pack = program.pack
        day = pack.calendar.day_of(moment)
        if (pack.valid_from is not None and day < pack.valid_from) or (
            pack.valid_until is not None and day > pack.valid_until
        ):
            since = date.fromordinal(pack.valid_from).isoformat() if pack.valid_from is not None else "ever"
            until = date.fromordinal(pack.valid_until).isoformat() if pack.valid_until is not None else "further notice"
            raise CaseError(f"{pack.name} {pack.version} is for cases opened from {since} until {until}.")
        opening = Opening(
            pack=pack.name,
            version=pack.version,
            digest=pack.digest,
            variant=variant,
            readings=dict(readings or {}),
            holidays=program.holidays_around(date.fromordinal(day).year),
            zones=zone_data_version(),
        )
        return Case(opening=program.shared(opening), moment=moment, instances={})

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
        latest moment, or with all their moments; a fact that is None is not known, whatever its default. CaseError
        where the pack has no such process, state, fact, event or deadline.
        """
        return give(
            self._of(case),
            case,
            process=process,
            id=id,
            under=under,
            state=state,
            facts=facts,
            entered=entered,
            happened=happened,
            missed=missed,
        )

    # deciding

    def decide(self, case: Case, event: Event, context: Mapping[str, Mapping[str, Any]] | None = None) -> Decision:
        """What an event does: first time passes up to it, then it is taken with all it raises, or refused.

        A refusal is a `Decision` with reasons, whose case is what `advance` to that moment gives; nothing is raised
        for anything an event says. CaseError where the case is another pack's, AdvanceTooFarError as in `advance`.
        """
        program = self._of(case)
        try:
            moment = read_moment(event.at)
        except (ValueError, TypeError, OverflowError) as fault:
            reason = Reason(code="bad_fact", message=f"at: {sentence(fault)}")
            return _refused(case, event, case.moment, [reason])
        if moment < case.moment:
            late = f"{shown(event.event)} is of {to_datetime(moment)}"
            text = f"{late}, and the case has come to {to_datetime(case.moment)}."
            reason = Reason(code="out_of_order", target=shown(event.target), message=text)
            return _refused(case, event, moment, [reason], until=case.moment - 1)
        fired: tuple[Decision, ...] = ()
        wakes = case.wakes
        if wakes < moment:
            told, case = clock.advance(program, case, moment)
            fired, wakes = tuple(told), case.wakes
        values, reasons = read_context(program, context) if context else (NOTHING, [])
        wrong = misshapen(event)
        attempt = read_event(program, case, event, reasons) if not wrong else None
        if attempt is None or reasons:
            return _refused(_at(case, moment), event, moment, [*reasons, *wrong], until=wakes, fired=fired)
        draft, refused = take(draft_of(program, case, moment, values), attempt)
        until = min(draft.horizon, wakes)
        read = tuple(sorted(draft.context_read)) if draft.context_read else ()
        if refused:
            return Decision(
                accepted=False,
                event=attempt.named.name,
                target=attempt.at,
                by=event.by,
                moment=moment,
                case=_at(case, moment),
                rules=_once(reason.rule for reason in refused if reason.rule),
                reasons=self._with_opening(program, _at(case, moment), attempt, values, until, refused),
                fired=fired,
                context=read,
                until=until,
            )
        changes = draft.changes
        return Decision(
            accepted=True,
            event=attempt.named.name,
            target=attempt.target or changes[0].target,
            by=event.by,
            moment=moment,
            case=draft.case(),
            rules=(changes[0].rule,) if len(changes) == 1 else _once(change.rule for change in changes),
            changes=changes,
            clocks=draft.clocks,
            notifications=draft.notifications,
            skipped=draft.skipped,
            fired=fired,
            context=read,
            until=until,
        )

    def _with_opening(
        self, program: Program, case: Case, attempt: Attempt, values: Context, until: int, refused: tuple[Reason, ...]
    ) -> tuple[Reason, ...]:
        """The reasons with the moment from which the same event would be accepted, where one of the next is it."""
        passing = all(reason.code in PASSING for reason in refused)
        for _ in range(TRIES if passing else 0):
            if until >= NEVER:
                break
            _, case = clock.advance(program, case, until + 1)
            if attempt.target is not None and attempt.target not in case.instances:
                break
            draft, still = take(draft_of(program, case, until + 1, values), attempt)
            if not still:
                opening = to_datetime(until + 1)
                return tuple(msgspec.structs.replace(reason, from_=opening) for reason in refused)
            until = min(draft.horizon, case.wakes)
        return tuple(msgspec.structs.replace(reason, from_=None) for reason in refused)

    # time and questions

    def advance(self, case: Case, until: datetime | int) -> tuple[tuple[Decision, ...], Case]:
        """Let time pass: everything due strictly before `until` fires, oldest first, and the case then stands at
        `until`. A moment before the case's own changes nothing. AdvanceTooFarError where 2,000 and more would fire.
        """
        decisions, case = clock.advance(self._of(case), case, moment_of(until))
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
        known(actor, [name for name in program.pack.actors if name != SYSTEM], "actor")
        values, reasons = read_context(program, context)
        if reasons:
            raise CaseError(" ".join(reason.message for reason in reasons))
        moment = case.moment if now is None else max(moment_of(now), case.moment)
        return answers.options(program, case, actor, moment, values)

    def obligations(self, case: Case, now: datetime | int | None = None) -> list[Obligation]:
        """What must be done next, by whom, by when, and what happens otherwise, at `now` (default: the case's
        moment), soonest first; waits stand among the duties.
        """
        moment = case.moment if now is None else max(moment_of(now), case.moment)
        return answers.obligations(self._of(case), case, moment)

    def env(self, case: Case, event: Event, context: Mapping[str, Mapping[str, Any]] | None = None) -> Env:
        """What the guards of the transitions see that may take an event: for triggering `pack.machine(…)` by hand.

        CaseError where the event fits no instance of the case.
        """
        program = self._of(case)
        values, reasons = read_context(program, context)
        attempt = read_event(program, case, event, reasons)
        if attempt is None or reasons:
            raise CaseError(" ".join(reason.message for reason in reasons))
        return environment(draft_of(program, case, to_moment(event.at), values), attempt)

    # JSON

    def write(self, case: Case) -> str:
        """The case as JSON text; `read` gives it back, byte for byte."""
        return codec.write(self._of(case), case)

    def read(self, text: str | bytes) -> Case:
        """The case of a JSON text that `write` gave. CaseError for anything else, and for another pack's case."""
        found = codec.envelope(text)
        if found.digest != self.pack.digest or found.pack != self.pack.name:
            raise CaseError(
                f"This case was opened under {found.pack} {found.version} with other rules than this engine's "
                f"{self.pack.name} {self.pack.version}. Load the pack it was opened with."
            )
        try:
            program = self.program(found.variant, found.readings)
        except PackError as fault:
            raise CaseError(f"This text is no case of this pack: {fault.diagnostics[0].message}") from None
        return codec.read(program, found)


def _at(case: Case, moment: int) -> Case:
    """The case at a moment before which time changes nothing in it."""
    return case if case.moment == moment else msgspec.structs.replace(case, moment=moment)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _refused(
    case: Case,
    event: Event,
    moment: int,
    reasons: Sequence[Reason],
    *,
    until: int = NEVER,
    fired: tuple[Decision, ...] = (),
) -> Decision:
    """An event that comes to no transition; `until` is the last moment at which it would not."""
    return Decision(
        accepted=False,
        event=shown(event.event),
        target=shown(event.target),
        by=shown(event.by),
        moment=moment,
        case=case,
        reasons=tuple(reasons),
        fired=fired,
        until=until,
    )
