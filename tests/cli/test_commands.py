"""The command line: what it prints, its exit codes, and that nothing a user does ends in a traceback."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulesengine import PackError, load_pack
from rulesengine.cli import COMMANDS, main
from rulesengine.loading import read_pack

ROOT = Path(__file__).resolve().parents[2]
CLAIM = str(ROOT / "docs" / "examples" / "claim.yaml")
QUICK = ["simulate", "--pack", "rakuten", "--start", "2026-03-02 09:00"]


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, list(args))
    assert "Traceback" not in result.output
    return result


def answer(*args: str) -> tuple[int, object]:
    result = run(*args, "--format", "json")
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A scenario of which the last line is still to come."""
    path = tmp_path / "story.yaml"
    path.write_text(
        "scenario: A sale\npack: rakuten\nstart: 2026-03-02 09:00\n"
        "given: [{process: order, facts: {ordered_at: 2026-03-02 08:30}}, {process: item, state: to_confirm}]\nsteps:\n"
    )
    return path


def add(path: Path, text: str) -> str:
    path.write_text(path.read_text() + text)
    return str(path)


def test_help_names_every_command_and_how_to_complete() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.output for name in COMMANDS)
    assert "_RULESENGINE_COMPLETE=bash_source" in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"rulesengine {name} " in result.output
    assert "Exit codes:" in result.output


def test_the_line_of_each_command_is_its_own_help() -> None:
    for name, (_, _, line) in COMMANDS.items():
        assert line.endswith("."), name


def test_version() -> None:
    result = run("--version")
    assert (result.exit_code, result.output) == (0, "rulesengine 0.1.0\n")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["chek"], 2, "Did you mean 'check'?"),
        (["check", "--fromat", "json"], 2, "--format"),
        (["check", "rakutn"], 3, "Did you mean 'rakuten'?"),
        (["check", "nowhere.yaml"], 3, "There is no file 'nowhere.yaml'"),
        (["simulate"], 2, "Name a scenario"),
        (["simulate", "nowhere.yaml"], 3, "There is no file 'nowhere.yaml'"),
        (["simulate", str(ROOT)], 3, "is a folder"),
        (["simulate", "--pack", "rakutn", CLAIM], 3, "Did you mean 'rakuten'?"),
        (["simulate", "--start", "2026-03-02 09:00"], 2, "--pack"),
        (["simulate", "--pack", "rakuten", "order.place"], 2, "--start"),
        (["test", "nowhere"], 3, "There is no folder and no file 'nowhere'"),
        (["due"], 2, "SCENARIO"),
        (["due", "nowhere.yaml"], 3, "There is no file"),
        (["options", CLAIM], 2, "--by"),
        (["options", CLAIM, "--by", "bayer"], 2, "Did you mean 'buyer'?"),
        (["due", CLAIM, "--vocabulary", "vocabulary"], 2, "--vocabulary is for several scenarios"),
        (["test", CLAIM, "--suggest", "2"], 2, "add --coverage"),
        (["graph", "rakuten", "claim", "-o", "claim.pdf"], 2, "name it .mmd, .mermaid, .dot, .gv, .svg"),
        (["schema", "vocabulary"], 1, "RE202 This is a vocabulary, and a pack is wanted here."),
        (["check", "nothing"], 3, "Known here: kaufland, marketplace, mediamarkt, mirakl, rakuten.\n"),
        (["explain", "KL-06"], 2, "rulesengine explain PACK KL-06"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(args: Sequence[str], code: int, says: str) -> None:
    result = run(*args)
    assert result.exit_code == code
    assert says in result.output


def test_an_unknown_pack_is_told_of_once_and_as_the_library_does() -> None:
    said = "There is no file and no pack 'rakutn'."
    with pytest.raises(PackError) as fault:
        load_pack("rakutn")
    for found in (fault.value.diagnostics, read_pack("rakutn")[1]):
        assert [(one.code, one.message, one.help) for one in found] == [("RE101", said, "Did you mean 'rakuten'?")]
    for command in (["check", "rakutn"], ["sources", "rakutn"], ["graph", "rakutn"]):
        output = run(*command).stdout
        assert output.count(said) == 1
        assert not output.startswith("\n")


def test_check_finds_nothing_in_the_packs_that_come_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run("check").exit_code == 0
    assert answer("check", "rakuten") == (0, [])


def test_check_shows_the_place_and_the_likely_word(tmp_path: Path) -> None:
    pack = tmp_path / "shop.yaml"
    pack.write_text((ROOT / "policies" / "rakuten.yaml").read_text().replace("while: amicable", "while: amicabel", 1))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "rakuten.yaml").write_text((ROOT / "policies" / "sources" / "rakuten.yaml").read_text())
    result = run("check", str(pack))
    assert result.exit_code == 1
    assert "error RE301 The process 'claim' has no" in result.output
    assert "        while: amicabel\n" in result.output
    assert "Did you mean 'amicable'?" in result.output
    marks = next(line for line in result.output.split("\n") if "^" in line)
    assert marks.count("^") == len("amicabel")
    code, found = answer("check", str(pack))
    assert code == 1
    assert isinstance(found, list)
    assert [sorted(one) for one in found][:1] == [
        ["code", "column", "end_column", "end_line", "file", "help", "line", "message", "severity"]
    ]


