"""What a team copies from the page about tests runs as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "test-your-packs.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-ec", command],
        cwd=folder,
        env={**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_commands_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "tests" / "scenarios").mkdir(parents=True)
    file = shutil.copy(ROOT / "docs/examples/three_days.yaml", tmp_path / "tests" / "scenarios")
    (tmp_path / "pytest.ini").write_text(*blocks("ini"))
    (tmp_path / "bin").mkdir()
    # as if it were installed in the environment of the team, once
    for name, module in {
        "rulesengine": "rulesengine",
        "pytest": "pytest -p no:rulesengine -p rulesengine.pytest_plugin",
    }.items():
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        (tmp_path / "bin" / name).chmod(0o755)
    commands = [line for block in blocks("sh") for line in block.splitlines() if not line.startswith("pip install ")]
    assert len(commands) == 7
    for command in commands:
        ran = shell(command, tmp_path)
        assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
        if "pytest" in command:
            assert "1 passed" in ran.stdout
    Path(file).write_text(Path(file).read_text().replace("45.00", "30.00"))
    (shown,) = blocks("text")
    ran = shell(commands[0], tmp_path)
    assert (ran.returncode, shown in ran.stdout) == (1, True), ran.stdout
    assert shell(commands[-1], tmp_path).returncode == 1
