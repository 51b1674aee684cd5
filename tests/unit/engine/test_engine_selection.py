"""Which transition an event takes, and the reasons where it takes none."""

from __future__ import annotations

import pytest
from engine_packs import HEADER, Story, codes, engine_of, utc

from rulesengine import Engine, Event, load_pack

START = "2026-03-02 09:00"

BRANCHES = """
processes:
  job:
    facts: {amount: money, urgent: boolean, note: text}
    states: {open: {}, low: {}, high: {}, rest: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, title: It begins, notifies: [seller, agent], ~}
      rest: {event: sort, from: open, to: rest, by: seller, otherwise: true, optional: [amount], ~}
      high: {event: sort, from: open, to: high, by: seller, when: amount > 100, optional: [amount], ~}
      low: {event: sort, from: open, to: low, by: seller, when: amount < 50, requires: [amount, note], ~}
      by_agent: {event: sort, from: open, to: low, by: agent, ~}
      urge:
        from: [open, low]
        by: [buyer, agent]
        when: [known(urgent), urgent]
        unless: [amount > 10, note == "no"]
        ~
      keep: {from: open, by: buyer, optional: [amount, urgent, note], ~}
      finish: {from: any, to: done, by: seller, ~}
"""


def job(**facts: object) -> Story:
    story = Story(engine_of(BRANCHES), START)
    story.took("job.start", by="buyer")
    if facts:
        story.took("job.keep", by="buyer", **facts)
    return story


def test_the_first_that_fits_in_file_order_is_taken_and_otherwise_is_tried_last() -> None:
    assert job().took("job.sort", amount="100.01").rules == ("job.high",)
    assert job().took("job.sort", amount="49.99", note="x").rules == ("job.low",)
    assert job().took("job.sort", amount="70").rules == ("job.rest",)


