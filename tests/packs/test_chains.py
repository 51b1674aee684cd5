"""Packs made from packs made from a template: what was changed, taken away or added holds, and says where it stands."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulesengine import load_pack
from rulesengine.case import Event
from rulesengine.engine import Engine

VALID = Path(__file__).parent / "valid"
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("pack", "state", "allowed"),
    [
        ("workshop", "received", True),
        ("workshop", "reviewed", True),
        ("atelier", "received", True),
        ("atelier", "reviewed", False),
        ("atelier", "prepared", False),
    ],
)
def test_a_rule_is_overridden_and_an_added_state_reached(pack: str, state: str, allowed: bool) -> None:
    engine = Engine(load_pack(VALID / f"{pack}.yaml"))
    case = engine.given(engine.open(at=AT), process="order", state=state)
    decision = engine.decide(case, Event(event="order.cancel", by="customer", at=AT))
    assert decision.accepted is allowed
    assert decision.case.instances["order/1"].state == ("cancelled" if allowed else state)


def test_a_rule_that_was_taken_away_is_gone() -> None:
    engine = Engine(load_pack(VALID / "atelier.yaml"))
    case = engine.given(engine.open(at=AT), process="order", state="prepared")
    asked = Event(event="order.provide_label", by="platform", at=AT, facts={"label": "6200"})
    assert [reason.code for reason in engine.decide(case, asked).reasons] == ["unknown_event"]


def test_a_number_of_the_last_pack_holds() -> None:
    packs = [load_pack(VALID / f"{name}.yaml") for name in ("workshop", "atelier")]
    periods = [
        str(deadline.period)
        for pack in packs
        for deadline in pack.processes["order"].deadlines
        if deadline.name == "shipment"
    ]
    assert periods == ["3 working days", "28 days"]


def test_each_rule_says_in_which_file_of_the_chain_it_was_written_last() -> None:
    order = load_pack(VALID / "atelier.yaml").processes["order"]
    files = {transition.rule: Path(transition.place.file).name for transition in order.transitions}
    assert files["order.ship"] == "marketplace.yaml"
    assert files["order.cancel"] == "atelier.yaml"
    assert Path(order.states["cancelled"].place.file).name == "workshop.yaml"
    assert {deadline.rule: Path(deadline.place.file).name for deadline in order.deadlines} == {
        "order.review_order": "marketplace.yaml",
        "order.shipment": "marketplace.yaml",
        "order.status": "workshop.yaml",
    }
