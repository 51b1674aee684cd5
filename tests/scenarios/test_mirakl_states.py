"""What Mirakl's interfaces say of an order, a line, a refund or a return can be said in the pack of its marketplace."""

from datetime import UTC, datetime
from functools import cache

import pytest

from rulesengine import load_pack
from rulesengine.case import Event
from rulesengine.engine import Engine

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: the states of the interfaces for sellers, those left out that they call deprecated
ORDER = [
    "STAGING",
    "WAITING_ACCEPTANCE",
    "WAITING_DEBIT",
    "WAITING_DEBIT_PAYMENT",
    "SHIPPING",
    "SHIPPED",
    "TO_COLLECT",
    "RECEIVED",
    "CLOSED",
    "REFUSED",
    "CANCELED",
]
API = {
    "order": ORDER,
    "line": [*ORDER, "REFUNDED"],
    # on a line the API shows them in place of its own state
    "incident": ["INCIDENT_OPEN", "INCIDENT_CLOSED"],
    "refund": ["WAITING_REFUND_TAX_CONFIRMATION", "WAITING_REFUND", "WAITING_REFUND_PAYMENT", "REFUNDED"],
    "return": ["WAITING_ACCEPTANCE", "IN_PROGRESS", "REFUSED", "RECEIVED", "NO_RECEPTION", "CLOSED", "CANCELED"],
}
#: states of an order as they are shown, and those of its lines
SHOWN = [
    ("WAITING_ACCEPTANCE", ["WAITING_ACCEPTANCE", "WAITING_ACCEPTANCE"]),
    ("WAITING_ACCEPTANCE", ["WAITING_ACCEPTANCE", "WAITING_DEBIT_PAYMENT"]),
    ("WAITING_DEBIT", ["WAITING_DEBIT", "WAITING_DEBIT"]),
    ("WAITING_DEBIT_PAYMENT", ["WAITING_DEBIT_PAYMENT", "WAITING_DEBIT_PAYMENT"]),
    ("SHIPPING", ["SHIPPING", "SHIPPING"]),
    ("SHIPPING", ["SHIPPING", "REFUSED"]),
    ("SHIPPED", ["SHIPPED", "SHIPPED"]),
    ("TO_COLLECT", ["TO_COLLECT", "TO_COLLECT"]),
    ("RECEIVED", ["RECEIVED", "RECEIVED"]),
    ("CLOSED", ["CLOSED", "CLOSED"]),
    ("CANCELED", ["CANCELED", "CANCELED"]),
    ("CANCELED", ["CANCELED", "REFUSED"]),
]


@cache
def engine() -> Engine:
    return Engine(load_pack("mediamarkt"))


@pytest.mark.parametrize("process", API)
def test_each_state_of_the_interfaces_is_a_state_of_the_pack(process: str) -> None:
    states = engine().program("de", {}).pack.processes[process].states
    assert {state.lower() for state in API[process]} <= set(states)
    assert set(states) - {state.lower() for state in API[process]} <= {"solved"}


@pytest.mark.parametrize(("order", "lines"), SHOWN)
@pytest.mark.parametrize("before", ["waiting_acceptance", "shipping", "received"])
def test_an_order_stands_where_the_line_with_the_longest_way_to_go_stands(
    order: str, lines: list[str], before: str
) -> None:
    case = engine().given(engine().open(at=AT), process="order", id="O", state=before)
    for number, state in enumerate([*lines, "WAITING_DEBIT"]):
        facts = {"price": "10.00"}
        case = engine().given(case, process="line", id=f"L{number}", under="order/O", state=state.lower(), facts=facts)
    # one more line, of which nothing is left after this
    gone = Event(
        event="cancelation.cancel",
        target=f"line/L{len(lines)}",
        by="seller",
        at=AT,
        facts={"quantity": 1, "amount": 10},
    )
    decision = engine().decide(case, gone)
    assert decision.accepted
    assert decision.case.instances["order/O"].state == order.lower()
