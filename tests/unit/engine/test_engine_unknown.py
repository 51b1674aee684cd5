"""What is not known: strong three-valued logic in guards, limits and bounds."""

from __future__ import annotations

import pytest
from engine_packs import Story, codes, engine_of

START = "2026-03-02 09:00"


def guarded(guard: str, **facts: object) -> str:
    """What comes of a transition with this guard, or of a limit that asks it: accepted, or the code of the refusal."""
    engine = engine_of(f"""
processes:
  job:
    facts: {{a: boolean, b: boolean, n: number, m: money}}
    states: {{open: {{}}, done: {{final: true}}}}
    transitions:
      start: {{from: new, to: open, by: buyer, optional: [a, b, n, m], ~}}
      go: {{from: open, by: seller, {guard}, ~}}
      finish: {{from: open, to: done, by: seller, ~}}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer", **facts)
    decision = story.do("job.go")
    return "accepted" if decision.accepted else "/".join(codes(decision))


def limited(limit: str, **facts: object) -> str:
    engine = engine_of(f"""
processes:
  job:
    facts: {{a: boolean, b: boolean, n: number, m: money}}
    states: {{open: {{}}, done: {{final: true}}}}
    transitions:
      start: {{from: new, to: open, by: buyer, optional: [a, b, n, m], ~}}
      go: {{from: open, by: seller, ~}}
      finish: {{from: open, to: done, by: seller, ~}}
    limits:
      l: {{event: go, {limit}, ~}}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer", **facts)
    decision = story.do("job.go")
    return "accepted" if decision.accepted else "/".join(codes(decision))


@pytest.mark.parametrize(
    ("guard", "facts", "outcome"),
    [
        ("when: a or b", {"a": True}, "accepted"),
        ("when: b or a", {"a": True}, "accepted"),
        ("when: a or b", {"a": False}, "missing_fact"),
        ("when: a and b", {"a": False}, "condition"),
        ("when: b and a", {"a": False}, "condition"),
        ("when: a and b", {"a": True}, "missing_fact"),
        ("when: not a", {}, "missing_fact"),
        ("when: [a, b]", {"a": False}, "condition"),
        ("when: [b, a]", {"a": False}, "condition"),
        ("when: [a, b]", {"a": True}, "missing_fact"),
        ("unless: a", {}, "missing_fact"),
        ("unless: [b, a]", {"a": True}, "condition"),
        ("unless: [a, b]", {"a": False}, "missing_fact"),
        ("unless: a and b", {"a": False}, "accepted"),
        ("when: a, unless: b", {"a": False}, "condition"),
        ("when: b, unless: a", {"a": True}, "condition"),
        ("when: n > 3", {}, "missing_fact"),
        ("when: n > 3 or n <= 3", {}, "missing_fact"),
        ("when: n == n", {}, "missing_fact"),
        ("when: known(n) and n > 3", {}, "condition"),
        ("when: not known(n) or n > 3", {}, "accepted"),
        ("when: known(n)", {}, "condition"),
        ("when: not known(n)", {"n": 0}, "condition"),
        ("when: 1 / n == 1", {"n": 0}, "missing_fact"),
        ("when: n / (n - n) == 1 or a", {"n": 1, "a": True}, "accepted"),
    ],
)
def test_guards(guard: str, facts: dict[str, object], outcome: str) -> None:
    assert guarded(guard, **facts) == outcome


@pytest.mark.parametrize(
    ("limit", "facts", "outcome"),
    [
        ("value: n, at_most: 5", {}, "missing_fact"),
        ("value: 4, at_most: n", {}, "missing_fact"),
        ("value: 4, at_most: n, at_least: 5", {}, "limit"),
        ("value: 6, at_most: 5, at_least: n", {}, "limit"),
        ("value: 5, at_most: 5, at_least: n", {}, "missing_fact"),
        ("when: a, value: 6, at_most: 5", {}, "missing_fact"),
        ("when: a, value: 6, at_most: 5", {"a": False}, "accepted"),
        ("when: a, value: n, at_most: 5", {"a": False}, "accepted"),
        ("when: a and b, value: 6, at_most: 5", {"b": False}, "accepted"),
        ("refuse_when: a", {}, "missing_fact"),
        ("refuse_when: a and b", {"a": False}, "accepted"),
        ("refuse_when: a or b", {"b": True}, "limit"),
        ("only_when: a", {}, "missing_fact"),
        ("only_when: a or b", {"b": True}, "accepted"),
        ("only_when: a and b", {"b": False}, "limit"),
        ("value: n, one_of: [1, 2]", {}, "missing_fact"),
        ("times: n", {}, "missing_fact"),
        ("total: job.m, at_most: 5", {}, "missing_fact"),
        ("requires: [n]", {}, "limit"),
    ],
)
def test_limits(limit: str, facts: dict[str, object], outcome: str) -> None:
    assert limited(limit, **facts) == outcome


def test_a_window_after_an_unknown_moment_refuses() -> None:
    engine = engine_of("""
processes:
  job:
    facts: {shipped_at: datetime}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [shipped_at], ~}
      finish: {from: open, to: done, by: seller, ~}
    limits:
      late: {event: finish, not_after: 3 days after shipped_at, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer")
    decision = story.do("job.finish")
    assert [(r.code, r.rule, dict(r.values)) for r in decision.reasons] == [
        ("missing_fact", "job.late", {"shipped_at": "unknown"})
    ]


def test_a_refusal_names_what_is_missing() -> None:
    engine = engine_of("""
context: {seller: {stars: integer}}
processes:
  job:
    facts: {a: boolean, n: number}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [a, n], ~}
      go: {from: open, by: seller, when: n > 3 and seller.stars > 2 and a, ~}
      finish: {from: open, to: done, by: seller, ~}
""")
    story = Story(engine, START)
    story.took("job.start", by="buyer", a=True)
    (reason,) = story.do("job.go").reasons
    assert dict(reason.values) == {"n": "unknown", "seller.stars": "unknown", "a": "true"}
    assert "n" in reason.message
    assert "seller.stars" in reason.message


def test_a_condition_by_name_is_judged_like_its_text() -> None:
    engine = engine_of("""
processes:
  job:
    facts: {a: boolean, b: boolean}
    conditions: {either: a or b}
    states: {open: {}, done: {final: true}}
    transitions:
      start: {from: new, to: open, by: buyer, optional: [a, b], ~}
      finish: {from: open, to: done, by: seller, when: either, ~}
""")
    known, unknown = Story(engine, START), Story(engine, START)
    known.took("job.start", by="buyer", b=True)
    known.took("job.finish")
    unknown.took("job.start", by="buyer", b=False)
    assert unknown.refused("job.finish") == ["missing_fact"]
