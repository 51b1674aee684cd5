"""Scenarios under every reading: which come out differently, where they part, and that no difference is passed over."""

from pathlib import Path

import msgspec
import pytest

from rulesengine.analysis.readings import Reading, readings_of
from rulesengine.analysis.stories import Moments, difference, moments
from rulesengine.diagnostics import PackError
from rulesengine.engine import Engine
from rulesengine.loading import load_pack
from rulesengine.simulation import Scenario, load_scenario, parse_scenario, play

ROOT = Path(__file__).resolve().parents[3]
PACK = """
pack: shop
title: Shop
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Berlin
currency: EUR
calendar: {holidays: DE-BE, weekend: [saturday, sunday]}
actors: [buyer, seller]
parameters:
  time: {value: 2 days, question: "Do days off count?", readings: {working: 2 working days}, assumed: For the test.}
  most: {value: 10 EUR, readings: {more: 20 EUR, less: 5 EUR}, assumed: For the test.}
processes:
  order:
    facts: {price: money, shipped: datetime}
    conditions: {dear: price > most}
    states: {open: {}, sent: {}, done: {final: true}, late: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, requires: [price], assumed: x}
      send: {from: open, to: sent, by: seller, assumed: x}
      finish:
        from: sent
        to: done
        by: buyer
        readings: {seller_too: {by: [buyer, seller]}}
        unless: dear
        assumed: x
      expire: {from: open, to: late, by: system, assumed: x}
    deadlines:
      ship:
        while: open
        within: time
        owed_by: seller
        then: expire
        readings: {from_shipping: {since: shipped}}
        assumed: x
  note:
    under: order
    facts: {text: text}
    states: {written: {final: true}}
    transitions: {write: {from: new, to: written, by: buyer, requires: [text], assumed: x}}
    limits: {once: {event: write, times: 1, per: parent, readings: {twice: {times: 2}}, assumed: x}}
"""
#: a Friday
HEAD = "scenario: A story\npack: shop\nstart: 2026-03-06 10:00\n"
PLACE = "  - {event: order.place, by: buyer, facts: {price: 15.00}}\n"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    (tmp_path / "shop.yaml").write_text(PACK)
    return Engine(load_pack(tmp_path / "shop.yaml"))


def story(name: str, text: str) -> Scenario:
    return parse_scenario(HEAD + text, f"{name}.yaml")


def told(engine: Engine, *scenarios: Scenario) -> dict[str, list[tuple[object, ...]]]:
    """Reading -> for each scenario that it decides: file, step, and what differs first."""
    return {
        f"{one.of}.{one.name}": [
            (each.file, each.parting.step, *msgspec.structs.astuple(each.parting.differences[0])) for each in one.told
        ]
        for one in readings_of(engine, scenarios).readings
    }


def test_what_is_due_differs_although_nothing_is_expected(engine: Engine) -> None:
    found = told(engine, story("a", f"steps:\n{PLACE}"))
    assert found == {
        "time.working": [
            ("a.yaml", 1, "due", "order.ship", "2026-03-08T09:00:00.000000Z", "2026-03-10T09:00:00.000000Z")
        ],
        "most.more": [],
        "most.less": [],
        "order.finish.seller_too": [],
        "order.ship.from_shipping": [("a.yaml", 1, "due", "order.ship", "2026-03-08T09:00:00.000000Z", "")],
        "note.once.twice": [],
    }


def test_the_answer_differs_through_a_condition(engine: Engine) -> None:
    found = told(
        engine,
        story(
            "dear", f"steps:\n{PLACE}  - {{event: order.send, by: seller}}\n  - {{event: order.finish, by: buyer}}\n"
        ),
    )
    assert found["most.more"] == [
        ("dear.yaml", 3, "decision", "order.finish", "refused: condition of order.finish", "accepted")
    ]
    assert found["most.less"] == found["order.finish.seller_too"] == []


