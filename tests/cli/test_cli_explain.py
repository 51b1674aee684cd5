"""`rulesengine explain`: each code, parts of packs, and decisions of scenarios and of saved traces."""

import json
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner, Result

from rulesengine.case import REASON_CODES
from rulesengine.cli import main
from rulesengine.diagnostics import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
CLAIM = str(ROOT / "docs" / "examples" / "claim.yaml")
#: seconds of CPU
ENOUGH = 1.0


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, ["explain", *args])
    assert "Traceback" not in result.output
    return result


def data(*args: str) -> dict[str, object]:
    result = run(*args, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    result = CliRunner().invoke(main, ["simulate", CLAIM, "--format", "json"])
    path = tmp_path / "trace.json"
    path.write_text(result.stdout)
    return path


def test_every_code_is_explained() -> None:
    for code in CATALOGUE:
        assert run(code).output.startswith(f"{code}: ")
    for code in REASON_CODES:
        result = run(code)
        meaning, what_to_do = result.output.removeprefix(f"{code}\n\n").split("\n\n", 1)
        assert meaning
        assert what_to_do.strip()


def test_a_code_as_json() -> None:
    assert data("re503")["severity"] == "error"
    assert data("wrong_actor")["kind"] == "reason"


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["RE50"], 2, "Did you mean 'RE501'?"),
        (["RE999"], 2, "Codes of findings go from RE101 to "),
        (["wrong_acter"], 2, "Did you mean 'wrong_actor'?"),
        (["rakuten"], 2, "rulesengine explain rakuten NAME"),
        (["claim.solve"], 2, "rulesengine explain PACK claim.solve"),
        (["rakutn", "claim.solve"], 3, "Did you mean 'rakuten'?"),
        (["rakuten", "claim.slove"], 1, "Did you mean 'claim.solve'?"),
        (["rakuten", "claim.solve", "x"], 2, "Name a pack and one of its rules"),
        (["rakuten", "claim.solve", "--step", "1"], 2, "--step is for a scenario or a trace"),
        (["nowhere.yaml"], 3, "There is no file"),
        (["nowhere.json"], 3, "nowhere.json cannot be read"),
        ([CLAIM, "--step", "6"], 2, "The story has 5 steps"),
        (["rakuten", "claim.solve", "--scenarios", "nowhere"], 3, "There is no folder and no file 'nowhere'"),
    ],
)
def test_what_cannot_be_explained_is_said_in_a_sentence(args: list[str], code: int, says: str) -> None:
    result = run(*args)
    assert (result.exit_code, says in result.output) == (code, True), result.output


@pytest.mark.parametrize("step", [1, 2, 4, 5])
def test_a_saved_trace_tells_what_its_scenario_does(trace: Path, step: int) -> None:
    assert run(str(trace), "--step", str(step)).output == run(CLAIM, "--step", str(step)).output
    assert data(str(trace), "--step", str(step)) == data(CLAIM, "--step", str(step))


def test_a_story_of_the_command_line_is_saved_whole(tmp_path: Path) -> None:
    story = ["simulate", "--pack", "rakuten", "--start", "2026-03-27 10:00", "given", "order", "given", "item/A1"]
    story += ["state=accepted", "price=20", "item.accept", "by=seller", "--format", "json"]
    path = tmp_path / "trace.json"
    path.write_text(CliRunner().invoke(main, story).stdout)
    assert "item.accept is not possible while item/A1 is accepted." in run(str(path)).output


def test_a_trace_of_other_rules_is_refused(trace: Path, tmp_path: Path) -> None:
    saved = json.loads(trace.read_text())
    saved["traces"][0]["opened"]["digest"] = "0" * 64
    trace.write_text(json.dumps(saved))
    result = run(str(trace))
    assert result.exit_code == 1
    assert "with other rules than" in result.output


@pytest.mark.parametrize("text", ["", "{}", "[" * 5_000, '{"traces": [{"scenario": 1}]}', "\x00", '{"traces": "none"}'])
def test_what_is_no_trace_is_said_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_text(text)
    result = run(str(path))
    assert result.exit_code == 1
    assert "This is no saved trace" in result.output


def test_a_trace_that_was_changed_by_hand_is_a_finding_or_an_answer(trace: Path) -> None:
    saved = json.loads(trace.read_text())
    saved["traces"][0]["timelines"][0]["entries"][1]["asked"]["facts"] = {"amount": ["a", {"b": None}], "x": 1e300}
    trace.write_text(json.dumps(saved))
    assert run(str(trace), "--step", "2").exit_code == 0
    saved["traces"][0]["opened"]["moment"] = "soon"
    trace.write_text(json.dumps(saved))
    assert run(str(trace)).exit_code == 1


def test_what_only_the_engine_does_names_what_brings_it_about() -> None:
    told = run("tests/scenarios/rakuten/payout.pay.yaml", "--step", "1").output
    assert "Nobody sends it: item.rate raises payout.pay." in told


@pytest.mark.parametrize(
    "args",
    [
        ["rakuten", "claim.solve"],
        ["mediamarkt", "order.acceptance"],
        ["tests/scenarios/rakuten/retraction.ask.yaml", "--step", "5"],
    ],
)
def test_an_answer_comes_at_once(args: list[str]) -> None:
    run(*args)
    began = process_time()
    assert run(*args).exit_code == 0
    assert process_time() - began < ENOUGH
