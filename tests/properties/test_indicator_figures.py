"""Figures of indicators against figures counted by hand from the written cases: JSON, `datetime` and loops."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulesengine import Case, Engine, Event, load_pack
from rulesengine.bulk import indicators
from rulesengine.case import to_datetime

SHOP = Path(__file__).resolve().parents[2] / "docs" / "examples" / "first" / "shop.yaml"
PACK = f"""
pack: measured
extends: {SHOP}
processes:
  order:
    facts: {{weight: number}}
    transitions:
      pay: {{optional: [weight]}}
      cancel: {{by: [seller, buyer, system]}}
  complaint:
    transitions:
      ask_again: {{from: answered, to: asked, by: buyer, source: LM-3}}
indicators:
  answered:
    share_met: complaint.reply
    in_the_last: 30 days
    too_few_below: 3
    must_be: {{at_least: 60 %}}
    source: LM-3
  answered_first: {{share_met: complaint.reply, only_first: true, in_the_last: calendar week, source: LM-3}}
  heavy:
    share_of: order
    where: [weight > 5, count(complaint) > 0]
    among: price > 20 or weight < 3
    counted_at: [happened_at(ship), happened_at(cancel)]
    in_the_last: calendar month
    source: LM-1
  late: {{share_of: order, where: missed(dispatch), counted_at: happened_at(pay), source: LM-2}}
  speed: {{average_time: order.dispatch, in_the_last: 1 month, should_be: {{at_most: 24 hours}}, source: LM-2}}
  answering: {{average_time: complaint.reply, in_the_last: calendar year, source: LM-3}}
