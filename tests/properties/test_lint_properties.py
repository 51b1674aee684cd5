"""What lint is sure of is so: a guard that it calls impossible holds for no values, with and without the solver."""

from __future__ import annotations

import datetime
import random
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from generated_packs import pack_texts
from hypothesis import given, settings
from hypothesis import strategies as st

from rulesengine.analysis.lint import lint
from rulesengine.analysis.lint.subject import Subject
from rulesengine.analysis.lint.worlds import Part, Scene
from rulesengine.case import Event
from rulesengine.diagnostics import Span
from rulesengine.engine import Engine
from rulesengine.expressions import BOOLEAN, Expression, Scope, compile_expression, compile_given, tree
from rulesengine.loading import load_pack
from rulesengine.loading.naming import Naming

STALL = Path(__file__).resolve().parents[1] / "packs" / "lint" / "base" / "stall.yaml"
PLANTED = STALL.parents[1]
ON = datetime.date(2026, 3, 1).toordinal()

AMOUNTS = ["price", "limit", "pieces", "weight"]
SIZES = ["small", "medium", "large"]


def comparisons(*, apart: bool) -> st.SearchStrategy[str]:
    """Comparisons of facts with constants; `apart` is false: of facts with each other as well."""
    number = st.integers(-2, 4).map(str)
    order = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    plain = st.tuples(st.sampled_from(AMOUNTS), order, number).map(" ".join)
    word = st.tuples(st.sampled_from(["size == ", "size != "]), st.sampled_from(SIZES)).map("".join)
    some = st.lists(st.sampled_from(SIZES), min_size=1, max_size=2).map(lambda words: f"size in [{', '.join(words)}]")
    known = st.sampled_from(["known(price)", "known(size)", "known(ready_at)", "happened(pack)", "happened(talk)"])
    both = st.tuples(st.just("price"), order, st.sampled_from(["limit", "limit / 2", "limit + 1", "limit * 2 - 3"]))
    numbers = st.tuples(st.just("weight"), order, st.sampled_from(["pieces", "pieces / 3", "2 * pieces"]))
    return st.one_of(plain, word, some, known, *([] if apart else [both.map(" ".join), numbers.map(" ".join)]))


def guards(*, apart: bool) -> st.SearchStrategy[str]:
    def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            inner.map(lambda one: f"not ({one})"),
            st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(lambda p: f"({p[0]}){p[1]}({p[2]})"),
        )

    return st.recursive(comparisons(apart=apart), joined, max_leaves=5)


PACK = load_pack(STALL)
SYMBOLS = Naming(PACK.document, None, []).names().symbols


def compiled(text: str) -> Expression:
    found: list[Any] = []
    scope = Scope(symbols=SYMBOLS, process="order", now_allowed=True, rule="order.pack")
    expression = compile_expression(
        text, place=lambda start, end: Span("", 1, 1, 1, 1), scope=scope, want=BOOLEAN, report=found.append
    )
    assert expression is not None, found
    return expression


def values_of(expression: Expression, seed: int) -> dict[tree.Node, Any]:
    """Values as they may stand in a case; what happened before the order is packed can have happened."""
    dice = random.Random(seed)
    found: dict[tree.Node, Any] = {}
    for leaf in tree.leaves(expression.tree):
        match leaf.type.kind:
            case "money":
                found[leaf] = dice.choice([-100, 0, 99, 100, 101, 150, 200, 300, 400, 401, dice.randint(-300, 900)])
            case "integer":
                found[leaf] = dice.randint(-3, 5)
            case "number":
                found[leaf] = Fraction(dice.randint(-12, 20), 4)
            case "choice":
                found[leaf] = dice.choice(SIZES)
            case "boolean":
                found[leaf] = dice.choice([True, False])
            case _:
                # all others come with the order
                found[leaf] = dice.choice([None, 1_772_625_600_000_000])
    return found


def agrees(text: str, seed: int, *, solver: Any = None) -> None:
    """Where lint says never, no values hold."""
    expression = compiled(text)
    subject = Subject(PACK, on=ON, solver=solver)
    scene = Scene(process="order", states=("placed", "packed"))
    evaluate = compile_given(expression.tree)
    for wanted in (True, False):
        if not subject.can_hold([Part(expression.tree, wanted)], scene):
            assert all(evaluate(values_of(expression, seed + n)) is not wanted for n in range(60)), text


@settings(max_examples=150, deadline=None)
@given(guards(apart=True), st.integers(0, 10**6))
def test_what_is_called_impossible_is_so(text: str, seed: int) -> None:
    agrees(text, seed)


@settings(max_examples=60, deadline=None)
@given(guards(apart=False), st.integers(0, 10**6))
def test_what_the_solver_calls_impossible_is_so(text: str, seed: int) -> None:
    solving = pytest.importorskip("rulesengine.analysis.lint.solving", reason="z3 is not installed")
    agrees(text, seed, solver=solving.Terms)


@settings(max_examples=150, deadline=None)
@given(guards(apart=True))
def test_what_is_found_comes_out_so(text: str) -> None:
    expression = compiled(text)
    subject = Subject(PACK, on=ON, solver=None)
    scene = Scene(process="order", states=("placed", "packed"))
    values = subject.worlds.found([Part(expression.tree, wanted=True)], scene)
    if values is not None:
        assert compile_given(expression.tree)(values) is True


def test_a_shadowed_deadline_is_never_missed() -> None:
    """What the engine does with the planted packs: the shorter deadline leads out, and nothing is ever missed."""
    for file in sorted(PLANTED.glob("RL102-*.yaml")):
        (told,) = lint(file, on=ON).advice
        assert told.diagnostic.code == "RL102"
        engine = Engine(load_pack(file))
        for day in range(1, 29, 3):
            start = datetime.datetime(2026, 3, day, day % 24, 30, tzinfo=datetime.UTC)
            facts = {"price": "1.00", "weight": "1", "pieces": "1", "limit": "1.00", "size": "small"}
            placing = Event(event="order.place", by="buyer", at=start, facts=facts)
            decision = engine.decide(engine.open(start), placing)
            assert decision.accepted
            happened, _ = engine.advance(decision.case, start + datetime.timedelta(days=60))
            clocks = [clock for one in (decision, *happened) for clock in one.clocks]
            assert "started" in {clock.what for clock in clocks if clock.rule == "order.last_call"}
            assert "missed" not in {clock.what for clock in clocks if clock.rule == "order.last_call"}
            assert "missed" in {clock.what for clock in clocks if clock.rule == "order.packing"}


@settings(max_examples=40, deadline=None)
@given(pack_texts())
def test_any_pack_can_be_looked_at(text: str) -> None:
    solving = pytest.importorskip("rulesengine.analysis.lint.solving", reason="z3 is not installed")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "drawn.yaml"
        file.write_text(text, encoding="utf-8")
        quick, slow = lint(file, on=ON), lint(file, on=ON, solver=solving.Terms)
    if not quick.errors:
        # the solver only adds to what is known without it
        told = {(one.diagnostic.code, one.diagnostic.span) for one in slow.advice}
        assert {(one.diagnostic.code, one.diagnostic.span) for one in quick.advice} <= told