def test_a_claim_runs_through_its_deadlines() -> None:
    result = run("simulate", CLAIM)
    assert result.exit_code == 0
    for line in (
        "2026-03-02 09:00     buyer       claim.open claim/1  new → amicable\n",
        "2026-03-05 09:00     time        missed claim.answer\n",
        "2026-03-05 09:00     system      claim.escalate claim/1  amicable → customer_service\n",
    ):
        assert line in result.output


def test_simulate_as_json_holds_everything() -> None:
    code, told = answer("simulate", CLAIM)
    assert code == 0
    assert isinstance(told, dict)
    assert told["diagnostics"] == []
    [trace] = told["traces"]
    [timeline] = trace["timelines"]
    assert sorted(timeline) == ["case", "edge", "entries", "failures", "moved", "obligations", "start"]
    assert timeline["start"] == "2026-03-02T08:00:00.000000Z"
    refused = timeline["entries"][1]["decision"]
    assert [reason["rule"] for reason in refused["reasons"]] == ["discount.cap"]
    assert timeline["case"]["instances"]


def test_a_failed_expectation_is_shown_as_a_difference(scenario: Path) -> None:
    path = add(
        scenario, "  - {event: order.cancel, by: buyer, expect: refused}\n  - {after: 1 day, note: Not shown.}\n"
    )
    result = run("simulate", path)
    assert result.exit_code == 1
    result = run("test", path)
    assert result.exit_code == 1
    assert "  - expected  refused\n  + seen      accepted by order.cancel, item.cancel\n" in result.output
    assert f"{path}:6:46: step 1, order.cancel" in result.output
    assert "order.cancel order/1  placed → cancelled" in result.output
    assert "Not shown." not in result.output
    assert "1 scenario, 1 failed" in result.output


def test_a_refusal_of_which_nothing_is_said_fails_a_test_and_not_a_simulation(scenario: Path) -> None:
    path = add(scenario, "  - {event: order.cancel, by: seller}\n")
    assert run("simulate", path).exit_code == 0
    result = run("test", path)
    assert result.exit_code == 1
    assert "- expected  accepted" in result.output


def test_every_scenario_of_a_folder_is_tested_and_other_files_are_passed_over(scenario: Path) -> None:
    add(scenario, "  - {event: order.cancel, by: buyer}\n")
    (scenario.parent / "pack.yaml").write_text("pack: x\nprocesses: {}\n")
    result = run("test", str(scenario.parent), "--verbose")
    assert result.exit_code == 0
    assert "✓ A sale" in result.output
    assert "1 scenario, all hold" in result.output
    code, told = answer("test", str(scenario.parent))
    assert code == 0
    assert isinstance(told, dict)
    assert (told["scenarios"], told["failed"], len(told["traces"])) == (1, 0, 1)


def test_a_misspelled_scenario_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "story.yaml").write_text(
        "scenaro: A sale\npack: rakuten\nstart: 2026-03-02 09:00\nsteps: [{note: x}]\n"
    )
    result = run("test", str(tmp_path))
    assert result.exit_code == 1
    assert "Did you mean 'scenario'?" in result.output


def test_the_packs_own_scenarios_hold() -> None:
    result = run("test", str(ROOT / "tests" / "scenarios"))
    assert result.exit_code == 0, result.output


