"""How cases of several packs stand, in common words: what is due, anywhere?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from rulesengine.case import NEVER, NEVER_YET, Case, Instance, Obligation, to_moment
from rulesengine.engine import Engine
from rulesengine.vocabulary.words import PackWords


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How an instance stands, in common words; each is "" where there is none."""

    kind: str
    status: str
    reason: str


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A duty or wait of one of several cases, in common words. `obligation` is what its own engine says."""

    #: which of the cases, counted from 0 in the order in which they were given
    case: int
    pack: str
    obligation: Obligation
    #: how the instance stands
    standing: Standing
    #: the common word for who owes it; "" for a wait
    owed_by: str
    #: topics that the rule behind it answers: what is to be done
    topics: tuple[str, ...]
    #: common words for the events that meet it, and for the one that comes otherwise
    met_by: tuple[str, ...]
    then: str


def standing_of(words: PackWords, instance: Instance) -> Standing:
    """How an instance stands, in common words."""
    process = words.processes[instance.process]
    state = process.states.get(instance.state)
    if state is None:
        return Standing(kind=process.kind, status="", reason="")
    latest = -1
    for event, then in state.after.items():
        times = instance.happened.get(event, NEVER_YET)
        if times.count and times.latest >= latest:
            state, latest = then, times.latest
    told = instance.facts.get(state.reason_fact) if state.reason_fact else None
    return Standing(kind=process.kind, status=state.status, reason=state.reason if told is None else str(told))


def due_anywhere(cases: Iterable[tuple[Engine, PackWords, Case]], now: datetime | int) -> list[Due]:
    """What is due in all the cases at `now`, soonest first, in common words; what has no moment comes last.

    Each case comes with its engine and what its pack calls things (`words_of`). Time passes in a case up to `now`
    where it has not come so far; a case that is further along answers for its own moment. CaseError and
    AdvanceTooFarError as in `Engine.obligations`.
    """
    found: list[tuple[int, Due]] = []
    for number, (engine, words, case) in enumerate(cases):
        _, then = engine.advance(case, now)
        for obligation in engine.obligations(then, now):
            due = Due(
                case=number,
                pack=words.name,
                obligation=obligation,
                standing=standing_of(words, then.instances[obligation.target]),
                owed_by=words.actor(obligation.owed_by),
                topics=words.topics_of(obligation.rule),
                met_by=tuple(dict.fromkeys(word for event in obligation.met_by if (word := words.event(event)))),
                then=words.event(obligation.then),
            )
            found.append((NEVER if obligation.due is None else to_moment(obligation.due), due))
    found.sort(key=lambda pair: pair[0])
    return [due for _, due in found]
