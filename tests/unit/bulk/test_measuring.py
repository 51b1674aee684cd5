"""What is counted when, what a figure is held against, and that indicators change no decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from rulesengine import Case, CaseError, Engine, Event, check_pack, load_pack
from rulesengine.bulk import BadLine, Figure, Tally, indicators, read_cases
from rulesengine.bulk.lines import lines_of

SHOP = Path(__file__).resolve().parents[3] / "docs" / "examples" / "first" / "shop.yaml"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = datetime(2026, 4, 1, tzinfo=UTC)
PERIODS = "\n".join(
    [
        "variants:",
        "  de: {}",
        "  pl: {time_zone: Europe/Warsaw, parameters: {time_to_answer: 1 day, dear: 10 EUR}}",
        "default_variant: de",
        "parameters:",
        "  dear: {value: 50 EUR, readings: {cheap: 1 EUR}, source: LM-1}",
        "processes:",
        "  complaint: {states: {asked: {suspends: [order]}}}",
    ]
)


def engine_of(folder: Path, indicator: str, more: str = "") -> Engine:
    file = folder / "measured.yaml"
    file.write_text(f"pack: measured\nextends: {SHOP}\n{more}\nindicators:\n  it: {{{indicator}, source: LM-1}}\n")
    assert [found for found in check_pack(file) if found.code != "RE701"] == []
    return Engine(load_pack(file))


def paid(engine: Engine, at: datetime = START, price: str = "30.00", **opening: object) -> Case:
    case = engine.open(at, **opening)  # type: ignore[arg-type]
    return engine.decide(case, Event(event="order.pay", by="buyer", at=at, facts={"price": price})).case


def shipped(engine: Engine, case: Case, after: timedelta = timedelta(hours=1)) -> Case:
    event = Event(event="order.ship", by="seller", at=case.now + after, facts={"tracking": "LP1"})
    decision = engine.decide(case, event)
    assert decision.accepted
    return decision.case


def only(engine: Engine, cases: list[Case], at: datetime = AT) -> Figure:
    (figure,) = indicators(engine, cases, at)
    return figure


@pytest.mark.parametrize(("before", "counted"), [(0, 0), (1, 1), (48 * 3600 * 10**6, 1), (48 * 3600 * 10**6 + 1, 0)])
def test_a_window_holds_its_first_moment_and_not_its_end(tmp_path: Path, before: int, counted: int) -> None:
    """`before`: how many microseconds before the asked moment the order was paid."""
    engine = engine_of(
        tmp_path, "share_of: order, where: known(price), counted_at: happened_at(pay), in_the_last: 48 hours"
    )
    assert only(engine, [paid(engine)], START + timedelta(microseconds=before)).counted == counted


def test_an_instance_counts_at_the_latest_of_its_moments(tmp_path: Path) -> None:
    moments = "[happened_at(ship), happened_at(pay), entered_at(done)]"
    engine = engine_of(tmp_path, f"share_of: order, where: known(price), counted_at: {moments}, in_the_last: 2 hours")
    assert only(engine, [paid(engine)], START + timedelta(hours=1)).counted == 1
    late = shipped(engine, paid(engine), timedelta(hours=4))
    assert only(engine, [late], START + timedelta(hours=1)).counted == 0
    assert only(engine, [late], START + timedelta(hours=5)).counted == 1


def test_one_that_never_came_to_its_moment_is_not_counted(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, "share_of: order, where: known(tracking), counted_at: happened_at(ship)")
    figure = only(engine, [paid(engine), shipped(engine, paid(engine))])
    assert (figure.hits, figure.counted, figure.unknown) == (1, 1, 0)


def test_a_case_behind_the_asked_moment_is_counted_as_it_stands_then(tmp_path: Path) -> None:
    """Paid on Monday, three working days to ship: due on Thursday at the same time, missed only after it."""
    engine = engine_of(tmp_path, "share_met: order.dispatch")
    due = START + timedelta(days=3)
    assert only(engine, [paid(engine)], due).counted == 0
    # missed at the moment it was due, which lies before this one
    figure = only(engine, [paid(engine)], due + timedelta(microseconds=1))
    assert (figure.hits, figure.counted, figure.value) == (0, 1, 0)


def test_a_case_beyond_the_asked_moment_shows_nothing_that_came_later(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, "share_met: order.dispatch")
    case = shipped(engine, paid(engine), timedelta(hours=30))
    assert only(engine, [case], START + timedelta(hours=30)).counted == 0
    assert only(engine, [case], START + timedelta(hours=31)).counted == 1


def test_an_average_is_exact_and_counts_what_is_done(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, "average_time: order.dispatch, must_be: {at_most: 100 minutes}")
    cases = [paid(engine), *(shipped(engine, paid(engine), timedelta(hours=n)) for n in (1, 2, 2))]
    figure = only(engine, cases)
    assert (figure.counted, figure.value) == (3, Fraction(5 * 3600 * 10**6, 3))
    assert figure.verdict == "good"


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ("should_be: {at_least: 50 %}, must_be: {at_least: 40 %}", "good"),
        ("should_be: {above: 50 %}, must_be: {at_least: 50 %}", "warning"),
        ("should_be: {above: 50 %}, must_be: {above: 50.0 %}", "breach"),
        ("must_be: {below: 50 %}", "breach"),
        ("must_be: {at_most: 0.5, at_least: 0.5}", "good"),
        ("must_be: {at_most: 50 %, below: 0.5}", "breach"),
        ("should_be: {at_most: 49.999999999 %}", "warning"),
        ("too_few_below: 2", "unbounded"),
        ("too_few_below: 3, must_be: {below: 1 %}", "too_few"),
    ],
)
def test_what_a_half_is_held_against(tmp_path: Path, bounds: str, verdict: str) -> None:
    engine = engine_of(tmp_path, f"share_of: order, where: price > 20, counted_at: happened_at(pay), {bounds}")
    figure = only(engine, [paid(engine), paid(engine, price="20.00")])
    assert (figure.hits, figure.counted, figure.verdict) == (1, 2, verdict)
    assert figure.value == (None if verdict == "too_few" else Fraction(1, 2))


def test_each_case_is_counted_under_its_own_variant_and_readings(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, "share_of: order, where: price > dear, counted_at: happened_at(pay)", PERIODS)
    cases = [
        paid(engine),  # 30.00 against 50
        paid(engine, variant="pl"),  # against 10
        paid(engine, readings={"dear": "cheap"}),  # against 1
    ]
    figure = only(engine, cases)
    assert (figure.hits, figure.counted) == (2, 3)


def test_indicators_are_no_rules(tmp_path: Path) -> None:
    """A case opened before an indicator was declared, changed or removed goes on under the same pack."""
    one = engine_of(tmp_path, "share_met: order.dispatch")
    text = one.write(paid(one))
    other = engine_of(tmp_path, "average_time: complaint.reply, in_the_last: 30 days")
    assert other.pack.digest == one.pack.digest
    assert other.read(text).opening.digest == one.pack.digest


def test_a_child_changes_and_removes_indicators_by_name(tmp_path: Path) -> None:
    engine_of(tmp_path, "share_met: order.dispatch, must_be: {at_least: 90 %}")
    child = tmp_path / "child.yaml"
    child.write_text("pack: child\nextends: measured\nindicators: {it: {must_be: {at_least: 95 %}}}\n")
    assert [bound.words for bound in load_pack(child).indicators["it"].must_be] == ["at least 95 %"]
    child.write_text("pack: child\nextends: measured\nindicators: {it: null}\n")
    assert load_pack(child).indicators == {}


def test_cases_come_one_after_the_other(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, "share_met: order.dispatch")
    given = 0

    def cases() -> Iterator[Case]:
        nonlocal given
        for _ in range(3):
            yield shipped(engine, paid(engine))
            given += 1
            assert tally.cases == given

    tally = Tally(engine, AT)
    for case in cases():
        tally.add(case)
    assert tally.figures()[0].counted == 3


def test_another_packs_case_is_an_error_that_names_both(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, "share_met: order.dispatch")
    other = Engine(load_pack(SHOP))
    tally = Tally(engine, START)
    with pytest.raises(CaseError, match=r"shop 1\.0\.0 .* measured 1\.0\.0"):
        tally.add(paid(other))
    assert tally.cases == 0


def test_lines_that_are_no_case_are_told_by_their_number(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, "share_met: order.dispatch")
    good, foreign = engine.write(paid(engine)), Engine(load_pack(SHOP))
    lines = [good, "", "  \n", '{"pack"', foreign.write(paid(foreign)), f"{good}\r\n", b"\xff\n", good[:-1]]
    told = [
        (read.number, read.message.split(":")[0].split(" with")[0]) if isinstance(read, BadLine) else read[0]
        for read in read_cases(engine, lines)
    ]
    no_case = "This text is no case"
    assert told == [
        1,
        (4, no_case),
        (5, "This case was opened under shop 1.0.0"),
        6,
        (7, no_case),
        (8, no_case),
    ]


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rulesengine.bulk.lines.LONGEST", 10)
    file = tmp_path / "cases"
    file.write_bytes(b"short\n" + b"x" * 100 + b"\nlast\n" + b"y" * 12 + b"\n" + b"z" * 11 + b"\nend")
    with file.open("rb") as opened:
        assert list(lines_of(opened)) == [b"short\n", b"x" * 12, b"last\n", b"y" * 12, b"z" * 11 + b"\n", b"end"]
