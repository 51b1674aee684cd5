"""The indicators of the marketplaces' packs, on a few cases counted by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rulesengine import Case, Engine, Event, load_pack
from rulesengine.bulk import indicators

BERLIN = ZoneInfo("Europe/Berlin")
#: what happens, who does it, when, to whom
Step = tuple[str, str, str, str, dict[str, Any]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def lived(engine: Engine, *steps: Step, context: dict[str, dict[str, Any]] | None = None) -> Case:
    case = engine.open(at(steps[0][2]))
    for event, by, when, target, facts in steps:
        decision = engine.decide(case, Event(event=event, by=by, at=at(when), target=target, facts=facts), context)
        assert decision.accepted, (event, decision.reasons)
        case = decision.case
    return case


def figures(engine: Engine, cases: list[Case], when: str) -> dict[str, tuple[int, int]]:
    return {figure.name: (figure.hits, figure.counted) for figure in indicators(engine, cases, at(when))}


@pytest.fixture(scope="module")
def kaufland() -> Engine:
    return Engine(load_pack("kaufland"))


def test_kaufland_counts_first_answers_of_the_last_week(kaufland: Engine) -> None:
    """Asked on Monday 8 June 2026 at 9, the time is over on Wednesday at 9."""
    ordered: Step = ("order.place", "buyer", "2026-06-01 09:00", "", {})
    piece: Step = ("order_unit.add", "buyer", "2026-06-01 09:00", "order/1", {"price": "10.00"})
    asked: Step = (
        "ticket.open",
        "buyer",
        "2026-06-08 09:00",
        "order/1",
        {"order_units": ["order_unit/1"], "reason": "product_defect", "written_at": at("2026-06-08 09:00")},
    )
    answers = [
        [("ticket.answer", "seller", when, "ticket/1", {}) for when in moments]
        for moments in (["2026-06-10 09:00"], ["2026-06-10 09:01"], ["2026-06-09 12:00"])
    ]
    # the third buyer writes again, and the seller is late only then
    answers[2] += [
        ("ticket.message", "buyer", "2026-06-10 12:00", "ticket/1", {"written_at": at("2026-06-10 12:00")}),
        ("ticket.answer", "seller", "2026-06-18 12:00", "ticket/1", {}),
    ]
    cases = [lived(kaufland, ordered, piece, asked, *steps) for steps in answers]
    assert figures(kaufland, cases, "2026-06-15 00:00")["answered_in_time"] == (2, 3)
    assert figures(kaufland, cases, "2026-06-14 23:59")["answered_in_time"] == (0, 0)
    assert figures(kaufland, cases, "2026-06-22 00:00")["answered_in_time"] == (0, 0)


def test_kaufland_counts_pieces_cancelled_for_the_sellers_reasons(kaufland: Engine) -> None:
    cases = []
    for reason in ("NoInventory", "BuyerCancelled", None):
        steps: list[Step] = [
            ("order.place", "buyer", "2026-05-31 23:00", "", {"fulfillment_type": "fulfilled_by_merchant"}),
            ("order_unit.add", "buyer", "2026-05-31 23:30", "order/1", {"price": "10.00"}),
        ]
        if reason is not None:
            steps.append(("order_unit.cancel", "seller", "2026-06-02 09:00", "order_unit/1", {"cancel_reason": reason}))
        cases.append(lived(kaufland, *steps))
    # those of May: two cancelled, one of them for a reason of the seller's; the third counts as well
    assert figures(kaufland, cases, "2026-06-15 00:00")["cancelled_by_seller"] == (1, 3)
    assert figures(kaufland, cases, "2026-07-01 00:00")["cancelled_by_seller"] == (0, 0)


def test_rakuten_counts_what_the_seller_cancels_and_buyers_complain_about() -> None:
    engine = Engine(load_pack("rakuten"))
    sale: list[Step] = [
        ("order.place", "buyer", "2026-03-02 09:00", "", {"ordered_at": "2026-03-02T09:00:00+01:00"}),
        ("item.request", "buyer", "2026-03-02 09:00", "", {"price": "80.00", "committed_method": "normal"}),
        ("item.accept", "seller", "2026-03-03 09:00", "item/1", {}),
    ]
    cancelled = lived(engine, *sale, ("item.cancel", "seller", "2026-03-03 10:00", "item/1", {"comment": "Sold out"}))
    shipment = {"method": "normal", "shipped_at": "2026-03-04T09:00:00+01:00"}
    shipped: Step = ("item.ship", "seller", "2026-03-04 09:00", "item/1", shipment)
    fine = lived(engine, *sale, shipped)
    received: Step = (
        "item.receive",
        "buyer",
        "2026-03-06 09:00",
        "item/1",
        {"received_at": "2026-03-06T09:00:00+01:00"},
    )
    context = {"seller": {"on_vacation": False, "quality_score_too_low": False}}
    claimed = lived(
        engine,
        *sale,
        shipped,
        received,
        ("claim.open", "buyer", "2026-03-07 09:00", "item/1", {"reason": "damaged"}),
        context=context,
    )
    late = lived(engine, *sale)
    found = figures(engine, [cancelled, fine, claimed, late], "2026-03-15 00:00")
    assert found == {
        "cancelled_by_seller": (1, 4),
        "complaint_rate": (1, 4),
        "accepted_in_time": (4, 4),
        # the cancelled one owes no parcel any more and does not count
        "shipped_in_time": (2, 3),
    }


def test_mediamarkt_counts_what_the_platform_measures() -> None:
    """Five orders of two lines: all goes well, shipped late, with an incident, refused, forgotten."""
    engine = Engine(load_pack("mediamarkt"))
    created: list[Step] = [
        ("order.create", "operator", "2026-06-01 09:00", "", {"shipping_deadline": at("2026-06-05 12:00")}),
        ("line.add", "operator", "2026-06-01 09:00", "order/1", {"price": "20.00"}),
        ("line.add", "operator", "2026-06-01 09:00", "order/1", {"price": "10.00"}),
        ("order.validate", "operator", "2026-06-01 10:00", "order/1", {}),
    ]
    parcel = {"carrier": "DHL", "tracking_number": "1"}
    to_ship: list[Step] = [
        *created,
        ("order.accept", "seller", "2026-06-01 20:00", "order/1", {}),
        ("order.request_debit", "operator", "2026-06-01 21:00", "order/1", {}),
        ("order.confirm_debit", "payment_system", "2026-06-01 22:00", "order/1", {}),
        ("order.set_tracking", "seller", "2026-06-02 09:00", "order/1", parcel),
    ]
    cases = [
        lived(engine, *to_ship, ("order.ship", "seller", "2026-06-05 12:00", "order/1", {})),
        lived(engine, *to_ship, ("order.ship", "seller", "2026-06-05 12:01", "order/1", {})),
        lived(
            engine,
            *to_ship,
            ("order.ship", "seller", "2026-06-04 12:00", "order/1", {}),
            ("incident.open", "customer", "2026-06-06 12:00", "line/2", {"reason": "damaged"}),
            ("thread.ask", "customer", "2026-06-06 12:00", "order/1", {}),
            ("thread.answer", "seller", "2026-06-06 18:00", "thread/1", {}),
        ),
        lived(engine, *created, ("order.refuse", "seller", "2026-06-01 12:00", "order/1", {})),
        lived(engine, *created),
    ]
    found = indicators(engine, cases, at("2026-06-20 00:00"))
    assert {figure.name: (figure.hits, figure.counted) for figure in found} == {
        "approval_rate": (6, 10),
        "auto_refused_rate": (2, 10),
        "approval_delay": (4, 4),
        "cancelation_rate": (0, 6),
        "late_shipment_rate": (1, 5),
        "incident_rate": (1, 6),
        "refund_rate": (0, 6),
        "return_rate": (0, 6),
        "answer_delay": (1, 1),
        "accepted_in_time": (4, 5),
        "answered_in_time": (1, 1),
    }
    assert {figure.unknown for figure in found} == {0}
    # three times ten hours and once two; six hours
    hours = {figure.name: figure.value / 3_600_000_000 for figure in found if figure.value and "delay" in figure.name}
    assert hours == {"approval_delay": 8, "answer_delay": 6}
