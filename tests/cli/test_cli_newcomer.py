"""What somebody meets who does not know the program yet: files taken for others, empty folders, closed outputs."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulesengine.cli import main
from rulesengine.loading.shape import MAX_FINDINGS

ROOT = Path(__file__).resolve().parents[2]
CLAIM = str(ROOT / "docs" / "examples" / "claim.yaml")
PACK = str(ROOT / "policies" / "rakuten.yaml")
REGISTER = str(ROOT / "policies" / "sources" / "rakuten.yaml")
PROGRAM = [sys.executable, "-m", "rulesengine"]
QUICK = ["simulate", "--pack", "rakuten", "--start", "2026-03-02 09:00"]
STORY = (
    "scenario: A sale\npack: rakuten\nstart: 2026-03-02 09:00\n"
    "given: [{process: order, facts: {ordered_at: 2026-03-02}}, {process: item, state: to_confirm}]\nsteps:\n"
)


def run(*args: str) -> Result:
    result = CliRunner().invoke(main, list(args))
    assert "Traceback" not in result.output
    assert "defect" not in result.output
    return result


def shell(line: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line.replace("rulesengine", " ".join(PROGRAM))],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# one file taken for another


@pytest.mark.parametrize(
    ("args", "says", "does"),
    [
        (["check", CLAIM], "This is a scenario", "rulesengine simulate"),
        (["check", REGISTER], "This is a register", "check that pack"),
        (["simulate", PACK], "This is a pack", "rulesengine check"),
        (["test", PACK], "This is a pack", "rulesengine check"),
        (["due", REGISTER], "This is a register", "check that pack"),
        (["simulate", "--pack", CLAIM, CLAIM], "This is a scenario", "rulesengine simulate"),
    ],
)
def test_a_file_of_another_kind_is_one_finding_that_says_what_to_do(args: list[str], says: str, does: str) -> None:
    result = run(*args)
    assert result.exit_code == 1
    assert result.output.count(": error ") == 1
    assert says in result.output
    assert does in result.output


def test_check_passes_over_the_scenarios_and_registers_of_a_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "policies" / "sources", tmp_path / "sources")
    shutil.copy(PACK, tmp_path)
    shutil.copy(CLAIM, tmp_path)
    shutil.copy(REGISTER, tmp_path / "register.yaml")
    result = run("check", str(tmp_path))
    assert (result.exit_code, result.output) == (0, "nothing to complain about in 1 pack\n")
    (tmp_path / "misspelled.yaml").write_text("pak: x\nprocesses: {}\n")
    assert run("check", str(tmp_path)).exit_code == 1


# nothing there


def test_a_folder_without_a_scenario_does_not_pass_a_test(tmp_path: Path) -> None:
    for folder in (str(ROOT / "policies"), str(tmp_path)):
        result = run("test", folder)
        assert result.exit_code == 3
        assert "There is no scenario below the folder" in result.output
        assert "all hold" not in result.output
    result = run("test", CLAIM, str(tmp_path))
    assert result.exit_code == 3
    assert "1 scenario, all hold" in result.output


@pytest.mark.parametrize("command", ["check", "test", "simulate", "due"])
@pytest.mark.parametrize("name", ["nope", "nope.yaml"])
def test_what_is_not_there_is_told_as_json_too(command: str, name: str) -> None:
    result = run(command, name, "--format", "json")
    assert result.exit_code == 3
    told = json.loads(result.stdout)
    found = told if command == "check" else told["diagnostics"]
    assert [(one["code"], one["file"]) for one in found] == [("RE101", name)]


def test_check_without_a_folder_of_packs_could_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("check")
    assert result.exit_code == 3
    assert "There is no folder 'policies' here" in result.output


@pytest.mark.parametrize("command", ["check", "simulate", "test"])
@pytest.mark.parametrize("name", ["pipe", "./pipe", "pipe.yaml"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, command: str, name: str) -> None:
    os.mkfifo(tmp_path / name)
    told = shell(f"rulesengine {command} {name}", tmp_path)
    assert told.returncode == 3
    assert "is no ordinary file" in told.stdout


# a name


def test_a_name_means_the_pack_at_hand_before_the_one_that_comes_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("check", "rakuten").exit_code == 0
    (tmp_path / "rakuten").mkdir()
    assert run("simulate", CLAIM, "--pack", "rakuten").exit_code == 0
    (tmp_path / "rakuten").rmdir()
    (tmp_path / "rakuten.yaml").write_text("pack: rakuten\nprocesses: 3\n")
    assert "\nrakuten.yaml:" in "\n" + run("check", "rakuten").output
    assert run("simulate", CLAIM, "--pack", "rakuten").exit_code == 1
    (tmp_path / "policies").mkdir()
    shutil.copy(tmp_path / "rakuten.yaml", tmp_path / "policies")
    assert "policies/rakuten.yaml:" in run("check", "rakuten").output
    assert "policies/rakuten.yaml:" in run(*QUICK, "order.place", "by=buyer").output


def completed(line: str, position: int) -> list[str]:
    told = shell("rulesengine", _RULESENGINE_COMPLETE="bash_complete", COMP_WORDS=line, COMP_CWORD=str(position))
    assert told.stderr == ""
    return told.stdout.split()


def test_the_shell_completes_values() -> None:
    assert completed("rulesengine check ", 2) == ["file,"]
    assert completed("rulesengine check rak", 2) == ["file,rak", "plain,rakuten"]
    assert {"file,", "plain,rakuten"} <= set(completed("rulesengine simulate --pack ", 3))
    assert completed("rulesengine test te", 2) == ["file,te"]
    assert completed("rulesengine due docs", 2) == ["file,docs"]
    assert completed("rulesengine options docs/examples/claim.yaml --by s", 4) == ["plain,seller"]
    assert completed("rulesengine options --by ", 3) == []


# where the output goes


def test_a_reader_that_leaves_early_gives_the_code_of_a_closed_pipe() -> None:
    for command in ("test tests/scenarios -v", "--help"):
        told = shell(f"(rulesengine {command}; echo $? >&2) | true")
        assert told.stderr.split() in (["141"], ["0"])


@pytest.mark.parametrize("command", ["check rakuten", "--help", "check nope"])
def test_an_output_that_cannot_be_written_is_told(command: str) -> None:
    full = shell(f"rulesengine {command} >/dev/full")
    assert full.returncode == 3
    assert full.stderr == "rulesengine: the output cannot be written: No space left on device.\n"
    closed = shell(f"rulesengine {command} >&-")
    assert (closed.returncode, closed.stderr) == (3, "rulesengine: the output cannot be written: it is closed.\n")
    assert shell(f"rulesengine {command} >/dev/full 2>&1").returncode == 3
    assert shell(f"rulesengine {command} >&- 2>&-").returncode == 3


def test_control_c_is_quiet_from_the_first_import_on() -> None:
    code = (
        "import os, signal, sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *rest):\n"
        f"        if name == 'click': os.kill(os.getpid(), {int(signal.SIGINT)})\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from rulesengine.__main__ import start\nstart()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.returncode, told.stdout, told.stderr) == (130, "", "")


# moments


def test_a_day_is_its_first_moment(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY + "  - {expect: {order: {facts: {ordered_at: 2026-03-02 00:00}}}}\n")
    assert run("test", str(path)).exit_code == 0
    path.write_text(STORY + "  - {expect: {order: {facts: {ordered_at: 2026-03-02T00:00+01:00}}}}\n")
    assert run("test", str(path)).exit_code == 0
    assert run(*QUICK, "given", "order", "ordered_at=2026-03-02").exit_code == 0
    result = run(*QUICK, "given", "order", "ordered_at=soon")
    assert "error RE604" in result.output
    assert "a day alone is its first moment" in result.output


def test_moments_are_shown_in_one_way(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(
        STORY + "  - event: item.request\n    by: buyer\n    id: A1\n    facts: {price: 20, committed_method: normal}\n"
        "    expect: {due: {item/A1.acceptance: 2026-03-05 10:00}}\n"
        "  - {expect: {order: {facts: {ordered_at: 2026-03-01}}}}\n"
    )
    told = run("test", str(path)).output
    assert "- expected  2026-03-05 10:00\n  + seen      2026-03-05 09:00\n" in told
    assert "- expected  2026-03-01 00:00\n  + seen      2026-03-02 00:00\n" in told
    assert "item.acceptance of item/A1 runs until 2026-03-05 09:00\n" in told
    result = run("simulate", str(ROOT / "tests/scenarios/rakuten/claim.answer.edges.yaml"))
    assert "At the edge: claim.answer due 2026-03-05 09:00\n" in result.output


def test_a_failed_test_shows_all_up_to_its_last_difference(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(
        STORY + "  - {event: order.cancel, by: seller}\n  - {note: In between.}\n"
        "  - {note: The last one., expect: {count: {order: 2}}}\n  - {note: Not shown.}\n"
    )
    told = run("test", str(path)).output
    assert "In between." in told
    assert "The last one." in told
    assert "Not shown." not in told


@pytest.mark.parametrize(
    ("pieces", "torn"),
    [
        (["wait", "2", "hours"], "2 hours"),
        (["wait", "3", "working", "days", "order.place", "by=buyer"], "3 working days"),
        (["wait", "48", "hours", "on", "working", "days", "wait", "1 day"], "48 hours on working days"),
        (["at", "2026-03-03", "09:00"], "2026-03-03 09:00"),
        (["09:00", "order.place", "by=buyer"], "2026-03-02 09:00"),
    ],
)
def test_a_period_without_quotes_is_put_together(pieces: list[str], torn: str) -> None:
    start = "2026-03-02" if pieces[0] == "09:00" else "2026-03-02 08:00"
    result = run("simulate", "--pack", "rakuten", "--start", start, *pieces)
    assert result.exit_code == 1
    assert result.output.count(": error ") == 1
    assert f"Put quotes around '{torn}'." in result.output
    assert f"1 | rulesengine simulate --pack rakuten --start {'2026' if ' ' not in start else chr(39)}" in result.output
    lines = result.output.split("\n")
    marks = next(number for number, line in enumerate(lines) if "^" in line)
    assert lines[marks - 1][lines[marks].index("^") : lines[marks].rindex("^") + 1] == torn


def test_of_three_endings_the_one_shown_is_named() -> None:
    edges = str(ROOT / "tests/scenarios/rakuten/claim.answer.edges.yaml")
    assert ", just after the edge (claim.answer due 2026-03-05 09:00)\n" in run("due", edges).output
    assert ", just after the edge (" in run("options", edges, "--by", "seller").output
    assert json.loads(run("due", edges, "--format", "json").stdout)["edge"] == "after"
    assert json.loads(run("due", CLAIM, "--format", "json").stdout)["edge"] == ""


# findings


def test_a_finding_says_where_its_code_is_explained(tmp_path: Path) -> None:
    pack = tmp_path / "x.yaml"
    pack.write_text("pack: x\nprocess: {}\n")
    told = run("check", str(pack)).output
    assert "What RE202 means: rulesengine explain RE202\n" in told
    assert run("explain", "re201").output.startswith("RE201: ")


def test_a_count_that_stopped_says_so(tmp_path: Path) -> None:
    pack = tmp_path / "x.yaml"
    pack.write_text("pack: x\nprocesses:\n  a:\n    states:\n" + "".join(f"      s{n}: {{x: 1}}\n" for n in range(400)))
    told = run("check", str(pack)).output
    assert f"{MAX_FINDINGS} errors in 1 pack\nThere may be more: " in told
    assert "There may be more" not in run("check", CLAIM).output
