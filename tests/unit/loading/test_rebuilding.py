"""A pack under another variant or reading, of which only a part is read again: the same as if all of it were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, cycle
from pathlib import Path
from textwrap import dedent
from typing import Any

import msgspec
import pytest

from rulesengine.diagnostics import Diagnostic, PackError, Span
from rulesengine.document import Node
from rulesengine.loading import check_pack, load_pack, read_pack, rebuilt
from rulesengine.loading.building import build
from rulesengine.loading.meaning import check_meaning
from rulesengine.loading.merge import offered_readings
from rulesengine.pack import Pack
from rulesengine.resources import policies_folder

VALID = Path(__file__).parents[2] / "packs" / "valid"
PACKS = [*sorted(policies_folder().glob("*.yaml")), *sorted(VALID.glob("*.yaml"))]
Choice = tuple[str, Mapping[str, str]]


def from_scratch(pack: Pack, variant: str, readings: Mapping[str, str]) -> Pack:
    report: list[Diagnostic] = []
    again = build(
        pack.document,
        file=pack.file,
        variant=variant,
        readings=readings,
        digest=pack.digest,
        registers=pack.registers,
        sources=None,
        report=report,
    )
    # a template may leave values open
    assert [d for d in report if d.severity == "error" and not (pack.abstract and d.code == "RE514")] == []
    return again


def choices(pack: Pack) -> list[Choice]:
    """Every variant, every reading, and some of them together."""
    single = [{name: reading} for name, offered in offered_readings(pack.document).items() for reading in offered]
    pairs = [one | other for one, other in list(combinations(single, 2))[:: max(1, len(single) ** 2 // 16)]]
    variants = [variant for variant in pack.variants if variant != pack.variant]
    both = list(zip(cycle(variants), single[::9], strict=False)) if variants else []
    return [*((pack.variant, readings) for readings in (*single, *pairs)), *((one, {}) for one in variants), *both]


def same(one: Any, other: Any) -> bool:
    """Whether two values hold the same, but for functions, which are made from the trees beside them."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, msgspec.Struct) and not isinstance(one, Span | Node):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    return callable(one) or bool(one == other)


def packs() -> Iterator[Any]:
    for file in PACKS:
        if "\npack:" in file.read_text(encoding="utf-8"):
            yield pytest.param(file, id=file.stem)


@pytest.mark.parametrize("file", list(packs()))
def test_every_choice_of_every_pack_is_the_same_as_from_scratch(file: Path) -> None:
    pack, _ = read_pack(file)
    assert pack is not None
    before = pack
    for number, (variant, readings) in enumerate(choices(pack)):
        whole = from_scratch(pack, variant, readings)
        again = rebuilt(pack, variant, readings)
        assert same(again, whole), (variant, readings)
        assert check_meaning(again, pack) == check_meaning(whole), (variant, readings)
        if number % 5 == 0:
            # from a pack that has a variant and readings already
            assert same(rebuilt(before, variant, readings), whole), (variant, readings)
            before = whole


