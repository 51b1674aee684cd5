"""What becomes of mistakes: as if each pack with one were loaded anew and held against every scenario."""

from functools import cache
from pathlib import Path

import pytest

from rulesengine.analysis.mutation import Mutant, Score, mutants_of, read_reasons, score_of
from rulesengine.analysis.mutation.operators import mutated
from rulesengine.analysis.mutation.trying import Bench
from rulesengine.diagnostics import Diagnostic, PackError
from rulesengine.engine import Engine
from rulesengine.loading import load_pack
from rulesengine.loading.building import build
from rulesengine.loading.meaning import check_meaning
from rulesengine.simulation import Scenario, load_scenario, parse_scenario, play

ROOT = Path(__file__).resolve().parents[3]
FIRST = ROOT / "docs" / "examples" / "first"
VOUCHER = ROOT / "docs" / "examples" / "voucher"


def scenarios(folder: Path) -> list[Scenario]:
    return [load_scenario(file) for file in sorted(folder.glob("*.yaml")) if "\nscenario:" in file.read_text()]


@cache
def first() -> Score:
    return score_of(load_pack(FIRST / "shop.yaml"), scenarios(FIRST), {}, jobs=1)


def anew(engine: Engine, mutant: Mutant) -> Engine | None:
    """The pack with the mistake, built from its whole document; None where it is refused."""
    pack = engine.pack
    report: list[Diagnostic] = []
    built = build(
        mutated(pack.document, mutant.path, mutant.node),
        file=pack.file,
        variant=pack.variant,
        readings={},
        digest=pack.digest,
        registers=(),
        sources=None,
        report=report,
    )
    if any(one.severity == "error" for one in report) or any(d.severity == "error" for d in check_meaning(built)):
        return None
    return Engine(built)


def holds(scenario: Scenario, engine: Engine) -> bool:
    try:
        return not play(scenario, engine).trace().failures
    except PackError:
        return False


@pytest.mark.parametrize(
    ("pack", "folder", "every"),
    [
        (FIRST / "shop.yaml", FIRST, 1),
        (ROOT / "policies/kaufland.yaml", ROOT / "tests/scenarios/kaufland", 29),
        (ROOT / "policies/rakuten.yaml", ROOT / "tests/scenarios/rakuten", 97),
        (ROOT / "policies/mediamarkt.yaml", ROOT / "tests/scenarios/mediamarkt", 61),
    ],
    ids=lambda value: getattr(value, "stem", ""),
)
def test_nothing_is_left_out_that_matters(pack: Path, folder: Path, every: int) -> None:
    engine = Engine(load_pack(pack))
    told = scenarios(folder)
    bench = Bench(engine, told)
    for mutant in mutants_of(engine.pack)[::every]:
        wrong = anew(engine, mutant)
        if wrong is None:
            expected = "invalid"
        else:
            expected = "survived" if all(holds(one, wrong) for one in told) else "killed"
        # what only another variant or reading brings to light is left to them
        if "readings" not in mutant.path and mutant.path[0] != "variants":
            assert (mutant.rule, mutant.change, bench.outcome(mutant)) == (mutant.rule, mutant.change, expected)


def test_a_mistake_in_a_reading_is_tried_where_it_is_chosen() -> None:
    engine = Engine(load_pack(FIRST / "shop.yaml"))
    (mutant,) = [one for one in mutants_of(engine.pack) if one.change == "reading working: 2 working days → 2 days"]
    told = scenarios(FIRST)
    assert Bench(engine, told).outcome(mutant) == "survived"
    text = (FIRST / "unanswered.yaml").read_text()
    chosen = text.replace("start:", "readings: {time_to_answer: working}\nstart:").replace("2026-03-08", "2026-03-10")
    one = parse_scenario(chosen, str(FIRST / "chosen.yaml"))
    assert Bench(engine, [*told, one]).outcome(mutant) == "killed"