def test_what_time_does_differs_before_a_look(engine: Engine) -> None:
    given = "given: [{process: order, state: open, facts: {price: 1.00}, entered: 2026-03-05 10:00}]\n"
    found = told(engine, story("given", f"{given}steps: [{{at: 2026-03-07 12:00}}]\n"))
    # the clock of what is given runs already at the start
    assert found["time.working"] == [
        ("given.yaml", 0, "due", "order.ship", "2026-03-07T09:00:00.000000Z", "2026-03-09T09:00:00.000000Z")
    ]


def test_two_notes_are_one_too_many_but_for_a_reading(engine: Engine) -> None:
    note = "  - {event: note.write, by: buyer, facts: {text: x}}\n"
    found = told(engine, story("notes", f"steps:\n{PLACE}{note}{note}"), story("no", f"steps:\n{PLACE}"))
    assert found["note.once.twice"] == [
        ("notes.yaml", 3, "decision", "note.write", "refused: limit of note.once", "accepted")
    ]


def test_an_edge_that_is_not_there_under_a_reading_is_a_difference(engine: Engine) -> None:
    edge = "boundaries: {deadline: order.ship}\nsteps:\n" + PLACE + "  - {note: Time is over.}\n"
    (due, none) = (told(engine, story("edge", edge))[key][0] for key in ("time.working", "order.ship.from_shipping"))
    assert due[:3] == ("edge.yaml", 1, "due")
    assert none[1:4] == (0, "scenario", "the scenario")
    assert none[4] == "can be played"
    assert str(none[5]).startswith("cannot be played: 'order.ship' does not run")


def test_readings_that_a_scenario_chooses_are_left_aside(engine: Engine) -> None:
    chosen = story("chosen", f"readings: {{time: working, most: more}}\nsteps:\n{PLACE}")
    plain = story("chosen", f"steps:\n{PLACE}")
    assert told(engine, chosen) == told(engine, plain)


def test_a_scenario_that_cannot_be_played_is_left_out_and_told(engine: Engine) -> None:
    wrong = story("wrong", "steps: [{event: order.plaice, by: buyer}]\n")
    right = story("right", f"steps:\n{PLACE}")
    found = readings_of(engine, [wrong, right])
    assert [(one.code, one.span.file) for one in found.found] == [("RE601", "wrong.yaml")]
    assert found.scenarios == 1
    assert found.readings == readings_of(engine, [right]).readings


def test_what_stands_under_a_reading_is_told(engine: Engine) -> None:
    found = {f"{one.of}.{one.name}": (one.written, one.read, one.question) for one in readings_of(engine, []).readings}
    assert found == {
        "time.working": ("2 days", "2 working days", "Do days off count?"),
        "most.more": ("10 EUR", "20 EUR", ""),
        "most.less": ("10 EUR", "5 EUR", ""),
        "order.finish.seller_too": ("by: buyer", "by: [buyer, seller]", ""),
        "order.ship.from_shipping": ("no since", "since: shipped", ""),
        "note.once.twice": ("times: 1", "times: 2", ""),
    }


def test_no_difference_is_passed_over() -> None:
    """Scenarios that are not played under a reading, because nothing it changes is asked in them, do not differ."""
    engine = Engine(load_pack(ROOT / "policies" / "rakuten.yaml"))
    files = sorted((ROOT / "tests" / "scenarios" / "rakuten").rglob("*.yaml"))[::7]
    scenarios = [load_scenario(file) for file in files]

    def way(scenario: Scenario, readings: dict[str, str]) -> Moments | PackError:
        try:
            return moments(play(msgspec.structs.replace(scenario, readings=readings), engine))
        except PackError as fault:
            return fault

    def differing(one: Reading) -> set[str]:
        found = (difference(written[each.file], way(each, {one.of: one.name})) for each in scenarios)
        return {each.file for each, parting in zip(scenarios, found, strict=True) if parting is not None}

    written = {each.file: way(each, {}) for each in scenarios}
    found = readings_of(engine, scenarios).readings
    assert {f"{one.of}.{one.name}": {each.file for each in one.told} for one in found} == {
        f"{one.of}.{one.name}": differing(one) for one in found
    }
    assert sum(one.played for one in found) < len(found) * len(scenarios) / 2