def test_due_shows_who_by_when_and_the_counting(scenario: Path) -> None:
    path = add(
        scenario,
        "  - {event: item.request, by: buyer, id: A1, facts: {price: 20, committed_method: normal}}\n",
    )
    result = run("due", path, "--explain")
    assert result.exit_code == 0
    assert "2026-03-05 09:00  seller  item.acceptance item/A1" in result.output
    assert "met by item.accept, item.refuse" in result.output
    assert "Thursday 5 March 2026" in result.output
    code, told = answer("due", path, "--explain")
    assert code == 0
    assert isinstance(told, dict)
    acceptance = next(one for one in told["obligations"] if one["rule"] == "item.acceptance")
    assert acceptance["due"] == "2026-03-05T08:00:00.000000Z"
    assert acceptance["counted"][-1]["at"] == acceptance["due"]


def test_options_show_what_is_possible_until_when_and_why_not(scenario: Path) -> None:
    path = add(scenario, "  - {note: The order stands.}\n")
    result = run("options", path, "--by", "buyer")
    assert result.exit_code == 0
    assert "✓ order.cancel order/1  → cancelled  until 2026-03-02 09:30\n" in result.output
    code, told = answer("options", path, "--by", "buyer")
    assert code == 0
    assert isinstance(told, dict)
    cancel = next(one for one in told["options"] if one["event"] == "order.cancel")
    assert (cancel["allowed"], cancel["until"]) == (True, "2026-03-02T08:30:00.000000Z")


@pytest.mark.parametrize("command", [["simulate"], ["due"], ["options", "--by", "buyer"], ["test"]])
def test_findings_of_a_scenario_are_in_the_json_too(scenario: Path, command: list[str]) -> None:
    path = add(scenario, "  - {event: order.cancle, by: buyer}\n")
    code, told = answer(*command, path)
    assert code == 1
    assert isinstance(told, dict)
    assert [one["code"] for one in told["diagnostics"]] == ["RE601"]


# scenarios on the command line


def test_a_scenario_may_be_given_piece_by_piece() -> None:
    result = run(
        *QUICK,
        *("given", "order", "ordered_at=2026-03-02 08:00", "given", "item/A1", "state=accepted", "price=80"),
        *("received_at=2026-02-27 12:00", "context", "seller.on_vacation=false", "seller.quality_score_too_low=false"),
        *("claim.open", "by=buyer", "reason=damaged", "wait", "3 days", "context", "seller.on_vacation=true"),
        *("wait", "1 second", "at", "2026-03-06", "claim.refund", "by=customer_service", "target=claim/1"),
    )
    assert result.exit_code == 0
    assert "claim.open claim/1  new → amicable" in result.output
    assert "2026-03-05 09:00  system" in result.output.replace("     ", "  ")
    assert "claim.refund claim/1  customer_service → refunded" in result.output


@pytest.mark.parametrize(
    ("pieces", "underlined", "says"),
    [
        (["order.plcae", "by=buyer"], "order.plcae", "Did you mean"),
        (["order.place", "by=bayer"], "bayer", "Did you mean 'buyer'?"),
        (["order.place"], "order.place", "by"),
        (["order.place", "by=buyer", "orderd_at=2026-03-02 09:00"], "orderd_at", "Did you mean 'ordered_at'?"),
        (["wiat", "3 days"], "wiat", "Did you mean 'wait'?"),
        (["wait"], "wait", "a period"),
        (["wait", "three days"], "'three days'", ""),
        (["by=buyer"], "by=buyer", "Begin with an event"),
        (["context", "on_vacation=true"], "on_vacation=true", "seller.on_vacation"),
        (["given", "itm/A1"], "itm", "Did you mean 'item'?"),
    ],
)
def test_a_mistake_on_the_command_line_is_underlined(pieces: list[str], underlined: str, says: str) -> None:
    result = run(*QUICK, *pieces)
    assert result.exit_code == 1
    assert says in result.output
    lines = result.output.split("\n")
    marks = next(number for number, line in enumerate(lines) if "^" in line)
    start, end = lines[marks].index("^"), lines[marks].rindex("^") + 1
    assert lines[marks - 1][start:end].strip("'") == underlined.strip("'")
