"""Each small mistake: where it is made, and what then stands there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rulesengine.analysis.mutation import Mutant, mutants_of
from rulesengine.analysis.mutation.operators import mutated, periods_like
from rulesengine.document import Node, plain, read
from rulesengine.loading import load_pack

ROOT = Path(__file__).resolve().parents[3]

PACK = """\
pack: shop
title: Shop
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Berlin
currency: EUR
actors: [buyer, seller, support]
variants:
  de: {title: Here}
  at: {parameters: {time: 5 days}}
default_variant: de
choices:
  way: {worse_to_better: [slow, fast]}
parameters:
  time: {value: 3 days, ends: end_of_day, readings: {short: 2 working days}, assumed: x}
  share: {value: 0.25, assumed: x}
  most: {value: 200 EUR, assumed: x}
processes:
  order:
    facts: {price: money, pieces: integer, way: {choice: way}, paid_at: datetime}
    conditions:
      dear: price > most and 'a<b' != "c"
    states:
      open: {}
      sent: {}
      done: {final: true}
    transitions:
      place: {from: new, to: open, by: buyer, requires: [price, pieces, way, paid_at], assumed: x}
      send:
        from: open
        to: sent
        by: [seller]
        when: dear
        unless: [price < 1, pieces == 0]
        assumed: x
      wait: {from: open, by: system, when: 'now > paid_at + period("48 hours")', assumed: x}
      end: {from: [open, sent], to: done, by: [buyer, seller, support, system], assumed: x}
    deadlines:
      dispatch:
        while: open
        within: time
        grace: 2 hours on working days
        remind: [1 day, 1 month]
        owed_by: seller
        then: end
        readings: {late: {within: 36 hours}}
        assumed: x
    limits:
      cap: {event: send, value: price, at_most: price * share, assumed: x}
      few: {event: send, value: pieces, at_least: 2, assumed: x}
      ways: {event: send, value: way, one_of: [slow, fast], assumed: x}
      once: {event: send, times: 1, assumed: x}
      early: {event: send, not_after: 2 weeks after paid_at, counting: legal, assumed: x}
      never: {event: send, refuse_when: dear and pieces >= 9, assumed: x}
