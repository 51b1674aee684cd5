"""One vocabulary for several packs: what things are called, what is due anywhere, and what rules say side by side."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulesengine.case import Case, Event, to_moment
from rulesengine.diagnostics import PackError
from rulesengine.engine import Engine
from rulesengine.loading import load_pack, read_pack
from rulesengine.pack import Pack
from rulesengine.render.comparison import markdown
from rulesengine.vocabulary import (
    Comparison,
    PackWords,
    Vocabulary,
    compare,
    due_anywhere,
    load_vocabulary,
    standing_of,
    words_of,
)

PACKS = Path(__file__).parents[2] / "packs"
VALID = PACKS / "valid"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = """\
vocabulary: words
kinds: {thing: {title: Something}}
statuses: {awaiting_seller: {title: Seller}, closed: {title: Over}, gone: {title: Gone}}
reasons: {damaged: {title: A}, different: {title: B}, incomplete: {title: C}, late: {title: D}}
actors: {customer: {title: Who buys}, seller: {title: Who sells}}
packs:
  shop:
    actors: {buyer: customer, seller: seller, customer_service: customer, carrier: seller}
    processes:
      order: {none: Not asked for.}
      line: {none: Not asked for.}
      refund: {none: Not asked for.}
"""
CLAIM = """\
      claim:
        kind: thing
        states:
          amicable: {status: awaiting_seller, after: {offer: gone}}
          service: awaiting_seller
          settled: {status: closed, reason: late, reason_fact: reason}
          refunded: closed
          rejected: {none: Nobody asks.}
