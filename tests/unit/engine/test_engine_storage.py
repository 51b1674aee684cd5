"""What a case stores, and its text: byte for byte, of this pack only, with the calendar it was opened with."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from engine_packs import HEADER, Story, engine_of, utc

from rulesengine import PackError
from rulesengine.engine import CaseError
from rulesengine.timing import zone_data_version

START = utc("2026-03-02 09:00")

PACK = """
choices: {method: [normal, tracked]}
processes:
  job:
    title: A job
    facts:
      price: money
      weight: number
      pieces: integer
      note: text
      gift: boolean
      seen_at: datetime
      day: date
      method: {choice: method}
      tags: {list_of: text}
    states: {open: {title: It is open}, done: {final: true}}
    transitions:
      start:
        from: new
        to: open
        by: buyer
        optional: [price, weight, pieces, note, gift, seen_at, day, method, tags]
        ~
      act: {from: open, by: seller, ~}
      end: {from: open, to: done, by: seller, ~}
    deadlines:
      work: {while: open, within: 3 working days, grace: 1 day, owed_by: seller, met_by: act, remind: 1 day, ~}
"""


def job(**facts: object) -> Story:
    story = Story(engine_of(PACK), START)
    story.took("job.start", by="buyer", **facts)
    return story


def test_money_and_numbers_are_text_and_money_is_padded() -> None:
    story = job(price="12.5", weight="0.25", pieces=7)
    (entry,) = json.loads(story.engine.write(story.case))["instances"]
    assert entry["facts"] == {"price": "12.50", "weight": "0.25", "pieces": "7"}


def test_moments_are_utc_with_six_decimals_and_z() -> None:
    story = job(seen_at="2026-03-02T10:30:00.5+01:00", day="2026-03-02")
    text = json.loads(story.engine.write(story.case))
    assert text["moment"] == "2026-03-02T09:00:00.000000Z"
    assert text["instances"][0]["facts"] == {"seen_at": "2026-03-02T09:30:00.500000Z", "day": "2026-03-02"}


def test_a_case_goes_through_text_and_comes_back_the_same() -> None:
    story = job(
        price="0.01",
        weight=Fraction(1, 3),
        pieces=-7,
        note='quotes " and \\ and \u2028 and 🦊 and </script>',
        gift=False,
        seen_at="2499-12-31T23:59:59.999999Z",
        day="1970-01-01",
        method="tracked",
        tags=["a", "", "b,c"],
    )
    story.took("job.act", "2026-03-09 09:00")
    engine = story.engine
    text = engine.write(story.case)
    assert engine.read(text) == story.case
    assert engine.read(text.encode()) == story.case
    assert engine.write(engine.read(text)) == text


def test_suspended_ones_are_told_in_order_of_creation() -> None:
    engine = engine_of("""
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
  ticket:
    under: order
    states: {draft: {}, open: {suspends: [{process: order, events: [order.end]}]}, done: {final: true}}
    transitions:
      begin: {from: new, to: draft, by: buyer, ~}
      open: {from: draft, to: open, by: buyer, ~}
      end: {from: open, to: done, by: buyer, ~}
""")
    story = Story(engine, START)
    story.took("order.place", by="buyer")
    story.took("ticket.begin", by="buyer")
    story.took("ticket.begin", by="buyer")
    story.took("ticket.open", by="buyer", target="ticket/2")
    story.took("ticket.open", by="buyer", target="ticket/1")
    decision = story.do("order.end", by="buyer")
    assert [list(r.values) for r in decision.reasons] == [["ticket/1.state"], ["ticket/2.state"]]


def test_it_names_pack_version_digest_variant_readings_and_zone_data() -> None:
    story = job()
    text = json.loads(story.engine.write(story.case))
    assert (text["pack"], text["version"], text["variant"], text["readings"]) == ("small", "1.0.0", "", {})
    assert text["zones"] == zone_data_version()
    assert text["digest"] == story.engine.pack.digest
    assert len(text["digest"]) == 64


def test_the_engine_refuses_the_case_of_other_rules() -> None:
    story = job()
    other = engine_of(PACK.replace("3 working days", "4 working days"))
    with pytest.raises(CaseError, match="other rules"):
        other.read(story.engine.write(story.case))
    for ask in (
        lambda: other.advance(story.case, START),
        lambda: other.options(story.case, "buyer"),
        lambda: other.obligations(story.case),
        lambda: other.write(story.case),
    ):
        with pytest.raises(CaseError, match="other rules"):
            ask()


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("title: A job", "title: Some job", True),
        ("{title: It is open}", "{}", True),
        ("assumed: for the test", "assumed: for another reason", True),
        ("grace: 1 day", "grace: 2 days", False),
        ("[normal, tracked]", "[normal, tracked, gift]", False),
        ("met_by: act, ", "", False),
    ],
)
def test_the_digest_is_of_the_rules_titles_and_sources_aside(old: str, new: str, same: bool) -> None:
    text = PACK.replace("~}", "assumed: for the test}")
    assert old in text
    assert (engine_of(text).pack.digest == engine_of(text.replace(old, new)).pack.digest) is same


def test_a_case_keeps_the_holidays_it_was_opened_with() -> None:
    story = job()
    engine = story.engine
    due = "2026-03-05 09:00"
    assert story.due("job/1", "work") == utc(due)
    # as if Wednesday 4 March had been a holiday when the case was opened
    stored = engine.open(START)
    text = json.loads(engine.write(stored))
    assert "2026-04-06" in text["holidays"]
    text["holidays"] = sorted([*text["holidays"], "2026-03-04"])
    kept = engine.read(json.dumps(text))
    again = Story(engine, START)
    again.case = kept
    again.took("job.start", by="buyer")
    assert again.due("job/1", "work") == utc("2026-03-06 09:00")


def test_a_case_goes_on_after_it_was_stored() -> None:
    story = job()
    engine = story.engine
    back = engine.read(engine.write(story.case))
    assert engine.advance(back, utc("2026-04-01 00:00")) == engine.advance(story.case, utc("2026-04-01 00:00"))


class TestVariantsAndReadings:
    PACK = """
