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
    Option,
    Reason,
    to_datetime,
    to_moment,
)
from rulesengine.diagnostics import PackError, sentence
from rulesengine.engine import answers, clock, codec
from rulesengine.engine.arriving import misshapen, read_context, read_event, shown
from rulesengine.engine.codec import CaseError
from rulesengine.engine.draft import Context, Draft, Env
from rulesengine.engine.giving import give, known, moment_of
from rulesengine.engine.judging import Attempt, environment
from rulesengine.engine.program import Program
from rulesengine.engine.step import take
from rulesengine.facts import read_moment
from rulesengine.loading import rebuilt
from rulesengine.pack import Pack
from rulesengine.rules.reading import SYSTEM
from rulesengine.timing import zone_data_version

#: years around its opening whose holidays a case keeps
YEARS_BEFORE, YEARS_AFTER = 1, 5
#: variants and readings kept ready to run at once
MOST_PROGRAMS = 64
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
            if len(self._programs) >= MOST_PROGRAMS:
                # readings come from texts of cases too, and those may be anybody's
                self._programs.clear()
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
            return _refused(case, event, to_datetime(case.moment), reason)
        at = to_datetime(moment)
        if moment < case.moment:
            text = f"{shown(event.event)} is of {at}, and the case has come to {to_datetime(case.moment)}."
            reason = Reason(code="out_of_order", target=shown(event.target), message=text)
            return _refused(case, event, at, reason, until=case.moment - 1)
        fired: Sequence[Decision] = ()
        if case.wakes < moment:
            fired, case = clock.advance(program, case, moment)
        elif case.moment != moment:
            case = msgspec.structs.replace(case, moment=moment)
        values, reasons = read_context(program, context)
        wrong = misshapen(event)
        reasons += wrong
        attempt = read_event(program, case, event, reasons) if not wrong else None
        if attempt is None or reasons:
            return _refused(case, event, at, *reasons, until=case.wakes, fired=tuple(fired))
        draft, refused = take(Draft(program, case, moment, values), attempt)
        until = min(draft.horizon, case.wakes)
        if refused:
            refused = self._with_opening(program, case, attempt, values, until, refused)
        return Decision(
            accepted=not refused,
            event=attempt.name,
            target=attempt.at if refused or attempt.target else draft.changes[0].target,
            by=event.by,
            at=at,
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
        passing = all(reason.code in PASSING for reason in refused)
        for _ in range(TRIES if passing else 0):
            if until >= NEVER:
                break
            _, case = clock.advance(program, case, until + 1)
            if attempt.target is not None and attempt.target not in case.instances:
                break
            draft, still = take(Draft(program, case, until + 1, values), attempt)
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
        return environment(Draft(program, case, to_moment(event.at), values), attempt)

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


def _holidays(pack: Pack, year: int) -> tuple[str, ...]:
    first = date(max(1, year - YEARS_BEFORE), 1, 1).toordinal()
    last = date(year + YEARS_AFTER, 12, 31).toordinal()
    return tuple(date.fromordinal(day).isoformat() for day in sorted(pack.calendar.holidays) if first <= day <= last)


def _refused(
    case: Case, event: Event, at: datetime, *reasons: Reason, until: int = NEVER, fired: tuple[Decision, ...] = ()
) -> Decision:
    """An event that comes to no transition; `until` is the last moment at which it would not."""
    return Decision(
        accepted=False,
        event=shown(event.event),
        target=shown(event.target),
        by=shown(event.by),
        at=at,
        reasons=reasons,
        fired=fired,
        valid_until=to_datetime(until) if until < NEVER else None,
        from_=to_datetime(until + 1) if until < NEVER else None,
        case=case,
    )
