"""Which conditions of two transitions are told apart, and which can hold together."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from rulesengine.diagnostics import Diagnostic
from rulesengine.loading import check_pack

PACK = """\
pack: small
title: Two transitions of one event
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Paris
currency: EUR
calendar: {{holidays: FR}}
actors: [buyer, seller]
context:
  seller: {{on_vacation: boolean, rating: number}}
choices:
  method:
    values: [normal, tracked, registered]
    worse_to_better: [normal, tracked, registered]
parameters:
  share: {{value: 0.5, assumed: x}}
  large: {{value: 100 EUR, assumed: x}}
  patience: {{value: 3 working days, assumed: x}}
processes:
  order:
    facts: {{paid: money}}
    states: {{open: {{}}, closed: {{final: true}}}}
    transitions:
      place: {{from: new, to: open, by: buyer, optional: [paid], assumed: x}}
      close: {{from: open, to: closed, by: seller, assumed: x}}
  item:
    under: order
    facts:
      price: money
      discount: money
      weight: number
      method: {{choice: method}}
      reason: {{choice: [damaged, late, other]}}
      shipped_at: datetime
      received_at: datetime
      birthday: date
      note: text
      tags: {{list_of: text}}
      gift: {{type: boolean, default: false}}
      never: text
    conditions:
      both: gift and seller.on_vacation
    states: {{waiting: {{}}, packed: {{}}, sent: {{}}, done: {{final: true}}, gone: {{final: true}}}}
    transitions:
      add:
        from: new
        to: waiting
        by: buyer
        requires: [price]
        optional: [discount, weight, reason, note, tags, birthday, gift]
        assumed: x
      pack: {{from: waiting, to: packed, by: seller, assumed: x}}
      send: {{from: packed, to: sent, by: seller, requires: [shipped_at, method], optional: [received_at], assumed: x}}
      first:
        event: act
        from: [waiting, packed, sent]
        to: done
        by: buyer
        optional: [method]
        assumed: x
        when: {first}
      second:
        event: act
        from: [waiting, packed, sent]
        to: gone
        by: buyer
        optional: [method]
        assumed: x
        when: {second}
    deadlines:
      answer: {{while: packed, within: 3 days, owed_by: seller, assumed: x}}
  claim:
    under: item
    facts: {{amount: money}}
    states: {{open: {{}}, won: {{final: true}}, lost: {{final: true}}}}
    transitions:
      start: {{from: new, to: open, by: buyer, requires: [amount], assumed: x}}
      win: {{from: open, to: won, by: seller, assumed: x}}
      lose: {{from: open, to: lost, by: seller, assumed: x}}
