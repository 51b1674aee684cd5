"""What else the engine does: loading, questions, time, memory, JSON, and the start of each command."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from cases import CONTEXT, HOUR, SALE, START, placed_order, sale
from growing import engine_for, life, parent, with_items
from measuring import Task, clocked, ratios, rounds
from processes import commands, printed
from report import Row, Table, in_milliseconds

from rulesengine import Case, Decision, Engine, Event, Pack, check_pack, load_pack
from rulesengine.simulation import load_scenario, play

HERE = Path(__file__).resolve().parent

# loading

FRESH = """
import time
from rulesengine import {name}
import rulesengine.loading
start = time.process_time()
{name}("rakuten")
print((time.process_time() - start) * 1e6)
"""


def loading(count: int) -> Table:
    """The Rakuten pack, loaded and checked."""
    tasks: dict[str, Task] = {}
    for name, work in (("load_pack", load_pack), ("check_pack", check_pack)):
        tasks[f"`{name}`, in a new process"] = partial(printed, FRESH.format(name=name))
        tasks[f"`{name}`, again"] = partial(clocked, partial(work, "rakuten"), 1)
    return Table(
        "The Rakuten pack, loaded and checked",
        in_milliseconds(rounds(tasks, count, "loading")),
        note="`load_pack` checks what it loads, `check_pack` all readings and the register, too. Imports aside.",
    )


EVERY_PACK = """
import time
from rulesengine import load_pack
import rulesengine.loading
start = time.process_time()
for name in {names!r}:
    load_pack(name)
print((time.process_time() - start) * 1e6)
"""
#: the packs that run, and small ones through which the templates are loaded
PACKS = ("rakuten", "kaufland", "mediamarkt", "tests/packs/valid/workshop.yaml", "tests/packs/valid/platform.yaml")


def every_pack(count: int) -> Table:
    """All packs that come along, loaded in one process."""
    names = [str(HERE.parent / name) if "/" in name else name for name in PACKS]
    found = rounds({"all of them": partial(printed, EVERY_PACK.format(names=names))}, count, "all packs")
    return Table("All packs, loaded in a new process", in_milliseconds(found), note="Imports aside.")


# a large order


class Noting(Engine):
    """Keeps what it is asked to decide."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)
        self.asked: list[tuple[Case, Event, Any]] = []

    def decide(self, case: Case, event: Event, context: Any = None) -> Decision:
        self.asked.append((case, event, context))
        return super().decide(case, event, context)


def large_order(count: int) -> Table:
    """An order of twenty lines at MediaMarkt: three incidents, five refunds and a return."""
    pack = load_pack("mediamarkt")
    noting, engine = Noting(pack), Engine(pack)
    play(load_scenario(HERE.parent / "tests/scenarios/mediamarkt/story.twenty_lines.yaml"), noting).trace()

    def decide_all() -> None:
        for case, event, context in noting.asked:
            engine.decide(case, event, context)

    name = f"all its {len(noting.asked)} events together"
    found = rounds({name: partial(clocked, decide_all, 1)}, count, "large order")
    return Table("An order of 20 lines with 3 incidents, 5 refunds and a return", in_milliseconds(found))


# questions


def questions(count: int) -> Table:
    """What is asked of a case at Rakuten."""
    engine = Engine(load_pack("rakuten"))
    before, case = sale(engine, len(SALE) - 1), sale(engine)
    text = engine.write(case)
    claim = Event(event="claim.open", by="buyer", at=case.now, target="item/A", facts={"reason": "damaged"})
    wanted: dict[str, Callable[[], object]] = {
        "`decide`: a claim is opened and holds its item": lambda: engine.decide(before, claim, CONTEXT),
        "`options` of the buyer": lambda: engine.options(case, "buyer", context=CONTEXT),
        "`options` of the seller": lambda: engine.options(case, "seller", context=CONTEXT),
        "`obligations`": lambda: engine.obligations(case),
        "`write`": lambda: engine.write(case),
        "`read`": lambda: engine.read(text),
    }
    found = rounds({name: partial(clocked, repeated(ask, 20), 20) for name, ask in wanted.items()}, count, "questions")
    return Table(
        "Questions about a case at Rakuten",
        [Row(name, "µs", values) for name, values in found.items()],
        note=f"An order with {len(case.instances) - 1} instances below it; {len(text):,} bytes of JSON.",
    )


def repeated(work: Callable[[], object], times: int) -> Callable[[], None]:
    def again() -> None:
        for _ in range(times):
            work()

    return again


# time


