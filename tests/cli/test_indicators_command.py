"""`rulesengine indicators`: figures, lines that are no case, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulesengine.cli import main

FIRST = Path(__file__).resolve().parents[2] / "docs" / "examples" / "first"
PACK = str(FIRST / "indicators.yaml")
CASES = FIRST / "cases.jsonl"


def run(*args: str, input: bytes = b"") -> Result:
    result = CliRunner().invoke(main, ["indicators", *args], input=input)
    assert "Traceback" not in result.output
    assert "defect of the program" not in result.output
    return result


def test_the_input_is_read_as_a_file_is() -> None:
    from_file = run(PACK, str(CASES), "--at", "2026-06-01", "--format", "json")
    from_input = run(PACK, "-", "--at", "2026-06-01 00:00+02:00", "--format", "json", input=CASES.read_bytes())
    assert from_file.exit_code == 0
    assert from_file.stdout == from_input.stdout
    data = json.loads(from_file.stdout)
    assert [(one["name"], one["hits"], one["counted"], one["value"], one["verdict"]) for one in data["figures"]] == [
        ("answered_in_time", 4, 5, "80.00", "warning"),
        ("complaint_rate", 5, 7, None, "too_few"),
        ("time_to_ship", 1, 1, "100800.00", "good"),
    ]
    assert data["figures"][2]["from"] == "2026-05-24T22:00:00.000000Z"


def test_a_figure_that_is_not_what_it_must_be_ends_with_1() -> None:
    # one complaint later nobody was in time often enough
    result = run(PACK, str(CASES), "--at", "2026-06-12")
    assert "75.00 %  3 of 4" in result.output
    assert "must be at least 80 %: breach" in result.output
    assert result.exit_code == 1


def test_lines_that_are_no_case_are_told_with_file_and_line_and_the_others_counted(tmp_path: Path) -> None:
    lines = CASES.read_text().splitlines()
    foreign = lines[0].replace('"pack":"shop"', '"pack":"stall"')
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(["", *lines[:3], lines[3][:500], foreign, *lines[4:]]))
    result = run(PACK, str(file), "--at", "2026-06-01")
    assert result.exit_code == 1
    assert "6 cases" in result.output
    assert f"{file}:5:1: error RE901 This text is no case" in result.output
    assert f"{file}:6:1: error RE901 This case was opened under stall 1.0.0" in result.output
    assert result.output.endswith("2 lines are no case of this pack and not counted\n")


def test_of_many_bad_lines_the_first_are_shown_and_all_counted() -> None:
    data = json.loads(run(PACK, "-", "--at", "2026-06-01", "--format", "json", input=b"[]\n" * 50).stdout)
    assert (data["cases"], data["bad_lines"], len(data["diagnostics"])) == (0, 50, 20)
    assert data["diagnostics"][19]["line"] == 20


def test_a_moment_before_all_there_is_counts_nothing() -> None:
    data = json.loads(run(PACK, str(CASES), "--at", "1970-01-02", "--format", "json").stdout)
    assert [one["counted"] for one in data["figures"]] == [0, 0, 0]


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ((PACK, str(CASES)), 2, "Missing option '--at'"),
        ((PACK, str(CASES), "--at", "yesterday"), 2, "2026-07-01"),
        ((PACK, str(CASES), "--at", "2026-06-31"), 2, "no moment of the calendar"),
        ((PACK, str(FIRST / "none.jsonl"), "--at", "2026-06-01"), 3, "cannot be read"),
        ((PACK, str(FIRST), "--at", "2026-06-01"), 3, "cannot be read"),
        (("nowhere.yaml", str(CASES), "--at", "2026-06-01"), 3, "nowhere.yaml"),
        ((str(FIRST / "shop.yaml"), str(CASES), "--at", "2026-06-01"), 0, "declares no indicators"),
    ],
)
def test_what_cannot_be_done_is_said(args: tuple[str, ...], code: int, words: str) -> None:
    result = run(*args)
    assert words in result.output
    assert result.exit_code == code
