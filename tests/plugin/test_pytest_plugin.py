"""A team's own repository, on a machine with this package: `pytest` plays its scenarios, and says what differs."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
TITLE = "Three days go by without an answer"
EDGES = "Without a tracking number the seller is paid when 21 days are full"


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """The repository; what is installed beside it says of itself what this package says."""
    about = tmp_path / "site" / "rulesengine-0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: rulesengine\nVersion: 0\n")
    declared = "\n".join(f"{name} = {module}" for name, module in DECLARED.items())
    (about / "entry_points.txt").write_text(f"[pytest11]\n{declared}\n")
    repository = tmp_path / "team"
    (repository / "scenarios").mkdir(parents=True)
    shutil.copy(ROOT / "docs/examples/three_days.yaml", repository / "scenarios")
    shutil.copy(ROOT / "tests/scenarios/kaufland/payout.after_shipment.edges.yaml", repository / "scenarios/edges.yaml")
    (repository / "compose.yaml").write_text("services: {}\nsteps: []\n")
    return repository


def run(team: Path, *args: str) -> tuple[int, str]:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-p", "no:hypothesispytest", *args],
        cwd=team,
        env={**os.environ, "PYTHONPATH": f"{team.parent / 'site'}{os.pathsep}{ROOT}", "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def break_it(team: Path) -> None:
    file = team / "scenarios" / "three_days.yaml"
    file.write_text(file.read_text().replace("45.00", "30.00"))


def test_every_scenario_is_a_test_with_its_title_and_edge(team: Path) -> None:
    code, out = run(team, "--collect-only", "-q")
    names = [line for line in out.splitlines() if "::" in line]
    edges = [f"scenarios/edges.yaml::{EDGES}[{edge}]" for edge in ("before", "at", "after")]
    assert (code, names) == (0, [*edges, f"scenarios/three_days.yaml::{TITLE}"])


def test_what_holds_passes_and_tests_in_python_run_beside_it(team: Path) -> None:
    (team / "test_else.py").write_text("def test_else(): pass\n")
    code, out = run(team)
    assert (code, "5 passed" in out) == (0, True), out


def test_a_failure_tells_what_the_command_tells(team: Path) -> None:
    break_it(team)
    code, out = run(team)
    told = subprocess.run(
        [sys.executable, "-m", "rulesengine", "test", "scenarios/three_days.yaml"],
        cwd=team,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    ).stdout
    body = told.partition("\n")[2].partition("\n\n1 scenario")[0]
    assert "✗ scenarios/three_days.yaml:16:23: step 2, discount.offer" in body
    assert body in out
    assert (code, "Traceback" in out) == (1, False)
    assert f"FAILED scenarios/three_days.yaml::{TITLE} - step 2" in out


def test_only_the_edge_that_differs_fails(team: Path) -> None:
    file = team / "scenarios" / "edges.yaml"
    file.write_text(
        file.read_text().replace("at: {accepted: true, fired: []", "at: {accepted: true, fired: payout.after_shipment")
    )
    code, out = run(team, "scenarios/edges.yaml")
    assert (code, "1 failed, 2 passed" in out, f"{EDGES}[at]" in out) == (1, True, True)
    assert "At the edge" in out
    assert "Just before the edge" not in out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("pack: rakuten", "pack: rakutn"), ["three_days.yaml:2:7: error RE314", "Did you mean 'rakuten'?"]),
        (
            ("scenario: Three", "scenaro: Three"),
            ["three_days.yaml:1:1: error RE201", "FAILED scenarios/three_days.yaml::three_days"],
        ),
        (("event: claim.open", "event: claim.opn"), ["error RE601", "^"]),
        (("start: 2026-03-02 09:00", "start: ["), ["error RE104", "FAILED scenarios/three_days.yaml::three_days"]),
    ],
)
def test_what_cannot_be_played_fails_with_its_findings(team: Path, change: tuple[str, str], told: list[str]) -> None:
    file = team / "scenarios" / "three_days.yaml"
    file.write_text(file.read_text().replace(*change))
    code, out = run(team)
    assert (code, "1 failed, 3 passed" in out, "Traceback" in out) == (1, True, False), out
    for text in told:
        assert text in out


def test_scenarios_are_chosen_as_tests_are(team: Path) -> None:
    break_it(team)
    for args, told in [
        (("-k", "kaufland and at"), "1 passed, 3 deselected"),
        ((f"scenarios/edges.yaml::{EDGES}",), "3 passed"),
        ((), "1 failed, 3 passed"),
        (("--lf",), "1 failed"),
    ]:
        assert f" {told} in " in run(team, *args)[1], args


def test_they_run_in_several_processes(team: Path) -> None:
    break_it(team)
    code, out = run(team, "-n", "2")
    assert (code, "1 failed, 3 passed" in out) == (1, True)
    assert "- expected  refused by discount.cap" in out


def test_a_repository_says_which_files_are_looked_at(team: Path) -> None:
    for patterns, told in (("scenarios/e*", "3 tests collected"), ("", "no tests collected")):
        (team / "pytest.ini").write_text(f"[pytest]\nrulesengine_scenarios = {patterns}\n")
        assert told in run(team, "--collect-only", "-q", "--strict-config")[1]


def test_who_has_no_scenarios_pays_nothing_for_them() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules); import rulesengine.pytest_plugin;"
        "print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["rulesengine", "rulesengine.pytest_plugin"]
