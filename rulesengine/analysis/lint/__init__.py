"""Advice on packs that have no errors: what is allowed, and most likely not meant.

Each module of `rules` finds one kind of advice, has one code of the catalogue and one page. Advice is given where it
holds under every variant and every reading of the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from rulesengine.analysis.lint.advice import Advice, Unseen, Waived
from rulesengine.analysis.lint.rules import (
    endless_wait,
    guard_always,
    guard_never,
    guards_gap,
    guards_overlap,
    idle_reminder,
    limit_idle,
    limit_impossible,
    near_names,
    no_holidays,
    redundant_key,
    review_overdue,
    shadowed_deadline,
    unlifted_suspension,
    unraised_event,
    unstated_fact,
    unusable_right,
    unused_name,
)
from rulesengine.analysis.lint.subject import Solver, Subject
from rulesengine.analysis.lint.waivers import IDLE, sort_out, waivers_of
from rulesengine.analysis.lint.worlds import Worlds
from rulesengine.diagnostics import Diagnostic
from rulesengine.document import Node, read
from rulesengine.loading import merge, read_pack, rebuilt
from rulesengine.loading.naming import child
from rulesengine.pack import Pack

__all__ = ["CODES", "Advice", "Report", "Unseen", "Waived", "lint"]

Find = Callable[[Subject], Iterator[Advice]]

#: code -> what finds it, in the order of the catalogue
RULES: dict[str, Find] = {
    "RL101": endless_wait.find,
    "RL102": shadowed_deadline.find,
    "RL103": idle_reminder.find,
    "RL104": unlifted_suspension.find,
    "RL105": unusable_right.find,
    "RL106": unraised_event.find,
    "RL201": guard_never.find,
    "RL202": guard_always.find,
    "RL203": guards_overlap.find,
    "RL204": guards_gap.find,
    "RL301": limit_idle.find,
    "RL302": limit_impossible.find,
    "RL401": unstated_fact.find,
    "RL402": unused_name.find,
    "RL403": near_names.find,
    "RL404": redundant_key.find,
    "RL405": review_overdue.find,
    "RL407": no_holidays.find,
}
#: those that read the document as it is written, whatever the variant and reading
AS_WRITTEN = frozenset({"RL402", "RL403", "RL404", "RL405"})
#: every code of advice
CODES = frozenset({*RULES, IDLE})


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What lint says about one pack. `errors`: the pack has these, and no advice is given before they are mended."""

    errors: tuple[Diagnostic, ...] = ()
    advice: tuple[Advice, ...] = ()
    waived: tuple[Waived, ...] = ()
    unseen: tuple[Unseen, ...] = ()


def lint(
    file: str | Path, *, on: int, codes: Iterable[str] = CODES, solver: Callable[[Worlds], Solver] | None = None
) -> Report:
    """The advice on one pack.

    `on` is the day that dates of review are compared with, as a proleptic ordinal; `codes` are those looked for;
    `solver` makes the solver; without one some comparisons are not looked at, and the report says which.
    """
    wanted = frozenset(codes)
    pack, found = read_pack(file)
    errors = tuple(d for d in found if d.severity == "error")
    if errors or pack is None:
        return Report(errors=errors or tuple(found))
    statements = _registers(pack)

    def subject_of(pack: Pack) -> Subject:
        return Subject(pack, on=on, solver=solver, statements=statements)

    subject = subject_of(pack)
    raw = [one for code, find in RULES.items() if code in wanted for one in find(subject)]
    raw = list({(one.diagnostic.code, one.diagnostic.span): one for one in reversed(raw)}.values())[::-1]
    left, waived = sort_out(raw, waivers_of(pack.document), wanted)
    # a waiver of a template, or of a pack that this one extends, may be meant for others
    left = [
        one
        for one in left
        if one.diagnostic.code != IDLE or (one.diagnostic.span.file == pack.file and not pack.abstract)
    ]
    left = _under_all(pack, left, subject_of)
    left.sort(key=lambda one: (one.diagnostic.span, one.diagnostic.code))
    return Report(advice=tuple(left), waived=tuple(waived), unseen=tuple(subject.unseen))


def _registers(pack: Pack) -> tuple[Node, ...]:
    """The statements of the registers that name a day of review; others need not be read once more."""
    found = []
    for file in pack.registers:
        text = Path(file).read_bytes()
        node = read(text, file)[0] if b"review_by" in text else None
        statements = child(node, "statements")
        if statements is not None:
            found.append(statements)
    return tuple(found)


def _under_all(pack: Pack, found: list[Advice], subject_of: Callable[[Pack], Subject]) -> list[Advice]:
    """The advice that holds under every variant and reading."""
    doubtful = {one.diagnostic.code for one in found if one.diagnostic.code in RULES} - AS_WRITTEN
    for other in _others(pack) if doubtful else ():
        again = subject_of(other)
        holds = {(one.diagnostic.code, one.diagnostic.span) for code in doubtful for one in RULES[code](again)}
        found = [
            one
            for one in found
            if one.diagnostic.code not in doubtful or (one.diagnostic.code, one.diagnostic.span) in holds
        ]
        doubtful &= {one.diagnostic.code for one in found}
        if not doubtful:
            break
    return found


def _others(pack: Pack) -> Iterator[Pack]:
    """The pack under each reading, those of parameters first, and under each of its other variants."""
    for name, readings in merge.offered_readings(pack.document).items():
        for reading in readings:
            yield rebuilt(pack, pack.variant, {name: reading})
    for variant in pack.variants:
        if variant != pack.variant:
            yield rebuilt(pack, variant, {})