"""


@pytest.fixture(scope="module")
def mutants(tmp_path_factory: pytest.TempPathFactory) -> list[Mutant]:
    file = tmp_path_factory.mktemp("shop") / "shop.yaml"
    file.write_text(PACK)
    return mutants_of(load_pack(file))


def said(mutants: list[Mutant], operator: str) -> list[str]:
    return [f"{one.rule} {one.change}" for one in mutants if one.operator == operator]


def test_periods_are_a_unit_shorter_and_longer(mutants: list[Mutant]) -> None:
    assert said(mutants, "period") == [
        "time 3 days → 2 days",
        "time 3 days → 4 days",
        "time reading short: 2 working days → 1 working day",
        "time reading short: 2 working days → 3 working days",
        "time variant at: 5 days → 4 days",
        "time variant at: 5 days → 6 days",
        'order.wait when: now > paid_at + period("48 hours") → now > paid_at + period("47 hours")',
        'order.wait when: now > paid_at + period("48 hours") → now > paid_at + period("49 hours")',
        "order.dispatch grace: 2 hours on working days → 1 hour on working days",
        "order.dispatch grace: 2 hours on working days → 3 hours on working days",
        "order.dispatch remind: 1 day → 2 days",
        "order.dispatch remind: 1 month → 2 months",
        "order.dispatch reading late, within: 36 hours → 35 hours",
        "order.dispatch reading late, within: 36 hours → 37 hours",
        "order.early not_after: 2 weeks after paid_at → 1 week after paid_at",
        "order.early not_after: 2 weeks after paid_at → 3 weeks after paid_at",
    ]


def test_periods_are_of_another_kind(mutants: list[Mutant]) -> None:
    assert said(mutants, "kind of period") == [
        "time 3 days → 3 working days",
        "time reading short: 2 working days → 2 days",
        "time variant at: 5 days → 5 working days",
        'order.wait when: now > paid_at + period("48 hours") → now > paid_at + period("48 hours on working days")',
        "order.dispatch grace: 2 hours on working days → 2 hours",
        "order.dispatch remind: 1 day → 1 working day",
        "order.dispatch reading late, within: 36 hours → 36 hours on working days",
    ]


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("1 day", ["2 days", "1 working day"]),
        ("P3D", ["2 days", "4 days", "3 working days"]),
        ("PT48H", ["47 hours", "49 hours", "48 hours on working days"]),
        ("16 working hours", ["15 working hours", "17 working hours"]),
        ("30 minutes", ["29 minutes", "31 minutes"]),
        ("P1M2D", []),
        ("amicable_phase", []),
        ("unspecified", []),
    ],
)
def test_a_period_that_somebody_may_have_meant(text: str, others: list[str]) -> None:
    assert [other for _, other in periods_like(text)] == others


def test_the_end_of_a_period_is_forgotten(mutants: list[Mutant]) -> None:
    assert said(mutants, "end of period") == ["time ends: without end_of_day", "order.early counting: without legal"]


def test_bounds_are_one_smallest_step_off(mutants: list[Mutant]) -> None:
    assert said(mutants, "bound") == [
        "share 0.25 → 0.24",
        "share 0.25 → 0.26",
        "most 200 EUR → 199.99 EUR",
        "most 200 EUR → 200.01 EUR",
        "order.cap at_most: price * share → (price * share) - 0.01",
        "order.cap at_most: price * share → (price * share) + 0.01",
        "order.few at_least: 2 → 1",
        "order.few at_least: 2 → 3",
        "order.once times: 1 → 0",
        "order.once times: 1 → 2",
    ]
    assert said(mutants, "choice dropped") == ["order.ways one_of: without slow", "order.ways one_of: without fast"]


def test_comparisons_are_taken_for_their_neighbours(mutants: list[Mutant]) -> None:
    assert said(mutants, "comparison") == [
        "order.dear condition: price > most and 'a<b' != \"c\" → price >= most and 'a<b' != \"c\"",
        "order.dear condition: price > most and 'a<b' != \"c\" → price > most and 'a<b' == \"c\"",
        "order.send unless: price < 1 → price <= 1",
        "order.send unless: pieces == 0 → pieces != 0",
        'order.wait when: now > paid_at + period("48 hours") → now >= paid_at + period("48 hours")',
        "order.never refuse_when: dear and pieces >= 9 → dear and pieces > 9",
    ]


def test_guards_are_forgotten_and_turned_around(mutants: list[Mutant]) -> None:
    assert said(mutants, "guard dropped") == [
        "order.send when: without dear",
        "order.send unless: without price < 1",
        "order.send unless: without pieces == 0",
        'order.wait when: without now > paid_at + period("48 hours")',
    ]
    # of pieces == 0 that would be the comparison once more
    assert said(mutants, "guard negated") == [
        "order.send when: dear → not (dear)",
        "order.send unless: price < 1 → not (price < 1)",
        'order.wait when: now > paid_at + period("48 hours") → not (now > paid_at + period("48 hours"))',
        "order.never refuse_when: dear and pieces >= 9 → not (dear and pieces >= 9)",
    ]


def test_targets_and_actors(mutants: list[Mutant]) -> None:
    assert said(mutants, "target swapped") == [
        "order.place to: open → sent",
        "order.send to: sent → done",
        "order.end to: done → open",
    ]
    assert said(mutants, "actor added") == [
        "order.place by: buyer → buyer, seller",
        "order.send by: seller → seller, buyer",
        "order.wait by: system → system, buyer",
    ]


def test_deadlines_and_limits_are_missing(mutants: list[Mutant]) -> None:
    assert said(mutants, "deadline removed") == ["order.dispatch deadline removed"]
    assert len(said(mutants, "limit removed")) == 6


def test_a_mistake_is_at_its_place(mutants: list[Mutant]) -> None:
    lines = PACK.split("\n")
    for one in mutants:
        if one.operator == "comparison":
            place = one.place
            assert lines[place.line - 1][place.column - 1 : place.end_column - 1] in {"<", ">", "==", "!=", ">="}


def test_no_mistake_is_made_twice(mutants: list[Mutant]) -> None:
    assert len({(one.rule, one.change) for one in mutants}) == len(mutants)


def leaves(node: Node, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    if isinstance(node.value, dict):
        for key, inner in node.value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(node.value, list):
        for at, inner in enumerate(node.value):
            yield from leaves(inner, (*path, at))
    else:
        yield path, node.value


@pytest.mark.parametrize("name", ["kaufland", "mediamarkt"])
def test_nothing_else_is_changed(name: str) -> None:
    document = load_pack(ROOT / "policies" / f"{name}.yaml").document
    before = dict(leaves(document))
    for mutant in mutants_of(load_pack(ROOT / "policies" / f"{name}.yaml"))[::5]:
        changed = dict(leaves(mutated(document, mutant.path, mutant.node)))
        part = mutant.path[:-1] if isinstance(mutant.path[-1], int) else mutant.path
        elsewhere = {path: value for path, value in before.items() if path[: len(part)] != part}
        assert {path: value for path, value in changed.items() if path[: len(part)] != part} == elsewhere
        assert changed != before


def test_taking_out_and_putting_in() -> None:
    document, _ = read("a: [1, {b: 2}]\nc: 3\n", "x.yaml")
    assert document is not None
    assert plain(mutated(document, ("a", 0), None)) == {"a": [{"b": 2}], "c": 3}
    assert plain(mutated(document, ("a", 1, "b"), Node(span=document.span, value=5))) == {"a": [1, {"b": 5}], "c": 3}
    assert plain(mutated(document, ("c",), None)) == {"a": [1, {"b": 2}]}
    assert plain(document) == {"a": [1, {"b": 2}], "c": 3}