SHOP = """\
pack: shop
title: Shop
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Paris
currency: EUR
calendar: {holidays: FR, weekend: [saturday, sunday]}
actors: [buyer, seller]
parameters:
  limit: {value: 20 EUR, readings: {less: 10 EUR, none: {value: 0 EUR}}, assumed: a figure}
  answer_time: {value: 2 days, readings: {working: 2 working days, wrong: 3 apples}, assumed: a figure}
  unused: {value: 1, readings: {two: 2}, assumed: a figure}
variants:
  fr: {title: France}
  pl: {currency: PLN, parameters: {limit: 90 PLN}}
  jp: {currency: JPY, time_zone: Asia/Tokyo, parameters: {limit: 3000 JPY}}
processes:
  order:
    facts: {price: money}
    conditions:
      dear: price > limit
      very_dear: dear and price > 50
    states: {open: {}, kept: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, requires: [price], assumed: so}
      keep: {from: open, to: kept, by: seller, when: very_dear, assumed: so}
      finish: {from: [open, kept], to: done, by: [seller, system], assumed: so, readings: {early: {from: open}}}
    deadlines:
      answer: {while: open, within: answer_time, owed_by: seller, assumed: so}
      give_up:
        while: kept
        after: 3 days
        then: finish
        assumed: so
        readings:
          later: {after: 5 days}
          as_another: {while: open}
    limits:
      small: {event: keep, value: price, at_most: limit, assumed: so}
      once: {event: keep, times: 1, assumed: so, readings: {twice: {times: 2}}}
  parcel:
    under: order
    states: {packed: {}, gone: {final: true}}
    transitions:
      pack: {from: new, to: packed, by: seller, assumed: so}
      send: {from: packed, to: gone, by: seller, assumed: so, readings: {by_event: {event: post}}}
indicators:
  in_time: {share_met: order.answer, should_be: {at_least: 90 %}, assumed: so}
  dear_ones: {share_of: order, where: very_dear, counted_at: happened_at(place), assumed: so}
  sent: {share_of: parcel, where: state == gone, counted_at: happened_at(pack), assumed: so}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Pack:
    file = tmp_path / "shop.yaml"
    file.write_text(dedent(SHOP), encoding="utf-8")
    return load_pack(file)


SHOP_CHOICES: list[Choice] = [
    *(("fr", {"limit": reading}) for reading in ("less", "none")),
    *(("fr", {name: reading}) for name, reading in (("unused", "two"), ("answer_time", "working"))),
    *(("fr", {"order.finish": "early"}), ("fr", {"parcel.send": "by_event"}), ("fr", {"order.once": "twice"})),
    *(("fr", {"order.give_up": "later", "limit": "less"}), ("pl", {}), ("jp", {}), ("jp", {"unused": "two"})),
]


@pytest.mark.parametrize(("variant", "readings"), SHOP_CHOICES)
def test_what_hangs_on_a_changed_word_is_read_again(shop: Pack, variant: str, readings: Mapping[str, str]) -> None:
    again = rebuilt(shop, variant, readings)
    assert same(again, from_scratch(shop, variant, readings))
    for other, others in SHOP_CHOICES:
        assert same(rebuilt(again, other, others), from_scratch(shop, other, others))


def test_what_is_the_same_is_kept(shop: Pack) -> None:
    again = rebuilt(shop, "fr", {"limit": "less"})
    order, before = again.processes["order"], shop.processes["order"]
    assert again.processes["parcel"] is shop.processes["parcel"]
    assert [t.rule for t in order.transitions if t not in before.transitions] == ["order.keep"]
    assert order.transitions[0] is before.transitions[0]
    assert order.deadlines[0] is before.deadlines[0]
    assert again.indicators["in_time"] is shop.indicators["in_time"]
    assert again.indicators["dear_ones"] is not shop.indicators["dear_ones"]
    # another event is another declaration, and may be named anywhere
    assert rebuilt(shop, "fr", {"parcel.send": "by_event"}).processes["order"] is not before


def test_a_reading_that_is_wrong_is_told_of(shop: Pack) -> None:
    with pytest.raises(PackError) as caught:
        rebuilt(shop, "fr", {"answer_time": "wrong"})
    assert [(d.code, d.message) for d in caught.value.diagnostics] == [("RE405", "'apples' is not a unit of time.")]
    assert {d.message.partition(":")[0] for d in check_pack(shop.file)} == {
        "Under the reading 'wrong' of 'answer_time'",
        "Under the reading 'early' of 'order.finish'",
    }


def test_a_pack_and_all_its_findings_come_at_once(shop: Pack) -> None:
    pack, found = read_pack(shop.file, all_findings=True)
    assert same(pack, shop)
    assert found == check_pack(shop.file) != []
    assert read_pack(shop.file)[1] == []