"""
ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    file = tmp_path_factory.mktemp("measured") / "measured.yaml"
    file.write_text(PACK)
    return Engine(load_pack(file))


hours = st.one_of(st.integers(0, 100), st.sampled_from([0, 24, 48]))
complaints = st.lists(st.tuples(hours, st.lists(hours, max_size=3)), max_size=2)
lives = st.fixed_dictionaries(
    {
        "start": st.one_of(st.integers(0, 24 * 70), st.sampled_from([24 * 28 - 1, 24 * 31 - 2])),
        "price": st.sampled_from(["10.00", "20.00", "20.01"]),
        "weight": st.sampled_from([None, "2", "5", "5.5"]),
        "shipped": st.one_of(st.none(), hours),
        "cancelled": st.booleans(),
        "complaints": complaints,
        "rest": hours,
    }
)


def lived(engine: Engine, life: dict[str, Any]) -> Case:
    now = START + timedelta(hours=life["start"])
    case = engine.open(now)

    def happen(event: str, by: str, after: int, target: str = "", **facts: str) -> str:
        nonlocal now, case
        now += timedelta(hours=after)
        decision = engine.decide(case, Event(event=event, by=by, at=now, target=target, facts=facts))
        case = decision.case
        return decision.target

    weight = {"weight": life["weight"]} if life["weight"] is not None else {}
    happen("order.pay", "buyer", 0, price=life["price"], **weight)
    if life["cancelled"]:
        happen("order.cancel", "buyer", 1)
    elif life["shipped"] is not None:
        happen("order.ship", "seller", life["shipped"], tracking="LP1")
    for after, answers in life["complaints"]:
        name = happen("complaint.open", "buyer", after, reason="late")
        for index, wait in enumerate(answers):
            if index:
                happen("complaint.ask_again", "buyer", 1, name)
            happen("complaint.answer", "seller", wait, name, offer="1.00")
    return engine.advance(case, now + timedelta(hours=life["rest"]))[1]


# by hand


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


def window(name: str, at: datetime) -> tuple[datetime, datetime]:
    today = at.astimezone(ZONE).date()
    first = today.replace(day=1)
    monday = today - timedelta(days=today.weekday())
    # wall-clock arithmetic: the same time of day
    local = at.astimezone(ZONE)
    if name == "answered":
        return (local - timedelta(days=30)).astimezone(UTC), at
    if name == "answered_first":
        return midnight(monday - timedelta(days=7)), midnight(monday)
    if name == "heavy":
        return midnight((first - timedelta(days=1)).replace(day=1)), midnight(first)
    if name == "late":
        return datetime(1970, 1, 1, tzinfo=UTC), at
    if name == "speed":
        before = first - timedelta(days=1)
        return local.replace(year=before.year, month=before.month, day=min(before.day, today.day)).astimezone(UTC), at
    return midnight(date(today.year - 1, 1, 1)), midnight(date(today.year, 1, 1))


def runs(case: Any, process: str, deadline: str, at: datetime) -> Iterator[list[dict[str, Any]]]:
    """The runs of each instance that were met or missed; what is open and was due before `at` is missed by then."""
    for instance in case["instances"]:
        if instance["process"] == process:
            found = [dict(run) for run in instance["runs"].get(deadline, [])]
            for run in found:
                if run.get("outcome", "open") == "open" and moment(run["due"]) < at:
                    run["outcome"] = "missed"
            yield [run for run in found if run.get("outcome") in ("met", "missed")]


def share_met(case: Any, process: str, deadline: str, at: datetime, first: bool) -> Iterator[tuple[datetime, bool]]:
    for found in runs(case, process, deadline, at):
        for run in found[:1] if first else found:
            met = run["outcome"] == "met"
            yield moment(run["ended" if met else "due"]), met


def times(case: Any, process: str, deadline: str, at: datetime) -> Iterator[tuple[datetime, timedelta]]:
    for found in runs(case, process, deadline, at):
        for run in found:
            done = run["ended"] if run["outcome"] == "met" else run.get("late")
            if done is not None:
                yield moment(done), moment(done) - moment(run["start"])


def heavy(case: Any) -> Iterator[tuple[datetime, bool | None]]:
    order = case["instances"][0]
    ended = [moment(order["happened"][event][1]) for event in ("ship", "cancel") if event in order["happened"]]
    weight = order["facts"].get("weight")
    dear = Fraction(order["facts"]["price"]) > 20
    if not ended or (weight is not None and not dear and Fraction(weight) >= 3):
        return
    complained = len(case["instances"]) > 1
    if weight is None:
        # dear: whether it is heavy matters only where somebody complained; cheap: nobody knows whether it counts
        yield max(ended), False if dear and not complained else None
    else:
        yield max(ended), complained and Fraction(weight) > 5


def late(case: Any, at: datetime) -> Iterator[tuple[datetime, bool]]:
    missed = any(run["outcome"] == "missed" for found in runs(case, "order", "dispatch", at) for run in found)
    yield moment(case["instances"][0]["happened"]["pay"][1]), missed


BY_HAND: dict[str, Callable[[Any, datetime], Iterator[tuple[datetime, Any]]]] = {
    "answered": lambda case, at: share_met(case, "complaint", "reply", at, False),
    "answered_first": lambda case, at: share_met(case, "complaint", "reply", at, True),
    "heavy": lambda case, at: heavy(case),
    "late": late,
    "speed": lambda case, at: times(case, "order", "dispatch", at),
    "answering": lambda case, at: times(case, "complaint", "reply", at),
}


@settings(max_examples=120)
@given(told=st.lists(lives, max_size=6), asked=st.integers(0, 24 * 100))
def test_figures_are_those_counted_by_hand(engine: Engine, told: list[dict[str, Any]], asked: int) -> None:
    at = START + timedelta(hours=asked)
    cases = [lived(engine, life) for life in told]
    texts = [json.loads(engine.write(case)) for case in cases]
    for figure in indicators(engine, iter(cases), at):
        first, end = window(figure.name, at)
        assert figure.end == end
        assert figure.first == (None if figure.name == "late" else first)
        counted = [value for case in texts for when, value in BY_HAND[figure.name](case, at) if first <= when < end]
        known = [value for value in counted if value is not None]
        assert figure.unknown == len(counted) - len(known)
        assert figure.counted == len(known)
        if figure.form == "average_time":
            total = sum(known, timedelta()) // timedelta(microseconds=1)
            assert figure.value == (Fraction(total, len(known)) if known else None)
        else:
            assert figure.hits == sum(known)
            few = len(known) < (3 if figure.name == "answered" else 1)
            assert figure.value == (None if few else Fraction(sum(known), len(known)))
        if figure.name == "answered":
            enough = figure.value is not None and figure.value >= Fraction(3, 5)
            assert figure.verdict == ("too_few" if figure.value is None else "good" if enough else "breach")


@settings(max_examples=25)
@given(told=st.lists(lives, min_size=1, max_size=5), asked=st.integers(0, 24 * 100))
def test_no_window_counts_what_the_next_one_counts(engine: Engine, told: list[dict[str, Any]], asked: int) -> None:
    """Four calendar weeks, one after the other, count what lies between the first and the last of their moments."""
    at = START + timedelta(hours=asked)
    # far behind all there is: whatever is missed then has been missed
    cases = [engine.advance(lived(engine, life), START + timedelta(days=200))[1] for life in told]
    weeks = [
        next(one for one in indicators(engine, cases, at + timedelta(days=7 * week)) if one.name == "answered_first")
        for week in range(4)
    ]
    assert [one.first for one in weeks[1:]] == [one.end for one in weeks[:-1]]
    assert weeks[0].first is not None
    moments = [
        when
        for case in cases
        for when, _ in BY_HAND["answered_first"](json.loads(engine.write(case)), to_datetime(case.moment))
    ]
    assert sum(one.counted for one in weeks) == sum(weeks[0].first <= when < weeks[-1].end for when in moments)
