"""A scenario at an edge is played just before it, at it and just after it."""

from collections.abc import Callable

import pytest

from rulesengine.case import Decision
from rulesengine.diagnostics import PackError
from rulesengine.facts import show_moment
from rulesengine.simulation import Story

Play = Callable[..., Story]

SALE = "given: [{process: sale, facts: {price: 80.01, sold_at: 2026-03-02 09:00}}, {process: question, state: asked}]\n"
ALONE = "given: [{process: sale, facts: {price: 80.01, sold_at: 2026-03-02 09:00}}]\n"


def last_moments(story: Story) -> list[str]:
    return [show_moment(end.moment) for _, _, end in story.endings]


def last_decisions(story: Story) -> list[Decision | None]:
    return [end.entries[-1].decision for _, _, end in story.endings]


def holds(story: Story) -> bool:
    return not story.trace().failures


def test_a_deadline_is_missed_only_just_after_its_due_moment(story: Play) -> None:
    told = story(SALE + "boundaries: {deadline: question.reply}\nsteps: [{note: The seller has to answer.}]\n")
    assert [edge for edge, _, _ in told.endings] == ["before", "at", "after"]
    assert last_moments(told) == [
        "2026-03-04T07:59:59.999999Z",
        "2026-03-04T08:00:00.000000Z",
        "2026-03-04T08:00:00.000001Z",
    ]
    assert holds(told)


def test_the_steps_before_the_last_lead_up_to_the_edge(story: Play) -> None:
    told = story(
        ALONE,
        """
        boundaries: {deadline: question.reply}
        context: {seller: {away: false}}
        steps:
          - {event: question.ask, after: 1 hour, by: buyer}
          - event: question.answer
            by: seller
            expect: {before: {missed: []}, at: {missed: []}, after: {missed: question.reply}, accepted: true}
        """,
    )
    assert last_moments(told)[1] == "2026-03-04T09:00:00.000000Z"
    assert holds(told)


def test_an_edge_may_be_the_consequence(story: Play) -> None:
    told = story(SALE + "boundaries: {deadline: question.reply, edge: consequence}\nsteps: [{note: Nobody answers.}]\n")
    assert last_moments(told)[1] == "2026-03-05T08:00:00.000000Z"
    assert [end.case.instances["question/1"].state for _, _, end in told.endings] == ["asked", "asked", "late"]
    assert holds(told)


def test_a_reading_moves_the_edge(story: Play) -> None:
    friday = SALE.replace("state: asked", "state: asked, entered: 2026-02-27 09:00")
    edge = "boundaries: {deadline: question.reply}\nsteps: [{note: The seller has to answer.}]\n"
    with pytest.raises(PackError, match="does not lie after"):
        story(friday, edge)  # two days from Friday are Sunday, before the story begins
    told = story(friday, "readings: {answer_time: working}\n", edge)
    assert last_moments(told)[1] == "2026-03-03T08:00:00.000000Z"
    assert holds(told)


@pytest.mark.parametrize(
    ("limit", "step", "fact", "values", "accepted"),
    [
        # half of 80.01 is 40.005: 40.00 is the last amount inside
        ("refund.half", "refund.pay", "amount", ["39.99", "40.00", "40.01"], [True, True, False]),
        ("sale.few_pieces", "sale.note", "pieces", ["2", "3", "4"], [False, True, True]),
    ],
)
def test_an_amount_is_one_unit_below_at_and_above(
    story: Play, limit: str, step: str, fact: str, values: list[str], accepted: list[bool]
) -> None:
    told = story(
        f"{ALONE}boundaries: {{limit: {limit}}}\nsteps: [{{event: {step}, by: seller, facts: {{{fact}: 10}}}}]\n"
    )
    assert [f"{fact} {value}" for value in values] == [moved for _, moved, _ in told.endings]
    assert [decision is not None and decision.accepted for decision in last_decisions(told)] == accepted
    assert holds(told)


def test_a_running_total_is_filled_to_the_last_cent(story: Play) -> None:
    told = story(
        ALONE.replace("80.01", "80.00"),
        """
        boundaries: {limit: refund.all}
        steps:
          - {event: refund.pay, by: seller, facts: {amount: 30}}
          - {event: refund.pay, by: seller, facts: {amount: 20}}
          - event: refund.pay
            by: seller
            facts: {amount: 1}
            expect: {before: accepted, at: accepted, after: {refused: refund.all}}
        """,
    )
    assert [moved for _, moved, _ in told.endings] == ["amount 29.99", "amount 30.00", "amount 30.01"]
    assert holds(told)


def test_a_number_of_times_is_used_up(story: Play) -> None:
    told = story(
        SALE + "boundaries: {limit: question.once}\nsteps: [{event: question.remind, by: buyer, after: 1 hour}]\n"
    )
    assert [len(end.entries) for _, _, end in told.endings] == [1, 2, 3]
    assert [decision is not None and decision.accepted for decision in last_decisions(told)] == [True, True, False]
    assert holds(told)


def test_a_window_closes_just_after_its_last_moment(story: Play) -> None:
    told = story(ALONE + "boundaries: {limit: sale.window}\nsteps: [{event: sale.end, by: buyer}]\n")
    assert last_moments(told)[1] == "2026-03-03T08:00:00.000000Z"
    assert [decision is not None and decision.accepted for decision in last_decisions(told)] == [True, True, False]
    assert holds(told)


def test_an_edge_that_does_not_hold_is_a_failure_of_that_side(story: Play) -> None:
    told = story(
        ALONE,
        """
        boundaries: {limit: sale.window}
        steps: [{event: sale.end, by: buyer, expect: accepted}]
        """,
    )
    assert [bool(timeline.failures) for timeline in told.trace().timelines] == [False, False, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("boundaries: {deadline: question.reply}\nsteps: [{at: 2026-03-04 09:00}]\n", "own moment"),
        ("boundaries: {limit: sale.window}\nsteps: [{event: sale.end, by: buyer, after: 1 hour}]\n", "own moment"),
        (
            "boundaries: {deadline: question.reply}\nsteps: [{at: 2026-03-06 09:00}, {note: Too late.}]\n",
            "does not run|not lie",
        ),
        ("boundaries: {limit: sale.window}\nsteps: [{event: sale.note, by: seller}]\n", "limits sale.end"),
        (
            "boundaries: {limit: sale.window}\nsteps: [{at: 2026-03-06 09:00}, {event: sale.end, by: buyer}]\n",
            "not lie",
        ),
        ("steps: [{event: sale.note, by: seller, expect: {before: accepted}}]\n", "stands at no edge"),
    ],
)
def test_what_has_no_edge_is_told_with_its_place(story: Play, text: str, message: str) -> None:
    with pytest.raises(PackError, match=message) as caught:
        story(SALE + text)
    assert [finding.code for finding in caught.value.diagnostics] == ["RE605"]


def test_several_running_deadlines_have_to_be_told_apart(story: Play) -> None:
    given = SALE.replace("]\n", ", {process: question, state: asked, entered: 2026-03-02 08:00}]\n")
    with pytest.raises(PackError, match="runs 2 times") as caught:
        story(given + "boundaries: {deadline: question.reply}\nsteps: [{note: Which one?}]\n")
    assert "question/2.reply" in caught.value.diagnostics[0].help
    told = story(given + "boundaries: {deadline: question/2.reply}\nsteps: [{note: This one.}]\n")
    assert last_moments(told)[1] == "2026-03-04T07:00:00.000000Z"
    assert holds(told)
