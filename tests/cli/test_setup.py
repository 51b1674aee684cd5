"""Setting up: what the README names exists, and a machine without a fitting Python is told so."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_make_target_of_the_readme_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"make (\w+)", (ROOT / "README.md").read_text()))
    assert targets >= {"demo", "test"}
    assert all(f"\n{target}:" in makefile for target in targets)


def test_a_machine_without_a_fitting_python_is_told_what_to_do(tmp_path: Path) -> None:
    told = subprocess.run(
        ["sh", "tools/venv.sh", str(tmp_path / "venv"), ".", "no-such-python"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 3
    assert "needs Python 3.11 or newer, and 'no-such-python' is not one" in told.stderr
    assert "PYTHON=" in told.stderr
    assert not (tmp_path / "venv").exists()
