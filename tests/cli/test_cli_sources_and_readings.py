"""`rulesengine sources` and `rulesengine readings`: what they print, as text and as JSON, and their exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rulesengine.cli import main

ROOT = Path(__file__).resolve().parents[2]
FIRST = ROOT / "docs" / "examples" / "first"


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, list(args))
    assert "Traceback" not in result.output
    assert "defect" not in result.output
    return result


def answer(*args: str) -> tuple[int, Any]:
    result = run(*args, "--format", "json")
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name in ("shop.yaml", "sources.yaml", "unanswered.yaml"):
        (tmp_path / name).write_text((FIRST / name).read_text())
    return tmp_path


def test_sources_shows_both_directions() -> None:
    result = run("sources", str(FIRST / "shop.yaml"))
    assert result.exit_code == 0
    assert "LM-5  Support may decide a complaint that was not answered in time.\n" in result.output
    assert "      carried by complaint.decide\n" in result.output
    assert "      no rule: Nobody can decide this from facts.\n" in result.output
    assert "complaint.no_more_than_paid (limit): LM-6\n" in result.output
    assert (
        "time_to_answer (parameter): LM-3\n      open: Does a weekend count? Other readings: working.\n"
        in result.output
    )
    assert "8 statements: 7 carried, 1 explained\n" in result.output


def test_sources_fails_on_a_statement_that_nothing_accounts_for(shop: Path) -> None:
    file = shop / "sources.yaml"
    file.write_text(file.read_text().replace(", not_a_rule: Nobody can decide this from facts.", ""))
    result = run("sources", str(shop / "shop.yaml"))
    assert result.exit_code == 1
    assert "nothing carries it, and nothing says why" in result.output
    assert "8 statements: 7 carried, 1 neither" in result.output
    assert "sources.yaml:13:3: error RE701" in result.output
    code, data = answer("sources", str(shop / "shop.yaml"))
    assert code == 1
    assert data["totals"]["unaccounted"] == 1
    assert data["packs"][0]["statements"][-1]["status"] == "unaccounted"
    assert [one["code"] for one in data["diagnostics"]] == ["RE701"]


def test_sources_counts_what_packs_share_once(shop: Path) -> None:
    (shop / "other.yaml").write_text("pack: other\nextends: shop.yaml\n")
    code, data = answer("sources", str(shop))
    assert code == 0
    assert [one["pack"] for one in data["packs"]] == ["other", "shop"]
    assert [one["totals"]["statements"] for one in data["packs"]] == [8, 8]
    assert data["totals"] == data["packs"][1]["totals"]
    assert "All 2 packs\n8 statements: 7 carried, 1 explained\n" in run("sources", str(shop), "--totals").output


def test_sources_without_a_pack_takes_the_policies_or_those_that_come_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    here = [one["pack"] for one in answer("sources")[1]["packs"]]
    monkeypatch.chdir(tmp_path)
    assert [one["pack"] for one in answer("sources")[1]["packs"]] == here
    assert "rakuten" in here
    assert run("sources", "rakutn").exit_code == 3


def test_every_statement_and_every_rule_of_the_policies_is_accounted_for() -> None:
    code, data = answer("sources", str(ROOT / "policies"))
    assert (code, data["diagnostics"]) == (0, [])
    totals = data["totals"]
    assert totals["unaccounted"] == totals["without_source"] == 0
    assert totals["statements"] == totals["carried"] + totals["explained"]
    help_pages = totals["documents"]["After-sales management, the help page for professional sellers"]
    assert help_pages["statements"] == 111


def test_readings_as_json() -> None:
    code, data = answer("readings", str(FIRST / "shop.yaml"), str(FIRST / "unanswered.yaml"))
    assert code == 0
    assert {key: data[key] for key in ("pack", "scenarios", "unread", "diagnostics")} == {
        "pack": "shop",
        "scenarios": 1,
        "unread": [],
        "diagnostics": [],
    }
    (reading,) = data["readings"]
    assert (reading["of"], reading["reading"], reading["played"]) == ("time_to_answer", "working", 1)
    (scenario,) = reading["scenarios"]
    assert (scenario["file"], scenario["step"], scenario["at"]) == (
        str(FIRST / "unanswered.yaml"),
        1,
        "2026-03-06T09:00:00.000000Z",
    )
    assert scenario["differences"] == [
        {
            "kind": "due",
            "subject": "complaint.reply",
            "written": "2026-03-08T09:00:00.000000Z",
            "read": "2026-03-10T09:00:00.000000Z",
        }
    ]


def test_a_question_that_no_scenario_tells_apart_is_named(shop: Path) -> None:
    (shop / "unanswered.yaml").write_text(
        "scenario: Nothing is asked\npack: shop.yaml\nstart: 2026-03-06 10:00\n"
        "steps: [{event: order.pay, by: buyer, facts: {price: 1.00}}]\n"
    )
    result = run("readings", str(shop / "shop.yaml"), str(shop))
    assert result.exit_code == 0
    assert result.output == (
        "Lantern Market 1.0.0, times in Europe/Berlin\n\n"
        "Readings that change nothing in any scenario\n"
        "  time_to_answer, working (2 working days): Does a weekend count?\n\n"
        "0 of 1 reading changes what happens, in 0 of 1 scenario\n"
    )


def test_a_pack_without_readings_says_so(shop: Path) -> None:
    (shop / "certain.yaml").write_text(
        "pack: certain\nextends: shop.yaml\nparameters: {time_to_answer: {readings: null}}\n"
    )
    # its question stays open, and is named as one that nothing can be tried for
    file = shop / "unanswered.yaml"
    file.write_text(file.read_text().replace("pack: shop.yaml", "pack: certain.yaml"))
    result = run("readings", str(shop / "certain.yaml"), str(shop))
    assert result.exit_code == 0
    assert "Open questions without another reading to try\n  time_to_answer\n" in result.output
    assert "no parameter and no rule offers any" in result.output


def test_readings_that_cannot_be_compared(shop: Path) -> None:
    scenario = shop / "unanswered.yaml"
    for args, code, says in (
        (["readings"], 2, "PACK"),
        (["readings", "rakutn"], 3, "Did you mean 'rakuten'?"),
        (["readings", str(shop / "shop.yaml"), "nowhere"], 3, "There is no folder and no file 'nowhere'"),
        (["readings", "rakuten", str(shop)], 3, "There is no scenario of 'rakuten' below the folder"),
        (["readings", "rakuten", str(scenario)], 3, "This is a scenario of the pack 'shop.yaml'."),
        (["readings", str(ROOT / "tests/packs/valid/template.yaml"), str(shop)], 1, "RE515"),
    ):
        result = run(*args)
        assert (result.exit_code, says in result.output) == (code, True), (args, result.output)
    scenario.write_text(scenario.read_text().replace("complaint.answer", "complaint.anser"))
    result = run("readings", str(shop / "shop.yaml"), str(shop))
    assert result.exit_code == 1
    assert "Did you mean 'answer'?" in result.output