"""


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return load_vocabulary(VALID / "vocabularies" / "words.yaml")


@pytest.fixture(scope="module")
def ticket() -> Engine:
    return Engine(load_pack(VALID / "ticket.yaml"))


@pytest.fixture(scope="module")
def child() -> Engine:
    return Engine(load_pack(PACKS / "vocabularies" / "child.yaml"))


def of_the_shop(tmp_path: Path, rules: str = "claim.solve") -> Vocabulary:
    """Words for the small shop, with one topic for some of its rules."""
    file = tmp_path / "words.yaml"
    file.write_text(f"{HEAD}{CLAIM}topics: {{all: {{title: All, packs: {{shop: [{rules}]}}}}}}\n")
    return load_vocabulary(file)


def after(engine: Engine, case: Case, *events: str, by: str) -> Case:
    for event in events:
        answer = engine.decide(case, Event(event=event, by=by, at=case.now))
        assert answer.accepted, answer.reasons
        case = answer.case
    return case


def asked(engine: Engine, at: datetime = START) -> Case:
    """A case of the small template in which a question waits for its answer."""
    return engine.given(engine.open(at), process="question", state="asked")


# what things are called


def test_a_status_and_what_it_is_after_an_event(words: Vocabulary, child: Engine) -> None:
    said = words_of(words, child.pack)
    case = asked(child)
    first = standing_of(said, case.instances["question/1"])
    assert (first.kind, first.status, first.reason) == ("conversation", "awaiting_seller", "")
    answered = standing_of(said, after(child, case, "question.answer", by="seller").instances["question/1"])
    assert (answered.status, answered.reason) == ("closed", "done")
    dropped = standing_of(said, after(child, case, "question.drop", by="buyer").instances["question/1"])
    assert (dropped.status, dropped.reason) == ("closed", "lapsed")


def test_the_latest_event_counts_and_a_fact_may_say_why(tmp_path: Path) -> None:
    engine = Engine(load_pack(VALID / "shop.yaml"))
    said = words_of(of_the_shop(tmp_path), engine.pack)
    empty = engine.open(START)
    base = engine.given(empty, process="order", state="placed")
    base = engine.given(base, process="line", state="received")

    def standing(state: str, **rest: object) -> tuple[str, str]:
        case = engine.given(base, process="claim", state=state, **rest)  # type: ignore[arg-type]
        found = standing_of(said, case.instances["claim/1"])
        return found.status, found.reason

    assert standing("amicable") == ("awaiting_seller", "")
    assert standing("amicable", happened={"offer": START}) == ("gone", "")
    assert standing("settled", facts={"reason": "damaged"}) == ("closed", "damaged")
    assert standing("settled") == ("closed", "late")
    assert standing("rejected") == ("", "")


def test_a_pack_is_found_by_its_name_and_by_what_it_extends(words: Vocabulary, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"pack: mine\nextends: {VALID / 'ticket.yaml'}\ntitle: Mine\n")
    said = words_of(words, load_pack(file))
    assert (said.name, said.actor("support"), said.actor("system")) == ("mine", "marketplace", "system")
    assert said.event("ticket.answer") == "answer"
    assert said.event("ticket.ask") == ""
    assert said.topics_of("ticket.first_answer") == ("answer",)
    assert said.topics_of("ticket.waiting_for_seller") == ()
    file.write_text(file.read_text() + "processes: {ticket: {states: {lost: {}}, transitions: {open: {to: lost}}}}\n")
    pack, _ = read_pack(file)
    assert pack is not None
    with pytest.raises(PackError) as fault:
        words_of(words, pack)
    assert [(d.code, "ticket.lost" in d.message) for d in fault.value.diagnostics] == [("RE801", True)]


def test_what_a_pack_inherits_and_takes_away(words: Vocabulary, child: Engine, tmp_path: Path) -> None:
    template, _ = read_pack(VALID / "template.yaml")
    assert template is not None
    base, said = words_of(words, template), words_of(words, child.pack)
    assert (base.event("question.drop"), said.event("question.drop")) == ("close", "")
    assert (base.event("question.answer"), said.event("question.answer")) == ("answer", "answer")
    assert said.topics_of("question.respond") == base.topics_of("question.respond") == ("answer",)
    text = (PACKS / "vocabularies" / "child.yaml").read_text().replace("../valid", str(VALID))
    (tmp_path / "child.yaml").write_text(text.replace("{within: response_time}", "null"))
    with pytest.raises(PackError) as fault:
        words_of(words, load_pack(tmp_path / "child.yaml"))
    (found,) = fault.value.diagnostics
    assert (found.code, found.message) == ("RE313", "The pack 'child' has no rule 'question.respond'.")
    assert found.span.file.endswith("words.yaml")


def test_a_pack_the_table_does_not_speak_of(words: Vocabulary) -> None:
    with pytest.raises(PackError) as fault:
        words_of(words, load_pack(VALID / "shop.yaml"))
    assert [(d.code, d.span.file.endswith("words.yaml")) for d in fault.value.diagnostics] == [("RE314", True)]


# what is due, anywhere?


@given(minutes=st.lists(st.integers(0, 10_000), min_size=1, max_size=4), wait=st.integers(0, 20_000))
def test_one_list_of_what_is_due_in_all_cases(
    words: Vocabulary, ticket: Engine, child: Engine, minutes: list[int], wait: int
) -> None:
    now = START + timedelta(minutes=wait)
    cases: list[tuple[Engine, PackWords, Case]] = []
    for number, late in enumerate(minutes):
        engine = (child, ticket)[number % 2]
        case = engine.open(START + timedelta(minutes=late))
        if engine is child:
            case = asked(child, START + timedelta(minutes=late))
        else:
            case = engine.given(case, process="order", state="open")
            case = engine.given(case, process="ticket", state="waiting_for_seller")
        cases.append((engine, words_of(words, engine.pack), case))
    found = due_anywhere(cases, now)
    alone = [(n, one) for n, (engine, _, case) in enumerate(cases) for one in engine.obligations(case, now)]
    assert sorted(map(repr, alone)) == sorted(repr((one.case, one.obligation)) for one in found)
    moments = [to_moment(one.obligation.due) if one.obligation.due else 1 << 62 for one in found]
    assert moments == sorted(moments)
    for one in found:
        if one.obligation.rule in ("question.respond", "ticket.first_answer"):
            assert (one.owed_by, one.topics, one.met_by) == ("seller", ("answer",), ("answer",))
            assert (one.standing.kind, one.standing.status) == ("conversation", "awaiting_seller")
            assert one.pack == ("child", "ticket")[one.case % 2]
        if one.obligation.rule == "ticket.silence":
            assert (one.owed_by, one.then) == ("", "close")


def test_nothing_is_due_where_there_is_nothing(words: Vocabulary, child: Engine) -> None:
    assert due_anywhere([], START) == []
    case = after(child, asked(child), "question.answer", by="seller")
    assert due_anywhere([(child, words_of(words, child.pack), case)], START) == []


# side by side


def cell(told: Comparison, topic: str, pack: str) -> dict[str, tuple[str, ...]]:
    """What the rules of a cell say."""
    (row,) = [row for row in told.rows if row.topic == topic]
    (found,) = [one for one in row.cells if one.pack == pack]
    return {entry.rule: entry.says for entry in found.entries}


def test_cells_are_read_from_the_packs(words: Vocabulary, tmp_path: Path) -> None:
    packs = [load_pack(VALID / "ticket.yaml"), load_pack(PACKS / "vocabularies" / "child.yaml")]
    told = compare(words, packs)
    assert [row.title for row in told.rows] == ["Answer", "Pay the seller"]
    assert cell(told, "answer", "ticket") == {
        "ticket.first_answer": (
            "seller: within 48 hours on working days",
            "while waiting_for_seller",
            "met by answer",
            "once overdue, possible: step_in",
        ),
        "ticket.waiting_for_seller": ("while waiting_for_seller: the clocks of unit of those in about stand still",),
    }
    assert cell(told, "answer", "child")["question.respond"][:2] == ("seller: within 2 days", "while asked")
    assert [(one.pack, one.none) for one in told.rows[1].cells] == [("ticket", ""), ("child", "Nothing is sold.")]
    changed = (VALID / "ticket.yaml").read_text().replace("within: 48 hours on working days", "within: unspecified")
    (tmp_path / "ticket.yaml").write_text(changed)
    other = compare(words, [load_pack(tmp_path / "ticket.yaml")], ["answer"])
    assert cell(other, "answer", "ticket")["ticket.first_answer"][0] == "seller: at once, no number"
    assert len(other.rows) == 1
    with pytest.raises(KeyError):
        compare(words, packs, ["anser"])


def test_a_reading_says_what_it_changes(words: Vocabulary) -> None:
    told = compare(words, [load_pack(VALID / "ticket.yaml")], ["answer"])
    (first, _) = told.rows[0].cells[0].entries
    assert [(one.readable, one.reading, one.says) for one in first.otherwise] == [
        ("ticket.first_answer", "calendar", ("seller: within 48 hours",)),
        ("ticket.first_answer", "from_support", ("counted from happened_at(open)",)),
    ]
    assert first.otherwise[0].question == "Do tickets of the same day count as one?"


def test_what_a_reading_takes_away_is_said(words: Vocabulary, tmp_path: Path) -> None:
    text = (VALID / "ticket.yaml").read_text()
    text = text.replace("from_support: {since: happened_at(open)}", "any_act: {within: 1 day, met_by: null}")
    (tmp_path / "ticket.yaml").write_text(text)
    told = compare(words, [load_pack(tmp_path / "ticket.yaml")], ["answer"])
    assert told.rows[0].cells[0].entries[0].otherwise[1].says == ("seller: within 1 day", "without: met by answer")


def test_a_table_of_markdown_stays_a_table(words: Vocabulary, tmp_path: Path) -> None:
    text = (VALID / "ticket.yaml").read_text()
    text = text.replace("title: Tickets that hold back the money", "title: 'A | B <script> `x` *'", 1)
    (tmp_path / "ticket.yaml").write_text(text)
    lines = markdown(compare(words, [load_pack(tmp_path / "ticket.yaml")])).split("\n")
    assert [len(re.findall(r"(?<!\\)\|", line)) for line in lines] == [3] * 4
    assert lines[0] == "|  | A \\| B \\<script\\> \\`x\\` \\* 1.2.0 |"


def test_a_template_tells_what_is_not_set(words: Vocabulary, tmp_path: Path) -> None:
    text = (VALID / "template.yaml").read_text().replace("within: 1 day", "within: response_time")
    (tmp_path / "template.yaml").write_text(text)
    pack, found = read_pack(tmp_path / "template.yaml")
    assert pack is not None
    assert found == []
    told = compare(words, [pack], ["answer"])
    says = cell(told, "answer", "template")["question.respond"]
    assert says == ("seller: within response_time", "while asked", "response_time is not set")


SHOP = {
    "order.rest": ("after 14 days", "while shipped", "then close by itself"),
    "line.dispatch": (
        "seller: within 2 working days, to the end of the day",
        "counted from order.ordered_at",
        "while waiting",
        "1 day of grace",
        "met by ship or ship_and_complete",
    ),
    "claim.decide": ("customer: at once, no number", "while service"),
    "order.cancel": (
        "customer: cancel, while placed",
        "unless count(line, shipped) > 0",
        "leads to cancelled",
    ),
    "line.add": ("customer: add", "needs price and method"),
    "claim.grant": ("customer: grant, while service", "leads to refunded", "brings refund.pay"),
    "order.first_hour": ("cancel: until 1 hour after ordered_at",),
    "claim.window": (
        "open: not before 1 day after happened_at(line.receive)",
        "open: until 30 days after happened_at(line.receive)",
    ),
    "line.tracking": ("ship: needs tracking_number", "if method != normal"),
    "line.better_method": ("ship: only if method >= was.method",),
    "line.basket": ("add: all line.price together at most order.paid", "for each parent"),
    "claim.discount_cap": ("offer: discount at most line.price * discount_share", "discount_share is 0.5"),
    "claim.discount_floor": ("offer: discount at least 1",),
    "claim.three_offers": ("offer: 3 times",),
    "line.keep": (
        "after 14 days, counted as a legal period",
        "while received",
        "if price > expensive",
        "then finish by itself",
        "expensive is 200 EUR",
    ),
}


@pytest.fixture(scope="module")
def shop() -> Pack:
    return load_pack(VALID / "shop.yaml")


def test_every_kind_of_rule_says_what_it_says(shop: Pack, tmp_path: Path) -> None:
    told = compare(of_the_shop(tmp_path, ", ".join(SHOP)), [shop])
    assert cell(told, "all", "shop") == SHOP
    (keep,) = [entry for entry in told.rows[0].cells[0].entries if entry.rule == "line.keep"]
    assert [(one.variants, one.says) for one in keep.otherwise] == [(("poland",), ("expensive is 800 PLN",))]
    forms = {entry.rule: entry.form for entry in told.rows[0].cells[0].entries}
    assert (forms["order.rest"], forms["claim.decide"], forms["line.add"]) == ("wait", "duty", "transition")
    assert (forms["line.basket"], forms["claim.three_offers"]) == ("total", "times")
