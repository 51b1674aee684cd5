"""The score of a pack's scenarios: of all mistakes that `check` lets pass, the share that makes a scenario fail."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from multiprocessing import get_all_start_methods, get_context

import msgspec

from rulesengine.analysis.mutation.operators import Mutant, mutants_of
from rulesengine.analysis.mutation.telling import telling
from rulesengine.analysis.mutation.trying import Bench, Outcome
from rulesengine.diagnostics import Diagnostic, PackError, Span, finding
from rulesengine.document import read_file
from rulesengine.engine import Engine
from rulesengine.loading.naming import entries
from rulesengine.pack import Pack
from rulesengine.simulation import Scenario, play


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why a mistake changes nothing, as somebody found out."""

    text: str
    place: Span


#: rule and change of a mistake -> why no scenario can tell it
Reasons = Mapping[tuple[str, str], Reason]


class Survivor(msgspec.Struct, frozen=True, kw_only=True):
    """A mistake that no scenario tells. `scenario` is the text of one that would, None where none was found nearby;
    `because` says why none can, where somebody has looked into that.
    """

    mutant: Mutant
    scenario: str | None
    because: str


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What became of all mistakes in a pack."""

    pack: Pack
    #: how many scenarios were played
    scenarios: int
    killed: int
    invalid: int
    survivors: tuple[Survivor, ...]
    #: mistakes that change nothing, each with the reason
    equivalent: tuple[Survivor, ...]
    #: the files of scenarios that do not hold for the pack itself; they were left out
    failing: tuple[str, ...]
    #: what is wrong with scenarios, and with the reasons that were given
    found: tuple[Diagnostic, ...]

    @property
    def tried(self) -> int:
        """How many mistakes were made."""
        return self.killed + self.invalid + len(self.survivors) + len(self.equivalent)

    @property
    def percent(self) -> float:
        """The score in percent, rounded down to a tenth; 100 where there was nothing to tell."""
        counted = self.killed + len(self.survivors)
        return self.killed * 1000 // counted / 10 if counted else 100.0


def score_of(
    pack: Pack,
    scenarios: Sequence[Scenario],
    reasons: Reasons,
    *,
    jobs: int = 0,
    at: Callable[[int, int], None] = lambda done, total: None,
) -> Score:
    """Tries every mistake in a pack with these scenarios of it.

    `jobs` is the number of processes, 0 for one each core; the result does not depend on it. `at` is called with the
    number of mistakes that are done and of all.
    """
    scenarios, failing, report = _holding(pack, scenarios)
    mutants = mutants_of(pack)
    # what one rule is about stays together: the scenarios that tell one mistake in it tell the next
    numbered = sorted(range(len(mutants)), key=lambda number: mutants[number].rule)
    units = [tuple(some) for _, some in groupby(numbered, key=lambda number: mutants[number].rule)]
    found: dict[int, tuple[Outcome, str | None]] = {}
    _Work.bench, _Work.mutants, _Work.named = Bench(Engine(pack), scenarios), mutants, frozenset(reasons)
    for unit, results in zip(units, _results(units, jobs), strict=True):
        found.update(zip(unit, results, strict=True))
        at(len(found), len(mutants))
    survivors: list[Survivor] = []
    equivalent: list[Survivor] = []
    for number, mutant in enumerate(mutants):
        outcome, scenario = found[number]
        if outcome == "survived":
            because = reasons.get((mutant.rule, mutant.change))
            one = Survivor(mutant=mutant, scenario=scenario, because=because.text if because is not None else "")
            (survivors if because is None else equivalent).append(one)
    unknown = reasons.keys() - {(one.mutant.rule, one.mutant.change) for one in equivalent}
    report += [_no_survivor(*named, reasons[named].place) for named in sorted(unknown)]
    outcomes = [outcome for outcome, _ in found.values()]
    return Score(
        pack=pack,
        scenarios=len(scenarios),
        killed=outcomes.count("killed"),
        invalid=outcomes.count("invalid"),
        survivors=tuple(survivors),
        equivalent=tuple(equivalent),
        failing=tuple(failing),
        found=tuple(report),
    )


def _holding(pack: Pack, scenarios: Sequence[Scenario]) -> tuple[list[Scenario], list[str], list[Diagnostic]]:
    """The scenarios that hold for the pack itself, the files of those that do not, and what cannot be played."""
    engine = Engine(pack)
    holding, failing, report = [], [], []
    for scenario in scenarios:
        try:
            story = play(scenario, engine)
        except PackError as fault:
            report += fault.diagnostics
            continue
        if any(end.failures for _, _, end in story.endings):
            failing.append(scenario.file)
        else:
            holding.append(scenario)
    return holding, failing, report


# on several cores


class _Work:
    """What every process has from the one that began: the pack and its scenarios, played once."""

    bench: Bench
    mutants: Sequence[Mutant]
    named: frozenset[tuple[str, str]]


def _unit(numbers: Sequence[int]) -> list[tuple[Outcome, str | None]]:
    return [_tried(_Work.mutants[number]) for number in numbers]


def _tried(mutant: Mutant) -> tuple[Outcome, str | None]:
    outcome = _Work.bench.outcome(mutant)
    wanted = outcome == "survived" and (mutant.rule, mutant.change) not in _Work.named
    return outcome, telling(_Work.bench, mutant) if wanted else None


def _results(units: Sequence[Sequence[int]], jobs: int) -> Iterator[list[tuple[Outcome, str | None]]]:
    """What became of each mistake of each unit. A pack cannot be sent to another process, but a fork has it."""
    processes = min(jobs or os.cpu_count() or 1, len(units) or 1)
    if processes == 1 or "fork" not in get_all_start_methods():
        yield from map(_unit, units)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        yield from pool.map(_unit, units)


# mistakes that are none


def read_reasons(file: str | None) -> tuple[Reasons, list[Diagnostic]]:
    """The mistakes that a file calls equivalent, rule by rule, each with the reason why it changes nothing.

    payout.track:
      'by: system → system, buyer': No instance of a payout is in reach of a buyer.
    """
    if file is None:
        return {}, []
    node, report = read_file(file)
    reasons: dict[tuple[str, str], Reason] = {}
    for rule, changes in entries(node):
        for change, because in entries(changes):
            if isinstance(because.value, str) and isinstance(changes.value, dict):
                reasons[rule, change] = Reason(text=" ".join(because.value.split()), place=changes.keys[change])
    if node is not None and (not isinstance(node.value, dict) or not reasons):
        report.append(
            finding("RE203", node.span, "This file gives no reasons.", "Write rule, mistake and reason: map in map.")
        )
    return reasons, report


def _no_survivor(rule: str, change: str, place: Span) -> Diagnostic:
    message = f"In '{rule}' no mistake '{change}' goes unnoticed."
    return finding("RE313", place, message, "Take it out, or write it as the command shows it.")
