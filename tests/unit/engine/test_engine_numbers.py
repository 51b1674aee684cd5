"""Numbers: exact, compared unrounded, rounded only where money is stored."""

from __future__ import annotations

import pytest
from engine_packs import HEADER, Story, engine_of

START = "2026-03-02 09:00"

PACK = """
processes:
  job:
    facts: {price: money, part: money, n: number, m: number, share: number, ok: boolean}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [price, n, m], ~}
      third: {from: open, by: seller, sets: {part: price / 3}, ~}
      half: {from: open, by: seller, sets: {part: price / 2}, ~}
      share: {from: open, by: seller, sets: {share: n / m}, ~}
      decimal: {from: open, by: seller, when: n + 0.1 == 0.3, ~}
      thirds: {from: open, by: seller, when: n / 3 * 3 == n, ~}
      exact: {from: open, by: seller, when: price / 3 * 3 == price, ~}
      more: {from: open, by: seller, when: price / 3 > 3.33, ~}
      zero: {from: open, by: seller, when: n / m > 1, ~}
      end: {from: open, to: done, by: buyer, ~}
"""


def job(header: str = HEADER, **facts: object) -> Story:
    story = Story(engine_of(PACK, header), START)
    story.took("job.start", by="buyer", **facts)
    return story


@pytest.mark.parametrize(
    ("price", "half"), [("0.01", 1), ("0.03", 2), ("0.05", 3), ("0.02", 1), ("10.00", 500), ("10.01", 501)]
)
def test_storing_money_rounds_half_up(price: str, half: int) -> None:
    story = job(price=price)
    story.took("job.half")
    assert story.fact("job/1", "part") == half


def test_storing_money_rounds_to_the_nearest_otherwise() -> None:
    for price, third in (("10", 333), ("20", 667), ("0.01", 0), ("0.02", 1)):
        story = job(price=price)
        story.took("job.third")
        assert story.fact("job/1", "part") == third


@pytest.mark.parametrize(("currency", "price", "half"), [("JPY", "3", 2), ("KWD", "0.001", 1), ("KWD", "0.003", 2)])
def test_the_smallest_unit_is_the_currencys(currency: str, price: str, half: int) -> None:
    story = job(HEADER.replace("EUR", currency), price=price)
    story.took("job.half")
    assert story.fact("job/1", "part") == half


@pytest.mark.parametrize(
    ("currency", "fine", "coarse"), [("EUR", "1.001", "1.01"), ("JPY", "1.1", "1"), ("KWD", "1.0001", "1.001")]
)
def test_incoming_money_finer_than_that_is_a_bad_fact(currency: str, fine: str, coarse: str) -> None:
    engine = engine_of(PACK, HEADER.replace("EUR", currency))
    assert Story(engine, START).refused("job.start", by="buyer", price=fine) == ["bad_fact"]
    Story(engine, START).took("job.start", by="buyer", price=coarse)


def test_nothing_is_lost_in_calculating() -> None:
    job(n="0.2").took("job.decimal")
    job(n="1").took("job.thirds")
    job(price="10").took("job.exact")


def test_money_is_compared_unrounded() -> None:
    # a third of 10.00 is 3.333…, more than 3.33
    job(price="10").took("job.more")
    assert job(price="9.99").refused("job.more") == ["condition"]


def test_numbers_are_stored_as_exact_fractions() -> None:
    story = job(n="1", m="3")
    story.took("job.share")
    assert story.fact("job/1", "share") * 3 == 1
    assert '"share":"1/3"' in story.engine.write(story.case)


def test_division_by_zero_is_unknown() -> None:
    story = job(n="1", m="0")
    assert story.refused("job.zero") == ["missing_fact"]
    story.took("job.share")
    assert story.fact("job/1", "share") is None


def test_zeros_at_the_end_and_whole_units_are_the_same_amount() -> None:
    for text in ("10", "10.0", "10.00", 10):
        assert job(price=text).fact("job/1", "price") == 1000
    assert '"price":"10.00"' in job().engine.write(job(price=10).case)
