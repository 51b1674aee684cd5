"""What a step expects, and how that compares with what was seen.

Two kinds of lists: what a step brought (`accepted`, `refused`, `fired`, `missed`, `reminded`, `notified`) is compared
as a whole; how the case stands (`overdue`, `due`, `count`, instances) only where it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from rulesengine.case import Case, Decision, Instance, Reason, Run, to_moment
from rulesengine.diagnostics import PackError, Span, finding
from rulesengine.facts import FactType, show_moment
from rulesengine.pack import Pack
from rulesengine.rules.deadline import is_overdue, is_paused
from rulesengine.trace import Failure

Kind = Literal[
    "accepted",
    "refused",
    "taken",
    "reasons",
    "fired",
    "missed",
    "reminded",
    "missed_one",
    "fired_one",
    "limited",
    "notified",
    "overdue",
    "due",
    "valid_until",
    "count",
    "absent",
    "state",
    "fact",
]

#: kinds that say whether the event of the step is accepted
OUTCOMES = frozenset({"accepted", "refused", "taken", "reasons", "limited"})


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a step expects. `subject` is an instance, a process or a rule; `expected` a word, words, a moment, a
    number or a fact's value in memory form.
    """

    kind: Kind
    expected: Any
    place: Span
    subject: str = ""
    #: name of the fact that is compared
    fact: str = ""


#: what a scenario says of a running deadline that has no moment: its clock stands still, or its source gives no number
WITHOUT_MOMENT = {"paused": "stands still", "unspecified": "no moment given"}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to compare after a step: its decision, what time did before it, and the case now."""

    step: int
    moment: int
    decision: Decision | None
    passed: Sequence[Decision]
    case: Case


class Comparison:
    """Compares expectations with what was seen, in the words and the zone of one pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def failures(self, checks: Iterable[Check], seen: Seen) -> list[Failure]:
        """Every expectation that does not hold. PackError (RE602) where one names an instance that is not alone."""
        found: list[Failure] = []
        for check in checks:
            what, expected, shown = self._compare(check, seen)
            if expected != shown:
                found.append(Failure(step=seen.step, what=what, expected=expected, seen=shown, place=check.place))
        return found

    def _compare(self, check: Check, seen: Seen) -> tuple[str, str, str]:
        """What is compared, and both sides as text; they are equal where the expectation holds."""
        if check.kind in OUTCOMES or check.kind == "valid_until":
            return self._answer(check, seen)
        if check.kind in ("fired", "missed", "reminded"):
            came = [named(d.deadline, d.target) for d in seen.passed if _came(d, check.kind)]
            return check.kind, *as_whole(check.expected, came)
        if check.kind in ("missed_one", "fired_one"):
            word = check.kind.removesuffix("_one")
            came_too = any(_came(d, word) and named(d.deadline, d.target) == check.subject for d in seen.passed)
            texts = (f"not {word}", word)
            return check.subject, texts[check.expected], texts[came_too]
        if check.kind == "notified":
            decisions = [*seen.passed, *([seen.decision] if seen.decision is not None else [])]
            told = dict.fromkeys(note.to for decision in decisions for note in decision.notifications)
            return "notified", *as_whole(check.expected, list(told))
        if check.kind == "overdue":
            return "overdue", *self._overdue(check.expected, seen)
        if check.kind == "due":
            expected = WITHOUT_MOMENT.get(check.expected) or self.moment(check.expected)
            return f"{check.subject} due", expected, self._due(check, seen)
        process = check.subject.partition("/")[0]
        if check.kind == "count":
            number = sum(instance.process == process for instance in seen.case.instances.values())
            return f"number of {process}", str(check.expected), str(number)
        return self._instance(check, seen, process)

    # the answer to the event

    def _answer(self, check: Check, seen: Seen) -> tuple[str, str, str]:
        decision = seen.decision
        if decision is None:
            return "the event", "an event in this step", "none"
        if check.kind == "valid_until":
            until = decision.valid_until
            shown = "without end" if until is None else self.moment(to_moment(until))
            expected = "without end" if check.expected is None else self.moment(check.expected)
            return f"{decision.event} valid until", expected, shown
        told = outcome(decision)
        if check.kind in ("accepted", "refused"):
            holds = decision.accepted is (check.kind == "accepted")
            return decision.event, check.kind, check.kind if holds else told
        if check.kind == "taken":
            return decision.event, f"accepted by {', '.join(check.expected)}", told
        if check.kind == "limited":
            by_it = any(reason.rule == check.subject for reason in _flat(decision.reasons))
            expected = f"refused by {check.subject}"
            return decision.event, expected, expected if by_it else told
        expected = f"refused by {', '.join(check.expected)}"
        if decision.accepted:
            return decision.event, expected, told
        return decision.event, expected, expected if _same_reasons(check.expected, decision.reasons) else told

    # how the case stands

    def _overdue(self, expected: Sequence[str], seen: Seen) -> tuple[str, str]:
        stand = [
            named(f"{instance.process}.{deadline}", instance.id)
            for instance in seen.case.instances.values()
            for deadline, runs in instance.runs.items()
            if is_overdue(runs, seen.moment, fired=False)
        ]
        if not expected:
            return as_whole(expected, stand)
        absent = [name for name in expected if not any(fits(name, other) for other in stand)]
        wanted = ", ".join(expected)
        return wanted, f"{', '.join(sorted(stand)) or 'none'}" if absent else wanted

    def _due(self, check: Check, seen: Seen) -> str:
        subject, _, name = check.subject.rpartition(".")
        instance = only(subject, seen.case, check.place)
        runs = instance.runs.get(name, ()) if instance is not None else ()
        if not runs or runs[-1].ended is not None:
            return "does not run"
        return self._run(runs[-1])

    def _run(self, run: Run) -> str:
        if run.due is None:
            return WITHOUT_MOMENT["paused" if is_paused(run) else "unspecified"]
        return self.moment(run.due)

    def _instance(self, check: Check, seen: Seen, process: str) -> tuple[str, str, str]:
        if check.kind == "absent":
            there = candidates(check.subject, seen.case)
            return check.subject, "none", ", ".join(there) or "none"
        instance = only(check.subject, seen.case, check.place)
        name = instance.id if instance is not None else check.subject
        if check.kind == "state":
            return f"{name} state", str(check.expected), "no such instance" if instance is None else instance.state
        fact: FactType = self.pack.processes[process].facts[check.fact]
        expected = self._value(fact, check.expected)
        if instance is None:
            return f"{name} {check.fact}", expected, "no such instance"
        return f"{name} {check.fact}", expected, self._value(fact, instance.facts.get(check.fact))

    # text

    def moment(self, moment: int | None) -> str:
        """A moment as JSON has it, which the renderer shows as all others; None is a deadline that does not run."""
        return "does not run" if moment is None else show_moment(moment)

    def _value(self, fact: FactType, value: Any) -> str:
        if fact.kind == "datetime" and value is not None:
            return show_moment(value)
        return fact.show_local(value, self.pack.calendar)


