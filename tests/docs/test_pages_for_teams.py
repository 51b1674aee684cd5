"""What a team copies from the pages about pictures and CI runs as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CI = (ROOT / "docs" / "in-ci.md").read_text()
PICTURES = (ROOT / "docs" / "draw-a-process.md").read_text()
EXAMPLES = [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", CI, re.MULTILINE | re.DOTALL)]
HOOKS_USED, ACTION, GITLAB = EXAMPLES
COMMANDS = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", PICTURES, re.MULTILINE | re.DOTALL)
    for line in block.split("\n")
    if line
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A team's own repository, on a machine on which `rulesengine` is installed."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    scenarios = tmp_path / "tests" / "scenarios"
    scenarios.mkdir(parents=True)
    for file in sorted((ROOT / "tests/scenarios/rakuten").glob("claim.*.yaml"))[:5]:
        shutil.copy(file, scenarios)
    program = tmp_path / "bin" / "rulesengine"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rulesengine "$@"\n')
    program.chmod(0o755)
    return tmp_path


def shell(command: str, repository: Path) -> subprocess.CompletedProcess[str]:
    path = f"{repository / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", "-ec", command],
        cwd=repository,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def commands_of(steps: list[str]) -> list[str]:
    return [step for step in steps if not step.startswith("pip install ")]


def break_a_scenario(repository: Path) -> Path:
    file = sorted((repository / "tests" / "scenarios").glob("*.yaml"))[0]
    file.write_text(file.read_text().replace("pack: rakuten", "pack: rakutn"))
    return file


def test_the_action_passes_and_fails_with_the_team_s_files(repository: Path) -> None:
    commands = commands_of([step["run"] for step in ACTION["jobs"]["rules"]["steps"] if "run" in step])
    assert len(commands) == 3
    for command in commands:
        ran = shell(command, repository)
        assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", ""), command
    assert (repository / "findings.sarif").read_text().startswith("{")
    file = break_a_scenario(repository)
    ran = shell(commands[1], repository)
    assert ran.returncode == 1
    assert ran.stdout.startswith(f"::error file={file.relative_to(repository)},line=")


def test_the_job_for_gitlab_writes_its_reports(repository: Path) -> None:
    commands = commands_of(GITLAB["rules"]["script"])
    break_a_scenario(repository)
    assert [shell(command, repository).returncode for command in commands] == [0, 1]
    for report in GITLAB["rules"]["artifacts"]["reports"]["junit"]:
        assert ElementTree.parse(repository / report).getroot().tag == "testsuites"


def test_the_hooks_exist_and_run(repository: Path) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert [hook["id"] for hook in HOOKS_USED["repos"][0]["hooks"]] == list(hooks)
    for hook in hooks.values():
        assert not hook["pass_filenames"]
        assert shell(hook["entry"], repository).returncode == 0
    break_a_scenario(repository)
    assert shell(hooks["rulesengine-test"]["entry"], repository).returncode == 1


@pytest.mark.needs("dot")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_draws_what_it_names(command: str, repository: Path) -> None:
    ran = shell(command, repository)
    assert (ran.returncode, ran.stderr) == (0, "")
    written = repository / re.split(r"[ >]+", command)[-1]
    assert written.stat().st_size > 1000


def test_the_page_shows_the_text_it_draws() -> None:
    (shown,) = re.findall(r"^```mermaid\n(.*?)^```$", PICTURES, re.MULTILINE | re.DOTALL)
    (printed,) = re.findall(r"^```console\n\$ .*?\n(.*?)^```$", PICTURES, re.MULTILINE | re.DOTALL)
    assert shown == printed