variants:
  home: {}
  far:
    time_zone: Asia/Tokyo
    currency: JPY
    calendar: {holidays: JP}
    parameters: {answer_time: 5 days}
default_variant: home
parameters:
  answer_time: {value: 3 days, question: Which days?, readings: {working: 3 working days}, ~}
processes:
  job:
    facts: {price: money, shipped_at: datetime}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [price, shipped_at], ~}
      end: {from: open, to: done, by: seller, ~}
    deadlines:
      answer: {while: open, within: answer_time, owed_by: seller, ~}
      other:
        while: open
        within: 1 day
        owed_by: seller
        question: From when?
        readings: {from_shipping: {since: shipped_at}, longer: {within: 2 days}}
        ~
"""

    def story(self, start: str = "2026-03-06 00:00", **opened: object) -> Story:
        story = Story(engine_of(self.PACK), start, **opened)
        story.took("job.start", by="buyer", shipped_at="2026-03-01T00:00:00Z")
        return story

    def test_a_case_is_opened_under_the_default_variant_and_keeps_it(self) -> None:
        story = self.story()
        assert story.case.variant == "home"
        assert story.due("job/1", "answer") == utc("2026-03-09 00:00")

    def test_a_variant_overrides_parameters_zone_currency_and_calendar(self) -> None:
        story = self.story(variant="far")
        assert story.due("job/1", "answer") == utc("2026-03-11 00:00")
        fresh = Story(story.engine, "2026-03-06 00:00", variant="far")
        assert fresh.refused("job.start", by="buyer", price="1.5") == ["bad_fact"]
        assert "2026-02-11" in story.case.opening.holidays
        assert "2026-05-08" not in story.case.opening.holidays

    def test_a_reading_replaces_a_parameters_value(self) -> None:
        # Friday 00:00 and three working days
        assert self.story(readings={"answer_time": "working"}).due("job/1", "answer") == utc("2026-03-11 00:00")

    def test_readings_come_after_the_variant(self) -> None:
        story = self.story(variant="far", readings={"answer_time": "working"})
        # Friday 09:00 in Tokyo and three working days: Wednesday 09:00
        assert story.due("job/1", "answer") == utc("2026-03-11 00:00")
        assert story.case.readings == {"answer_time": "working"}

    def test_a_reading_of_a_rule_replaces_its_keys(self) -> None:
        assert self.story(readings={"job.other": "longer"}).due("job/1", "other") == utc("2026-03-08 00:00")
        story = self.story(readings={"job.other": "from_shipping"})
        assert story.due("job/1", "other") == utc("2026-03-06 00:00")

    def test_an_unknown_variant_or_reading_is_answered_with_the_likely_word(self) -> None:
        engine = engine_of(self.PACK)
        for opened, likely in (
            ({"variant": "hone"}, "home"),
            ({"readings": {"answer_tim": "working"}}, "answer_time"),
            ({"readings": {"answer_time": "workin"}}, "working"),
        ):
            with pytest.raises(PackError) as caught:
                engine.open(START, **opened)
            assert any(likely in d.help for d in caught.value.diagnostics)

    def test_without_a_default_a_variant_has_to_be_named(self) -> None:
        engine = engine_of(self.PACK.replace("default_variant: home\n", ""))
        with pytest.raises(CaseError, match="home"):
            engine.open(START)
        assert engine.open(START, variant="home").variant == "home"


class TestValidity:
    HEADER = HEADER.replace("valid_from: 2026-01-01", "valid_from: 2026-01-01\nvalid_until: 2026-12-31").replace(
        "UTC", "Europe/Paris"
    )

    def test_a_case_is_opened_from_valid_from_through_valid_until_in_the_packs_zone(self) -> None:
        engine = engine_of(PACK, self.HEADER)
        for moment in ("2025-12-31 23:00", "2026-12-31 22:59:59.999999"):
            engine.open(utc(moment))
        for moment in ("2025-12-31 22:59:59.999999", "2026-12-31 23:00"):
            with pytest.raises(CaseError, match="2026"):
                engine.open(utc(moment))

    def test_what_was_opened_goes_on_afterwards(self) -> None:
        story = Story(engine_of(PACK, self.HEADER), "2026-12-31 12:00")
        story.took("job.start", "2027-02-01 09:00", by="buyer")
        story.took("job.end", "2028-02-01 09:00")
