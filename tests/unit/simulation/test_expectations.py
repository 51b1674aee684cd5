"""What a step expects is compared with what was seen, and every difference is told."""

from collections.abc import Callable

import pytest

from rulesengine.diagnostics import PackError
from rulesengine.simulation import Story, parse_scenario, play

Play = Callable[..., Story]

#: lines before the text of a test: see conftest
LINES_BEFORE = 4

SALE = "given: [{process: sale, facts: {price: 80.00, colour: red}}, {process: question, state: asked}]\n"


def differences(story: Story) -> list[tuple[str, str, str]]:
    return [(failure.what, failure.expected, failure.seen) for failure in story.trace().failures]


@pytest.mark.parametrize(
    "step",
    [
        "{event: sale.note, by: seller, expect: accepted}",
        "{event: sale.note, by: seller, expect: {accepted: sale.note, notified: buyer, missed: [], fired: []}}",
        "{event: sale.note, by: buyer, expect: refused}",
        "{event: sale.note, by: buyer, expect: {refused: sale.note}}",
        "{event: sale.note, by: buyer, expect: {refused: [wrong_actor]}}",
        "{event: sale.note, by: seller, facts: {price: 1.001}, expect: {refused: bad_fact}}",
        "{event: refund.pay, by: seller, facts: {amount: 90}, expect: {refused: [refund.half, refund.all]}}",
        "{event: refund.pay, by: seller, facts: {amount: 1}, expect: {count: {refund: 1}}}",
        "{event: refund.pay, by: seller, facts: {amount: 1}, expect: {refund/1: {facts: {amount: 1.00}}}}",
        "{expect: {refund: null, question: {state: asked}, sale: {facts: {colour: red, sold_at: null, share: 0.5}}}}",
        "{after: 1 day, expect: {due: {question.reply: 2026-03-04 09:00}, overdue: [], reminded: []}}",
        "{after: 47 hours, expect: {reminded: []}}",
        "{at: 2026-03-04 08:00:00.000001, expect: {reminded: question.reply}}",
        "{at: 2026-03-05 09:00, expect: {missed: question/1.reply, overdue: [], fired: []}}",
        "{at: 2026-03-05 09:00:01, expect: {missed: question.reply, overdue: question.reply, fired: question.reply}}",
        "{at: 2026-03-05T08:00:01Z, expect: {question: {state: late}, due: {question.reply: null}}}",
        "{event: sale.note, by: seller, expect: {valid_until: 2026-03-04 08:00}}",
    ],
)
def test_what_happens_is_what_is_expected(story: Play, step: str) -> None:
    assert differences(story(SALE, f"steps: [{step}]\n")) == []


@pytest.mark.parametrize(
    ("step", "what", "expected", "seen"),
    [
        ("{event: sale.note, by: seller, expect: refused}", "sale.note", "refused", "accepted by sale.note"),
        (
            "{event: sale.note, by: seller, expect: {accepted: sale.end}}",
            "sale.note",
            "accepted by sale.end",
            "accepted by sale.note",
        ),
        ("{event: sale.note, by: seller, expect: {notified: []}}", "notified", "none", "buyer"),
        ("{expect: {question: {state: late}}}", "question/1 state", "late", "asked"),
        ("{expect: {refund: {state: paid}}}", "refund state", "paid", "no such instance"),
        ("{expect: {question: null}}", "question", "none", "question/1"),
        ("{expect: {sale: {facts: {price: 80.01}}}}", "sale/1 price", "80.01", "80.00"),
        ("{expect: {sale: {facts: {colour: null}}}}", "sale/1 colour", "unknown", "red"),
        ("{expect: {count: {question: 2}}}", "number of question", "2", "1"),
        ("{at: 2026-03-05 09:00, expect: {missed: []}}", "missed", "none", "question.reply"),
        ("{at: 2026-03-06 09:00, expect: {fired: []}}", "fired", "none", "question.reply"),
        ("{expect: {overdue: question.reply}}", "overdue", "question.reply", "none"),
        (
            "{expect: {due: {question.reply: 2026-03-04 10:00}}}",
            "question.reply due",
            "2026-03-04T09:00:00.000000Z",
            "2026-03-04T08:00:00.000000Z",
        ),
    ],
)
def test_a_difference_names_what_was_expected_and_seen(
    story: Play, step: str, what: str, expected: str, seen: str
) -> None:
    assert differences(story(SALE, f"steps: [{step}]\n")) == [(what, expected, seen)]


def test_a_difference_has_the_place_of_the_expectation(story: Play) -> None:
    told = story(SALE, "steps:\n  - expect:\n      question: {state: late}\n")
    [failure] = told.trace().failures
    assert (failure.step, failure.place.line, failure.place.column) == (1, 8, 25)


def test_one_reason_too_many_is_a_difference(story: Play) -> None:
    told = story(
        SALE, "steps: [{event: refund.pay, by: seller, facts: {amount: 90}, expect: {refused: refund.half}}]\n"
    )
    [(_, expected, seen)] = differences(told)
    assert expected == "refused by refund.half"
    assert "refund.all" in seen


def test_a_refusal_nobody_expected_is_marked(story: Play) -> None:
    told = story(SALE, "steps: [{event: sale.note, by: buyer}]\n")
    assert [failure.unsaid for failure in told.trace().failures] == [True]


def test_an_expectation_of_a_state_does_not_hide_a_refusal(story: Play) -> None:
    told = story(SALE, "steps: [{event: sale.note, by: buyer, expect: {sale: {state: open}}}]\n")
    assert [failure.unsaid for failure in told.trace().failures] == [True]


