"""`rulesengine lint`: what is looked for, what is waived, what is mended, and what it says to programs."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from rulesengine.analysis.lint import CODES
from rulesengine.cli import main
from rulesengine.loading import load_pack

PLANTED = Path(__file__).resolve().parents[1] / "packs" / "lint"
WAITING = str(PLANTED / "RL101-nobody-has-to.yaml")
KIOSK = PLANTED / "RL404-as-it-is-anyway.yaml"
REVIEW = str(PLANTED / "RL405-day-has-passed.yaml")


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["lint", *args])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def codes(*args: str) -> list[str]:
    told = json.loads(run(*args, "--format", "json")[1])
    return [one["code"] for one in told["diagnostics"]]


def test_advice_is_told_with_its_place_and_leaves_with_one() -> None:
    code, text = run(WAITING)
    assert code == 1
    assert "warning RL101 'asleep' of 'order' can last for ever" in text
    assert "1 warning in 1 pack" in text


def test_without_advice_it_leaves_with_nought() -> None:
    assert run(str(PLANTED / "base" / "stall.yaml")) == (0, "nothing to complain about in 1 pack\n")


def test_a_pack_with_errors_gets_those_and_no_advice(tmp_path: Path) -> None:
    code, text = run(str(PLANTED / "RE401-broken-guard.yaml"))
    assert (code, "RE401" in text, "RL" in text.replace("RULES", "")) == (1, True, False)
    assert run(str(tmp_path / "nothing.yaml"))[0] == 3


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        (["--select", "RL1"], ["RL101"]),
        (["--select", "RL2,RL101"], ["RL101"]),
        (["--select", "RL2"], []),
        (["--ignore", "rl101"], []),
        (["--select", "RL", "--ignore", "RL1"], []),
    ],
)
def test_codes_are_chosen_whole_or_by_their_beginning(args: list[str], wanted: list[str]) -> None:
    assert codes(WAITING, *args) == wanted


def test_a_code_that_is_none_is_wrong_usage() -> None:
    code, text = run(WAITING, "--select", "RL110")
    assert (code, "There is no advice 'RL110'" in text) == (2, True)
    assert run(WAITING, "--on", "tomorrow")[0] == 2


def test_the_day_of_review_is_an_argument() -> None:
    assert codes(REVIEW, "--on", "2025-12-31") == []
    assert codes(REVIEW, "--on", "2026-01-01") == ["RL405"]


def test_a_switch_may_be_on_or_off_for_good(tmp_path: Path) -> None:
    shutil.copytree(PLANTED / "base", tmp_path / "base")
    file = tmp_path / "switched.yaml"
    for value in ('"yes"', '"no"'):
        file.write_text(
            "pack: switched\nextends: base/stall.yaml\n"
            f"parameters: {{gifts: {{value: {value}, assumed: An example.}}}}\n"
            'processes: {order: {transitions: {talk: {when: gifts == "yes", unless: gifts == "no"}}}}\n'
        )
        assert codes(str(file)) == []


def test_what_decides_under_another_reading_is_no_advice(tmp_path: Path) -> None:
    shutil.copytree(PLANTED / "base", tmp_path / "base")
    file = tmp_path / "read.yaml"
    text = (
        "pack: read\nextends: base/stall.yaml\n"
        "parameters: {longest: {value: 5 days, assumed: An example. READ}}\n"
        "processes: {order: {deadlines: {last_call: "
        "{while: placed, within: longest, owed_by: seller, assumed: An example.}}}}\n"
    )
    file.write_text(text.replace(" READ", ""))
    assert codes(str(file)) == ["RL102"]
    file.write_text(text.replace(". READ", "., question: How long?, readings: {short: 2 days}"))
    assert codes(str(file)) == []


# waivers


def waived(tmp_path: Path, waiver: str, where: str) -> Path:
    """The pack with a wait without end, and a waiver put behind a line of it."""
    shutil.copytree(PLANTED / "base", tmp_path / "base", dirs_exist_ok=True)
    text = Path(WAITING).read_text(encoding="utf-8")
    assert where in text
    file = tmp_path / "waiting.yaml"
    file.write_text(text.replace(where, where + waiver), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("where", "indent"),
    [("      asleep:\n", 8), ("  order:\n", 4), ("extends: base/stall.yaml\n", 0)],
)
def test_a_waiver_on_a_part_covers_what_stands_in_it(tmp_path: Path, where: str, indent: int) -> None:
    if indent == 8:
        text = Path(WAITING).read_text(encoding="utf-8")
        shutil.copytree(PLANTED / "base", tmp_path / "base")
        file = tmp_path / "waiting.yaml"
        file.write_text(
            text.replace(
                "asleep: {title: Nobody looks at it}", "asleep: {title: Quiet, waive: {RL101: It sleeps well.}}"
            )
        )
    else:
        file = waived(tmp_path, " " * indent + "waive: {RL101: It sleeps well.}\n", where)
    code, text = run(str(file), "--format", "json")
    told = json.loads(text)
    assert (code, told["diagnostics"]) == (0, [])
    assert [(one["code"], one["reason"]) for one in told["waived"]] == [("RL101", "It sleeps well.")]
    assert "1 waived" in run(str(file))[1]


def test_a_waiver_of_other_advice_covers_nothing_and_is_told_of(tmp_path: Path) -> None:
    file = waived(tmp_path, "    waive: {RL102: It sleeps well.}\n", "  order:\n")
    assert sorted(codes(str(file))) == ["RL101", "RL406"]
    # what was not looked for is not known to be idle
    assert codes(str(file), "--ignore", "RL102") == ["RL101"]


def test_a_waiver_without_a_reason_or_of_an_error_is_no_waiver(tmp_path: Path) -> None:
    for waiver in ("    waive: [RL101]\n", "    waive: {RE502: It may.}\n"):
        assert codes(str(waived(tmp_path, waiver, "  order:\n")))[0].startswith("RE2")


def test_a_waiver_changes_no_decision(tmp_path: Path) -> None:
    plain = load_pack(WAITING).digest
    assert load_pack(waived(tmp_path, "    waive: {RL101: It sleeps well.}\n", "  order:\n")).digest == plain


# mending


def test_what_changes_nothing_is_taken_out_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.yaml"
    shutil.copy(KIOSK, file)
    code, text = run(str(file), "--fix")
    assert (code, "4 places mended" in text) == (0, True)
    mended = file.read_text(encoding="utf-8")
    expected = KIOSK.read_text(encoding="utf-8")
    for taken in ("final: false, ", ", event: ask", ", per: instance"):
        assert taken in expected
        expected = expected.replace(taken, "")
    expected = expected.replace("        otherwise: false # nothing else fits", "        # nothing else fits")
    assert mended == expected
    sale = load_pack(file).processes["sale"]
    assert [t.event for t in sale.transitions] == ["ask", "pay", "give", "note"]
    assert [name for name, state in sale.states.items() if state.final] == ["done"]
    # once mended there is nothing left to mend
    assert run(str(file), "--fix") == (0, "nothing to complain about in 1 pack\n")
    assert file.read_text(encoding="utf-8") == mended
    assert [path.name for path in tmp_path.iterdir()] == ["kiosk.yaml"]


def test_waivers_that_waive_nothing_are_taken_out_to_the_last(tmp_path: Path) -> None:
    block = "    waive: # why not\n      RL102: One.\n      RL201: Two. # of many\n"
    file = waived(tmp_path, block, "  order:\n")
    code, text = run(str(file), "--fix")
    assert (code, "RL406" in text) == (1, False)
    assert "waive:" not in file.read_text(encoding="utf-8")
    assert "# why not" in file.read_text(encoding="utf-8")


def test_without_fix_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "kiosk.yaml"
    shutil.copy(KIOSK, file)
    run(str(file))
    assert file.read_bytes() == KIOSK.read_bytes()


# for programs


def test_the_same_advice_in_every_format() -> None:
    _, text = run(WAITING, "--format", "sarif")
    (told,) = json.loads(text)["runs"]
    assert [(one["ruleId"], one["level"]) for one in told["results"]] == [("RL101", "warning")]
    assert told["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]
    assert run(WAITING, "--format", "github")[1].startswith("::warning file=")
    suite = ElementTree.fromstring(run(WAITING, "--format", "junit")[1])
    assert [one.get("name") for one in suite.iter("testsuite")] == ["rulesengine lint"]
    assert "RL101" in "".join(suite.itertext())


def test_what_was_not_looked_at_is_said() -> None:
    file = str(PLANTED / "solver" / "gap.yaml")
    code, text = run(file)
    assert (code, "not looked at: " in text) == (0, True)
    told = json.loads(run(file, "--format", "json")[1])
    assert [one["text"] for one in told["not_looked_at"]] == ["price <= limit / 2", "price > limit"]


def test_without_the_solver_it_is_said_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "rulesengine.analysis.lint.solving", raising=False)
    monkeypatch.setitem(sys.modules, "z3", None)
    code, text = run(WAITING, "--solver")
    assert (code, "rulesengine[solver]" in text) == (2, True)


def test_every_code_can_be_explained() -> None:
    for code in CODES:
        assert code in CliRunner().invoke(main, ["explain", code]).stdout
