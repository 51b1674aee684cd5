"""`rulesengine mutate`: what it prints, as text and as JSON, and its exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from rulesengine.cli import main

ROOT = Path(__file__).resolve().parents[2]
VOUCHER = ROOT / "docs" / "examples" / "voucher"
LESS = "docs/examples/voucher/voucher.yaml:24 voucher.smallest, bound\n  at_least: 10.00 → 9.99\n"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, ["mutate", "docs/examples/voucher/voucher.yaml", *args, "--jobs", "1"])
    assert "Traceback" not in result.output
    assert "defect" not in result.output
    return result


def answer(*args: str) -> tuple[int, Any]:
    result = run(*args, "--format", "json")
    return result.exit_code, json.loads(result.stdout)


def test_what_is_not_noticed_stands_with_its_place_and_a_scenario() -> None:
    result = run("docs/examples/voucher")
    assert result.exit_code == 0
    assert result.stderr == ""
    assert LESS in result.stdout
    assert "    scenario: 'voucher.smallest as it is written, and not with at_least: 10.00 → 9.99'\n" in result.stdout
    assert result.stdout.endswith(
        "12 mistakes with 2 scenarios: 5 noticed, 3 not noticed, 4 refused by check\nScore 62.5 %\n"
    )


def test_a_scenario_can_be_pasted(tmp_path: Path) -> None:
    for file in VOUCHER.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    _, data = answer("docs/examples/voucher")
    for number, survivor in enumerate(data["survivors"]):
        (tmp_path / f"shown{number}.yaml").write_text(survivor["scenario"])
    result = CliRunner().invoke(main, ["mutate", str(tmp_path / "voucher.yaml"), str(tmp_path), "--fail-under", "100"])
    assert result.exit_code == 0
    assert "5 scenarios: 8 noticed, 0 not noticed" in result.stdout


def test_json_has_the_same() -> None:
    code, data = answer("docs/examples/voucher")
    assert code == 0
    assert list(data) == [
        *("pack", "version", "scenarios", "score", "killed", "survived", "invalid"),
        *("equivalent", "survivors", "failing", "diagnostics"),
    ]
    counts = {key: data[key] for key in ("pack", "version", "scenarios", "score", "killed", "survived", "invalid")}
    assert counts == {
        "pack": "voucher",
        "version": "1.0.0",
        "scenarios": 2,
        "score": 62.5,
        "killed": 5,
        "survived": 3,
        "invalid": 4,
    }
    first = data["survivors"][0]
    assert (first["operator"], first["rule"], first["change"]) == (
        "period",
        "voucher.validity",
        "after: 30 days → 29 days",
    )
    assert first["place"]["file"] == "docs/examples/voucher/voucher.yaml"
    assert first["scenario"].startswith("scenario: ")


@pytest.mark.parametrize(("least", "code"), [("62.5", 0), ("62.6", 1), ("0", 0)])
def test_a_score_that_is_too_low_fails(least: str, code: int) -> None:
    result = run("docs/examples/voucher", "--fail-under", least)
    assert result.exit_code == code
    assert ("at least 62.6 % are asked for" in result.stdout) is bool(code)


def test_mistakes_that_change_nothing_are_put_aside(tmp_path: Path) -> None:
    file = tmp_path / "reasons.yaml"
    file.write_text("voucher.smallest: {'at_least: 10.00 → 9.99': Nobody pays so.}\n")
    result = run("docs/examples/voucher", "--equivalent", str(file))
    assert result.exit_code == 0
    assert "  voucher.smallest: at_least: 10.00 → 9.99. Nobody pays so.\n" in result.stdout
    assert "2 not noticed, 4 refused by check, 1 without effect\nScore 71.4 %\n" in result.stdout
    file.write_text("voucher.smallest: {'limit removed': Nobody needs it.}\n")
    stale = run("docs/examples/voucher", "--equivalent", str(file))
    assert stale.exit_code == 1
    assert "RE313 In 'voucher.smallest' no mistake 'limit removed' goes unnoticed." in stale.stdout


def test_a_scenario_that_does_not_hold_fails(tmp_path: Path) -> None:
    for file in VOUCHER.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text().replace("state: redeemed", "state: expired"))
    result = CliRunner().invoke(main, ["mutate", str(tmp_path / "voucher.yaml"), str(tmp_path), "--jobs", "1"])
    assert result.exit_code == 1
    assert "redeemed.yaml does not hold for the pack as it is, and was left out." in result.stdout


def test_what_cannot_be_tried(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("pack: broken\n")
    broken = CliRunner().invoke(main, ["mutate", str(tmp_path / "pack.yaml"), "docs/examples/voucher"])
    assert broken.exit_code == 1
    assert CliRunner().invoke(main, ["mutate", "nowhere"]).exit_code == 3
    assert CliRunner().invoke(main, ["mutate", "mirakl", "tests/scenarios/mirakl"]).exit_code != 0
    assert run("docs/examples/first").exit_code == 3
    assert run("--fail-under", "101").exit_code == 2
    code, data = answer("docs/examples/first")
    assert (code, data["pack"], [one["code"] for one in data["diagnostics"]]) == (3, None, ["RE101"])


def test_a_scenario_that_cannot_be_read_is_named_and_fails(tmp_path: Path) -> None:
    for file in VOUCHER.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    for name, text in {
        "step": "scenario: A step too few\npack: voucher.yaml\nstart: 2026-03-02 09:00\nstepz: []\n",
        "unknown": "scenario: Of a pack that is not there\npack: vouchre.yaml\nstart: 2026-03-02 09:00\nsteps: []\n",
        "missing": "scenario: Of no pack\nstart: 2026-03-02 09:00\nsteps: []\n",
        "text": "scenario: [\n",
        "other": "scenario: A step too few\npack: rakuten\nstart: 2026-03-02 09:00\nstepz: []\n",
        "list": "[no, scenario]\n",
    }.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    for command in (["mutate", "--jobs", "1"], ["readings"]):
        arguments = [command[0], str(tmp_path / "voucher.yaml"), str(tmp_path), *command[1:], "--format", "json"]
        result = CliRunner().invoke(main, arguments)
        data = json.loads(result.stdout)
        assert (result.exit_code, data["scenarios"]) == (1, 2)
        named = {Path(one["file"]).stem for one in data["diagnostics"]}
        assert named == {"step", "unknown", "missing", "text"}
