"""Measuring on a machine that others use, too: CPU time, many rounds, all candidates in turn within each round."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median, quantiles
from typing import NamedTuple


class Spread(NamedTuple):
    """The median of some measurements with the quartiles around it."""

    low: float
    middle: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, _, high = quantiles(values, n=4, method="inclusive")
    return Spread(low, median(values), high)


#: what is measured: prepares, runs, and gives the CPU time of one operation in microseconds
Task = Callable[[], float]


def clocked(work: Callable[[], object], operations: int) -> float:
    """CPU microseconds of one of the operations that a piece of work consists of.

    The collector of garbage runs as in any program, but nobody clears up what others left.
    """
    gc.collect()
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / 1_000 / operations


def rounds(tasks: Mapping[str, Task], count: int, title: str) -> dict[str, list[float]]:
    """The measurements of every task. The one that begins changes from round to round."""
    found: dict[str, list[float]] = {name: [] for name in tasks}
    names = list(tasks)
    for number in range(count):
        progress(f"{title}: round {number + 1} of {count}")
        first = number % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(tasks[name]())
    progress("")
    return found


def ratios(values: Sequence[float], base: Sequence[float]) -> list[float]:
    """How many times as much as the base, round by round: what disturbs a round disturbs both."""
    return [value / other for value, other in zip(values, base, strict=True)]


def progress(text: str) -> None:
    """Tell on the terminal what goes on; nothing stays there."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