def test_the_context_changes_and_stays_changed(story: Play) -> None:
    told = story(
        "given: [{process: sale}]\n",
        """
        context: {seller: {away: true}}
        steps:
          - {event: question.ask, by: buyer, expect: {refused: question.ask}}
          - {context: {seller: {away: false}}}
          - {event: question.ask, by: buyer, id: first, expect: {question/first: {state: asked}}}
        """,
    )
    assert differences(told) == []


def test_given_instances_have_a_past(story: Play) -> None:
    told = story(
        """
        given:
          - {process: sale, id: S, facts: {share: null}}
          - process: question
            under: sale/S
            state: late
            entered: {asked: 2026-02-20 09:00, late: 2026-02-25 09:00}
            missed: reply
          - {process: question, under: sale, state: asked, happened: {remind: [2026-03-01 10:00, 2026-03-01 11:00]}}
        steps:
          - {event: question.remind, by: buyer, target: question/2, expect: {refused: question.once}}
          - {expect: {sale: {facts: {share: null}}}}
        """
    )
    assert differences(told) == []
    late = told.trace().case.instances["question/1"]
    assert set(late.entered) == {"asked", "late"}
    assert [run.outcome for run in late.runs["reply"]] == ["missed"]


@pytest.mark.parametrize(
    ("text", "code", "underlined", "help"),
    [
        ("steps: [{event: question.remnid, by: buyer}]\n", "RE601", "question.remnid", "remind"),
        ("steps: [{event: remind, by: buyer}]\n", "RE601", "remind", "question.remind"),
        ("steps: [{event: sale.note, by: bayer}]\n", "RE601", "bayer", "buyer"),
        ("steps: [{event: sale.note, by: seller, facts: {prize: 3}}]\n", "RE601", "prize", "price"),
        ("steps: [{event: sale.note, by: seller, facts: {price: red}}]\n", "RE604", "red", "money"),
        ("steps: [{event: sale.note, by: seller, facts: {colour: rde}}]\n", "RE604", "rde", ""),
        ("steps: [{expect: {qestion: {state: asked}}}]\n", "RE601", "qestion", "question"),
        ("steps: [{expect: {question: {state: aksed}}}]\n", "RE601", "aksed", "asked"),
        ("steps: [{expect: {fired: question.replay}}]\n", "RE601", "question.replay", "question.reply"),
        (
            "steps: [{event: sale.note, by: buyer, expect: {refused: wrong_acter}}]\n",
            "RE601",
            "wrong_acter",
            "wrong_actor",
        ),
        ("steps: [{context: {seler: {away: true}}}]\n", "RE601", "seler", "seller"),
        ("steps: [{at: 2026-03-01 09:00}]\n", "RE603", "2026-03-01 09:00", "order"),
        ("steps: [{at: 2026-02-30 09:00}]\n", "RE603", "2026-02-30 09:00", "day and time"),
        ("steps: [{after: 3 fortnights}]\n", "RE405", "3 fortnights", ""),
        ("steps: [{at: 2500-06-01 09:00}, {after: 12 months}]\n", "RE603", "12 months", "shorter"),
        (
            "given: [{process: sale}]\nsteps: [{event: question.ask, by: buyer, target: question}]\n",
            "RE601",
            "question",
            "Name the sale",
        ),
        ("variant: pl\nsteps: [{note: x}]\n", "RE310", "pl", ""),
        ("readings: {answer_tme: working}\nsteps: [{note: x}]\n", "RE310", "answer_tme", "answer_time"),
        ("readings: {answer_time: wrking}\nsteps: [{note: x}]\n", "RE310", "wrking", "working"),
        (
            "given: [{process: sale}, {process: sale, id: B}]\nsteps: [{note: x}]\n",
            "RE601",
            "{process: sale, id: B}",
            "",
        ),
        (
            "given: [{process: sale}, {process: question, state: asked}, {process: question, state: asked}]\n"
            "steps: [{event: question.remind, by: buyer}]\n",
            "RE602",
            "question.remind",
            "question/1, question/2",
        ),
        (
            "given: [{process: sale}, {process: question, state: asked}, {process: question, state: asked}]\n"
            "steps: [{expect: {question: {state: asked}}}]\n",
            "RE602",
            "asked",
            "question/1, question/2",
        ),
    ],
)
def test_a_mistake_is_underlined_and_helped(story: Play, text: str, code: str, underlined: str, help: str) -> None:
    with pytest.raises(PackError) as caught:
        story(text)
    [finding] = caught.value.diagnostics
    line = text.split("\n")[finding.span.line - 1 - LINES_BEFORE]
    assert finding.code == code
    assert line[finding.span.column - 1 : finding.span.end_column - 1] == underlined
    assert help in finding.help


def test_a_naive_moment_is_wall_clock_time_of_the_pack(engine: object) -> None:
    from rulesengine.engine import Engine

    assert isinstance(engine, Engine)
    text = "scenario: x\npack: shop\nstart: 2026-10-25 02:30\nsteps: [{after: 1 hour}, {at: 2026-10-25 02:30+01:00}]\n"
    told = play(parse_scenario(text, "x.yaml"), engine)
    assert [entry.at.isoformat() for entry in told.trace().timelines[0].entries] == [
        "2026-10-25T01:30:00+00:00",
        "2026-10-25T01:30:00+00:00",
    ]