def outcome(decision: Decision) -> str:
    """A decision in a few words: `accepted by claim.open`, or `refused` with every reason."""
    if decision.accepted:
        return f"accepted by {', '.join(change.rule for change in decision.changes)}"
    reasons = "; ".join(f"{reason.rule or reason.code}: {reason.message}" for reason in decision.reasons)
    return f"refused by {reasons}" if reasons else "refused"


def named(rule: str, instance: str) -> str:
    """A rule of one instance: `claim/1.solve` for `claim.solve` of `claim/1`."""
    return f"{instance}.{rule.partition('.')[2]}"


def fits(expected: str, seen: str) -> bool:
    """Whether the rule `claim.solve` or `claim/1.solve` is the one seen, `claim/1.solve`."""
    if expected == seen:
        return True
    instance, dot, rule = seen.rpartition(".")
    return bool(dot) and expected == f"{instance.partition('/')[0]}.{rule}"


def as_whole(expected: Sequence[str], seen: Sequence[str]) -> tuple[str, str]:
    """Both lists as text, equal where each entry of one is an entry of the other, as often, in any order."""
    left = list(seen)
    for name in sorted(expected, key=lambda name: "/" not in name):
        match = next((other for other in left if fits(name, other)), None)
        if match is None:
            break
        left.remove(match)
    else:
        if not left:
            same = ", ".join(expected) or "none"
            return same, same
    short = [other if any("/" in name for name in expected) else _bare(other) for other in seen]
    return ", ".join(sorted(expected)) or "none", ", ".join(sorted(short)) or "none"


def _bare(name: str) -> str:
    instance, dot, rule = name.rpartition(".")
    return f"{instance.partition('/')[0]}.{rule}" if dot else name


def _came(decision: Decision, kind: str) -> bool:
    wanted = {"fired": "fired", "missed": "missed", "reminded": "reminder"}[kind]
    return decision.kind == wanted and (kind != "fired" or decision.accepted)


def _same_reasons(expected: Sequence[str], reasons: Sequence[Reason]) -> bool:
    """Whether every word names a rule or code that refuses, and every reason is named by a word."""
    every = list(_flat(reasons))
    if not all(any(_names(word, reason) for reason in every) for word in expected):
        return False
    return all(any(_names(word, inner) for word in expected for inner in _flat([reason])) for reason in reasons)


def _flat(reasons: Iterable[Reason]) -> Iterable[Reason]:
    for reason in reasons:
        yield reason
        yield from _flat(reason.inner)


def _names(word: str, reason: Reason) -> bool:
    return word in (reason.code, reason.rule) or (bool(reason.target) and word == named(reason.rule, reason.target))


def candidates(subject: str, case: Case) -> list[str]:
    """The ids of the instances that `claim` or `claim/1` names."""
    if "/" in subject:
        return [subject] if subject in case.instances else []
    return [instance.id for instance in case.instances.values() if instance.process == subject]


def only(subject: str, case: Case, place: Span) -> Instance | None:
    """The one instance that is named; None where there is none. PackError (RE602) where there are several."""
    found = candidates(subject, case)
    if len(found) > 1:
        raise PackError(
            [
                finding(
                    "RE602",
                    place,
                    f"There are {len(found)} instances of '{subject}' at this step.",
                    f"Say which one you mean: {', '.join(found[:12])}{', …' if len(found) > 12 else ''}.",
                )
            ]
        )
    return case.instances[found[0]] if found else None