def test_a_rule_that_is_gone_is_noticed_where_it_is_only_named() -> None:
    engine = Engine(load_pack(FIRST / "shop.yaml"))
    text = (
        (FIRST / "unanswered.yaml")
        .read_text()
        .split("steps:")[0]
        .replace("order, state: shipped", "order, state: paid")
    )
    named = parse_scenario(f"{text}steps:\n  - expect: {{overdue: [], missed: []}}\n", str(FIRST / "nothing.yaml"))
    less = parse_scenario(f"{text}steps:\n  - expect: {{fired: []}}\n", str(FIRST / "less.yaml"))
    gone = [one for one in mutants_of(engine.pack) if one.operator == "deadline removed"]
    assert [(one.rule, Bench(engine, [named, less]).outcome(one)) for one in gone] == [
        ("order.dispatch", "survived"),
        ("order.payout", "invalid"),
        ("complaint.reply", "invalid"),
    ]
    nobody = text.split("given:")[0]
    due = parse_scenario(f"{nobody}steps:\n  - expect: {{due: {{order.dispatch: null}}}}\n", str(FIRST / "due.yaml"))
    assert Bench(engine, [due]).outcome(gone[0]) == "killed"


def test_the_score_counts_what_check_lets_pass() -> None:
    score = first()
    assert (score.tried, score.killed, len(score.survivors), score.invalid) == (38, 8, 22, 8)
    assert score.percent == 26.6
    assert score.found == ()
    assert score.failing == ()


def test_every_scenario_that_is_shown_notices_its_mistake() -> None:
    engine = Engine(load_pack(FIRST / "shop.yaml"))
    for survivor in first().survivors:
        assert survivor.scenario is not None, survivor.mutant.change
        shown = parse_scenario(survivor.scenario, str(FIRST / "shown.yaml"))
        assert holds(shown, engine)
        wrong = anew(engine, survivor.mutant)
        assert wrong is not None
        assert not holds(shown, wrong)


def test_with_what_is_shown_nothing_is_unnoticed() -> None:
    texts = [one.scenario for one in first().survivors if one.scenario is not None]
    shown = [parse_scenario(text, str(FIRST / f"shown{number}.yaml")) for number, text in enumerate(texts)]
    score = score_of(load_pack(FIRST / "shop.yaml"), [*scenarios(FIRST), *shown], {}, jobs=1)
    assert (score.percent, score.survivors) == (100.0, ())


def test_more_processes_find_the_same() -> None:
    seen: list[tuple[int, int]] = []
    score = score_of(
        load_pack(FIRST / "shop.yaml"), scenarios(FIRST), {}, jobs=2, at=lambda done, total: seen.append((done, total))
    )
    one = first()
    assert (score.killed, score.invalid, score.survivors) == (one.killed, one.invalid, one.survivors)
    assert seen[-1] == (38, 38)
    assert seen == sorted(seen)


def test_a_scenario_that_does_not_hold_is_left_out() -> None:
    text = (VOUCHER / "redeemed.yaml").read_text().replace("state: redeemed", "state: expired")
    wrong = parse_scenario(text, str(VOUCHER / "wrong.yaml"))
    unplayed = parse_scenario(text.replace("voucher.redeem\n", "voucher.reedem\n"), str(VOUCHER / "unplayed.yaml"))
    score = score_of(load_pack(VOUCHER / "voucher.yaml"), [*scenarios(VOUCHER), wrong, unplayed], {}, jobs=1)
    assert score.failing == (str(VOUCHER / "wrong.yaml"),)
    assert {one.code for one in score.found} == {"RE601"}
    assert (score.scenarios, score.killed) == (2, 5)


def test_mistakes_that_change_nothing_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "voucher.yaml"
    file.write_text(
        "voucher.smallest:\n"
        "  'at_least: 10.00 → 9.99': Nobody\n    pays so.\n"
        "  'limit removed': It is noticed.\n"
        "voucher.nothing:\n  'at_least: 1 → 2': There is no such rule.\n"
    )
    reasons, found = read_reasons(str(file))
    assert found == []
    score = score_of(load_pack(VOUCHER / "voucher.yaml"), scenarios(VOUCHER), reasons, jobs=1)
    assert [(one.mutant.change, one.because) for one in score.equivalent] == [
        ("at_least: 10.00 → 9.99", "Nobody pays so.")
    ]
    assert score.percent == 71.4
    assert [(one.code, one.span.line, one.message) for one in score.found] == [
        ("RE313", 6, "In 'voucher.nothing' no mistake 'at_least: 1 → 2' goes unnoticed."),
        ("RE313", 4, "In 'voucher.smallest' no mistake 'limit removed' goes unnoticed."),
    ]


@pytest.mark.parametrize("text", ["- a\n", "a: b\n", "{}\n"])
def test_a_file_without_reasons_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "none.yaml").write_text(text)
    reasons, found = read_reasons(str(tmp_path / "none.yaml"))
    assert (reasons, [one.code for one in found]) == ({}, ["RE203"])