def test_where_two_fit_the_first_of_the_file_is_taken() -> None:
    engine = engine_of("""
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      one: {event: go, from: open, to: done, by: seller, ~}
      two: {event: go, from: open, to: done, by: seller, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer")
    assert story.took("job.go").rules == ("job.one",)


def test_an_overridden_rule_keeps_its_place_and_new_ones_follow(tmp_path: object) -> None:
    base = """
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      one: {event: go, from: open, to: done, by: agent, ~}
      two: {event: go, from: open, to: done, by: seller, ~}
"""
    extending = """
pack: bigger
extends: small.yaml
processes:
  job:
    transitions:
      three: {event: go, from: open, to: done, by: seller, ~}
      one: {by: [agent, seller]}
"""
    (tmp_path / "small.yaml").write_text((HEADER + base).replace("~}", "assumed: for the test}"))
    (tmp_path / "bigger.yaml").write_text(extending.replace("~}", "assumed: for the test}"))
    story = Story(Engine(load_pack(tmp_path / "bigger.yaml")), START)
    story.took("job.start", by="buyer")
    assert story.took("job.go").rules == ("job.one",)


def test_the_actor_takes_part_in_the_selection() -> None:
    assert job().took("job.sort", by="agent").rules == ("job.by_agent",)


def test_requires_and_limits_apply_to_the_selected_one_only() -> None:
    story = job()
    # `low` is selected and lacks a fact; `rest`, which needs none, is not tried instead
    assert story.refused("job.sort", amount="20") == ["missing_fact"]
    assert story.state("job/1") == "open"


def test_selection_stops_at_the_first_whose_guard_is_unknown() -> None:
    # amount is unknown: neither `low` nor `rest` (otherwise) is tried after `high`
    decision = job().do("job.sort")
    assert [(r.code, r.rule) for r in decision.reasons] == [("missing_fact", "job.high")]
    assert decision.reasons[0].values == {"amount": "unknown"}


def test_it_does_not_stop_at_one_whose_actor_does_not_fit() -> None:
    story = job()
    assert story.took("job.sort", by="agent").rules == ("job.by_agent",)


def test_when_means_that_all_hold_and_unless_that_none_holds() -> None:
    assert job(urgent=True, amount="10", note="yes").do("job.urge", by="buyer").accepted
    assert not job(urgent=False, amount="10", note="yes").do("job.urge", by="buyer").accepted
    assert not job(urgent=True, amount="10.01", note="yes").do("job.urge", by="buyer").accepted
    assert not job(urgent=True, amount="10", note="no").do("job.urge", by="buyer").accepted


def test_every_guard_that_fails_is_a_reason() -> None:
    decision = job(urgent=False, amount="11", note="no").do("job.urge", by="buyer")
    assert codes(decision) == ["condition"] * 3
    assert [reason.values for reason in decision.reasons] == [
        {"urgent": "false"},
        {"amount": "11.00"},
        {"note": "no"},
    ]


def test_any_means_every_state_that_is_not_final() -> None:
    for facts in ({"amount": "200"}, {"amount": "70"}):
        story = job()
        story.took("job.sort", **facts)
        story.took("job.finish")
    story = job()
    story.took("job.finish")
    assert story.refused("job.finish") == ["ended"]


def test_from_new_creates_and_an_absent_to_leaves_the_state() -> None:
    story = Story(engine_of(BRANCHES), START)
    created = story.took("job.start", by="buyer")
    assert (created.target, created.changes[0].from_, created.changes[0].to, created.changes[0].created) == (
        "job/1",
        "new",
        "open",
        True,
    )
    kept = story.took("job.keep", by="buyer", note="x").changes[0]
    assert (kept.from_, kept.to, kept.created) == ("open", "open", False)


def test_the_decision_carries_a_notification_for_each_actor_to_tell() -> None:
    decision = Story(engine_of(BRANCHES), START).took("job.start", by="buyer")
    assert [(n.to, n.rule, n.target) for n in decision.notifications] == [
        ("seller", "job.start", "job/1"),
        ("agent", "job.start", "job/1"),
    ]


class TestReasons:
    def test_no_transition_takes_the_event_in_this_state(self) -> None:
        story = job()
        story.took("job.sort", amount="200")
        decision = story.do("job.sort")
        assert codes(decision) == ["no_transition"]
        assert "high" in decision.reasons[0].message

    def test_wrong_actor_names_those_who_may(self) -> None:
        decision = job().do("job.finish", by="buyer")
        assert [(r.code, r.rule) for r in decision.reasons] == [("wrong_actor", "job.finish")]
        assert "seller" in decision.reasons[0].message

    def test_system_is_the_engine_itself_and_comes_from_nowhere_else(self) -> None:
        engine = engine_of("""
processes:
  job:
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: system, ~}
    deadlines:
      closing: {while: open, after: 1 day, then: close, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer")
        assert story.refused("job.close", by="system") == ["wrong_actor"]
        assert story.refused("job.close", by="seller") == ["wrong_actor"]
        story.until("2026-03-04 00:00")
        assert story.state("job/1") == "done"

    def test_a_condition_names_the_rule_its_place_its_source_and_the_values_compared(self) -> None:
        engine = engine_of(BRANCHES)
        story = Story(engine, START)
        story.took("job.start", by="buyer")
        story.took("job.keep", by="buyer", urgent=True, amount="12", note="x")
        (reason,) = story.do("job.urge", by="buyer").reasons
        assert (reason.code, reason.rule, reason.target) == ("condition", "job.urge", "job/1")
        assert reason.source == ("assumed: for the test",)
        assert dict(reason.values) == {"amount": "12.00"}
        line = (HEADER + BRANCHES).splitlines()[reason.place.line - 1].replace("~}", "assumed: for the test}")
        assert line[reason.place.column - 1 : reason.place.end_column - 1] == "amount > 10"
        assert "amount > 10" in reason.message

    def test_an_unknown_event_is_answered_with_the_likely_word(self) -> None:
        for event, likely in (("job.finsh", "job.finish"), ("jb.finish", "job.finish")):
            decision = job().do(event)
            assert codes(decision) == ["unknown_event"]
            assert f"'{likely}'" in decision.reasons[0].message

    def test_an_unknown_target_is_answered_with_the_likely_word(self) -> None:
        story = Story(engine_of(BRANCHES), START)
        story.took("job.start", by="buyer", id="A100")
        decision = story.do("job.finish", target="job/A10")
        assert codes(decision) == ["unknown_target"]
        assert "job/A100" in decision.reasons[0].message

    def test_the_reasons_are_listed_all_at_once(self) -> None:
        engine = engine_of("""
processes:
  job:
    facts: {amount: money, note: text, other: text}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, ~}
      pay: {from: open, by: seller, requires: [amount, note], ~}
      say: {from: open, by: seller, requires: [other], ~}
      finish: {from: open, to: done, by: seller, ~}
    limits:
      cap: {event: pay, value: amount, at_most: 10, ~}
      floor: {event: pay, value: amount, at_least: 1, ~}
      never: {event: pay, refuse_when: amount > 15, ~}
""")
        story = Story(engine, START)
        story.took("job.start", by="buyer")
        decision = story.do("job.pay", amount="20", other="x")
        assert [(r.code, r.rule) for r in decision.reasons] == [
            ("missing_fact", "job.pay"),
            ("bad_fact", "job.pay"),
            ("limit", "job.cap"),
            ("limit", "job.never"),
        ]
        assert decision.rules == ("job.pay", "job.cap", "job.never")


class TestTargets:
    PACK = """
processes:
  order:
    states: {open: {}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: buyer, ~}
  line:
    under: order
    states: {open: {}, done: {final: true}}
    transitions:
      add: {from: new, to: open, by: buyer, ~}
      close: {from: open, to: done, by: buyer, ~}
"""

    def story(self) -> Story:
        story = Story(engine_of(self.PACK), START)
        story.took("order.place", by="buyer", id="X1")
        return story

    def test_it_may_be_left_out_where_only_one_fits(self) -> None:
        story = self.story()
        assert story.took("line.add", by="buyer").target == "line/1"
        assert story.took("line.close", by="buyer").target == "line/1"

    def test_otherwise_the_candidates_are_listed(self) -> None:
        story = self.story()
        story.took("line.add", by="buyer", id="A")
        story.took("line.add", by="buyer", id="B")
        decision = story.do("line.close", by="buyer")
        assert codes(decision) == ["unknown_target"]
        assert "line/A" in decision.reasons[0].message
        assert "line/B" in decision.reasons[0].message
        assert story.took("line.close", by="buyer", target="line/B").target == "line/B"

    def test_one_that_has_ended_does_not_stand_in_the_way(self) -> None:
        story = self.story()
        story.took("line.add", by="buyer", id="A")
        story.took("line.close", by="buyer")
        story.took("line.add", by="buyer", id="B")
        assert story.took("line.close", by="buyer").target == "line/B"

    def test_nobody_there_is_an_unknown_target(self) -> None:
        assert self.story().refused("line.close", by="buyer") == ["unknown_target"]
        assert Story(engine_of(self.PACK), START).refused("line.add", by="buyer") == ["unknown_target"]

    def test_new_instances_are_numbered_or_named(self) -> None:
        story = self.story()
        names = [story.took("line.add", by="buyer", id=name).target for name in ("", "", "4", "", "B-7")]
        assert names[:3] == ["line/1", "line/2", "line/4"]
        assert len(set(names)) == 5
        assert names[4] == "line/B-7"

    @pytest.mark.parametrize("id", ["1", "with space", "a/b", "x" * 65, "\n"])
    def test_a_name_that_is_taken_or_no_name_is_refused(self, id: str) -> None:
        story = self.story()
        story.took("line.add", by="buyer")
        assert story.refused("line.add", by="buyer", id=id) == ["bad_fact"]

    def test_only_a_process_without_under_opens_a_case_and_only_once(self) -> None:
        story = self.story()
        assert story.refused("order.place", by="buyer") == ["unknown_target"]
        assert list(story.case.instances) == ["order/X1"]


def test_the_event_at_the_api_may_stand_without_its_process_where_the_pack_has_one() -> None:
    engine = engine_of(BRANCHES)
    case = engine.open(utc(START))
    assert engine.decide(case, Event(event="start", by="buyer", at=utc(START))).event == "job.start"