def time_passing(count: int, cases: int = 10_000) -> Table:
    """`advance` over many cases with a running deadline each."""
    engine = Engine(load_pack(HERE / "order.yaml"))
    placed = [placed_order(engine, number) for number in range(cases)]
    soon = placed[-1].now + HOUR
    late = soon + timedelta(days=3)

    def passing(until: datetime) -> None:
        for case in placed:
            engine.advance(case, until)

    tasks = {
        "nothing is due yet": partial(clocked, partial(passing, soon), cases),
        "missed, and its consequence": partial(clocked, partial(passing, late), cases),
    }
    found = rounds(tasks, count, "time")
    return Table(
        f"Time passes in {cases:,} cases with one running deadline each",
        [Row(name, "µs a case", values) for name, values in found.items()],
    )


#: deadlines that run out in one call of `advance`
AT_ONCE = 250
#: seconds that one size may take; ten times the size may take a hundred times as long
PATIENCE = 5.0


def time_in_one_case(count: int) -> Table:
    """`advance` in one case whose instances all have a deadline that runs out, each at a moment of its own."""
    engine = engine_for({"order": parent(), "item": {"under": "order", **life(clocks=True)}})
    tasks: dict[str, Task] = {}
    note = "Each deadline at a moment of its own."
    for size in (10, 100, 1_000, 10_000):
        case: list[Case] = []
        taken = clocked(lambda: case.append(with_items(engine, size)), 1) / 1e6  # noqa: B023
        work = partial(run_out, engine, case[0], size)
        taken = max(taken, clocked(work, 1) / 1e6)
        tasks[f"{size:,} instances"] = partial(clocked, work, size)
        if taken * 100 > PATIENCE:
            if size < 10_000:
                note += f" {size * 10:,} instances are left out: {size:,} took {taken:.1f} s."
            break
    found = rounds(tasks, count, "time in one case")
    smallest = next(iter(found.values()))
    rows = [Row(name, "µs a deadline", values, ratios(values, smallest)) for name, values in found.items()]
    return Table("Time passes in one case, and every instance misses its deadline", rows, "of the smallest", note)


def run_out(engine: Engine, case: Case, size: int) -> None:
    missed = 0
    for first in range(0, size, AT_ONCE):
        until = START + timedelta(days=3, seconds=min(first + AT_ONCE, size) + 1)
        fired, case = engine.advance(case, until)
        missed += sum(decision.kind == "missed" for decision in fired)
    if missed != size:
        raise RuntimeError(f"{missed:,} of {size:,} deadlines were missed.")


# memory


def memory() -> Table:
    """What cases take, measured over many different ones."""
    order, rakuten = Engine(load_pack(HERE / "order.yaml")), Engine(load_pack("rakuten"))
    items = engine_for({"order": parent(), "item": {"under": "order", **life(clocks=True)}})
    many = with_items(items, 100)
    made: dict[str, tuple[Callable[[int], Case], Callable[[Case], str]]] = {
        "one instance: an order that was placed, its deadline running": (partial(placed_order, order), order.write),
        "one instance: an order that was delivered, after 5 events": (
            partial(placed_order, order, events=5),
            order.write,
        ),
        "one instance: an order at Rakuten": (partial(apart, rakuten, 1), rakuten.write),
        "an order with two items and a claim at Rakuten": (partial(apart, rakuten, len(SALE)), rakuten.write),
    }
    rows = []
    for name, (make, write) in made.items():
        rows.append(Row(name, "bytes", [each(make, 100, 400)]))
        rows.append(Row("as JSON", "bytes", [float(len(write(make(1)).encode()))]))
    # a case that comes from JSON shares nothing with another
    text = items.write(many)
    whole = each(lambda _: items.read(text), 2, 7)
    rows.append(Row("each of 100 items of a case", "bytes", [whole / len(many.instances)]))
    return Table(
        "Memory of a case",
        rows,
        note="By `tracemalloc`: how much more 400 different cases take than 100 do, for each of the 300 between them. "
        "What they share (the pack, the holidays, texts that occur in all of them) is not counted again with each. "
        "They come from decisions about events whose texts are their own; only `decision.case` is kept.",
    )


def apart(engine: Engine, steps: int, number: int) -> Case:
    return sale(engine, steps, START + number * timedelta(seconds=1))


def each(make: Callable[[int], Case], few: int, many: int) -> float:
    """Bytes of each case beyond the first `few`."""
    make(0)
    gc.collect()
    tracemalloc.start()
    try:
        sizes = []
        for count in (few, many):
            cases = [make(number) for number in range(count)]
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
            del cases
            gc.collect()
    finally:
        tracemalloc.stop()
    return (sizes[1] - sizes[0]) / (many - few)


def everything(*, quick: bool) -> list[Table]:
    return [
        loading(1 if quick else 15),
        every_pack(1 if quick else 15),
        questions(3 if quick else 40),
        large_order(3 if quick else 40),
        time_passing(1 if quick else 9),
        time_in_one_case(1 if quick else 5),
        memory(),
        commands(1 if quick else 9),
    ]