"""


def overlaps(tmp_path: Path, first: str, second: str) -> list[Diagnostic]:
    file = tmp_path / "small.yaml"
    quoted = [f"'{guard}'" for guard in (first, second)]
    file.write_text(PACK.format(first=quoted[0], second=quoted[1]), encoding="utf-8")
    found = check_pack(file)
    assert {d.code for d in found} <= {"RE503"}, found
    return found


EXCLUSIVE = [
    ("gift", "not gift"),
    ("both", "not both"),
    ("gift and seller.on_vacation", "not gift or not seller.on_vacation"),
    ("state == waiting", "state == packed"),
    ("state in [waiting, sent]", "state not in [waiting, sent]"),
    ("state == waiting and gift", "state != waiting"),
    ("reason == damaged", "reason == late"),
    ("reason in [damaged, late]", "reason == other"),
    ("method < tracked", "method >= tracked"),
    ("method == was.method", "method != was.method"),
    ("price < 5", "price >= 5"),
    ("price < large", "price >= 100"),
    ("price * share < discount", "discount <= price * 0.5"),
    ("price < 10", "10 <= price < 20"),
    ("price - discount > 0", "discount - price >= 0"),
    ("weight < 0.5", "weight > 0.75"),
    ("known(discount)", "not known(discount)"),
    ("known(discount) and discount > 3", "not known(discount)"),
    ("not known(price)", "true"),
    ("known(never)", "true"),
    ("happened(act)", "true"),
    ("not happened(add)", "true"),
    ("not happened(send)", "state == sent"),
    ("happened(send)", "state == packed"),
    ("known(shipped_at)", "state == waiting"),
    ("entered_at(sent) > shipped_at", "state == packed"),
    ("overdue(answer)", "not missed(answer)"),
    ("missed(answer)", "state == waiting"),
    ("now > shipped_at + patience", "now <= shipped_at + patience"),
    ('now > shipped_at + period("1 month")', 'now < shipped_at + period("2 weeks")'),
    ("shipped_at < received_at", "shipped_at >= received_at"),
    ('birthday < "2026-03-01"', 'birthday > "2026-03-01"'),
    ('note == "a"', 'note == "b"'),
    ('"fragile" in tags', '"fragile" not in tags'),
    ("order.state == open", "order.state == closed"),
    ("order.paid >= price", "order.paid < price"),
    ("seller.rating < 2", "seller.rating >= 2"),
    ("count(claim) == 0", "count(claim) > 0"),
    ("count(claim) == 0", "open(claim)"),
    ("count(claim) == 0", "count(claim, won) > 0"),
    ("count(claim, open) == 0", "open(claim)"),
    ("count(claim) == 0", "known(latest(claim).amount)"),
    ("count(claim) > 0 and all(claim, won)", "open(claim)"),
    ("latest(claim).state == won", "count(claim, won) == 0"),
    ("total(claim.amount) > 50", "total(claim.amount) <= 50"),
    ("total(claim.amount) > 0", "count(claim) == 0"),
    ("happened(claim.win)", "count(claim) == 0"),
    ("count(claim) < 2", "count(claim) >= 2"),
    ("not open(order)", "order.state == open"),
]


@pytest.mark.parametrize(("first", "second"), EXCLUSIVE)
def test_what_excludes_each_other_is_no_finding(tmp_path: Path, first: str, second: str) -> None:
    assert overlaps(tmp_path, first, second) == []
    assert overlaps(tmp_path, second, first) == []


MEETING = [
    ("true", "gift", "gift is true"),
    ("gift", "seller.on_vacation", "seller.on_vacation is true"),
    ("gift or seller.on_vacation", "not gift", "seller.on_vacation is true"),
    ("state in [waiting, packed]", "state in [packed, sent]", "from 'packed'"),
    ("reason in [damaged, late]", "reason != damaged", "reason is late"),
    ("method <= tracked", "method >= tracked", "method is tracked"),
    ("price <= 5", "price >= 5", "price is 5.00"),
    ("price <= large", "price > 99.99", "price is 100.00"),
    ("price < 10", "price > 9", "price is 9.01"),
    ("weight < 0.75", "weight >= 0.5", "weight is 0.5"),
    ("known(discount)", "discount > 3", "discount is 3.01"),
    ("happened(pack)", "state == sent", "happened(pack) is true"),
    ("missed(answer)", "not overdue(answer)", "missed(answer) is true"),
    ("now >= shipped_at", "now <= shipped_at", "now is 2026-03-04T12:00:00.000000Z"),
    ("now > shipped_at + patience", 'now < shipped_at + period("2 weeks")', "shipped_at is 2026"),
    ("order.state == open", "order.paid > 3", "order.state is open"),
    ("seller.rating <= 2", "seller.rating >= 2", "seller.rating is 2"),
    ("count(claim) > 0", "not open(claim)", "count(claim) is 1"),
    ("count(claim) >= 3", "count(claim) < 5", "count(claim) is 3"),
    ("count(claim, won) > 0", "open(claim)", "open(claim) is true"),
    ("latest(claim).state == won", "count(claim, lost) > 0", "latest(claim).state is won"),
    ("total(claim.amount) >= 50", "count(claim) == 1", "total(claim.amount) is 50.00"),
    ('note != "a"', 'note != "b"', "note is other"),
    ('"fragile" in tags', '"heavy" in tags', "tags"),
    ("all(claim, won)", "true", "all(claim, won) is true"),
]


@pytest.mark.parametrize(("first", "second", "witness"), MEETING)
def test_what_can_hold_together_is_shown(tmp_path: Path, first: str, second: str, witness: str) -> None:
    (finding,) = overlaps(tmp_path, first, second)
    assert witness in finding.message


def test_a_search_that_grows_too_large_is_given_up(tmp_path: Path) -> None:
    many = "price * weight + discount * seller.rating + order.paid * weight + total(claim.amount) * seller.rating"
    before = process_time()
    assert overlaps(tmp_path, f"{many} > 1", f"{many} < 1") == []
    assert process_time() - before < 2
