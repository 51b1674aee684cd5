"""Tests that need a program from outside say by name that they were left out, also where several processes run them."""

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PROBE = """
import pytest

@pytest.mark.needs("no-such-program", "npm:no-such-package")
def test_with_a_program() -> None:
    raise AssertionError("it ran")
"""


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize("strict", [False, True])
def test_what_is_left_out_is_named(workers: str, strict: bool, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text())
    (tmp_path / "outside.py").write_text((TESTS / "outside.py").read_text())
    (tmp_path / "test_probe.py").write_text(PROBE)
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", workers, "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={"LEAVE_NOTHING_OUT": "1"} if strict else {},
        check=False,
    )
    lacks = "this machine has no no-such-program and no npm:no-such-package"
    if strict:
        assert told.returncode == 1
        assert lacks in told.stdout
        assert "1 error" in told.stdout
    else:
        assert told.returncode == 0
        assert f"{lacks}:\n  test_probe.py::test_with_a_program\n" in told.stdout
        assert "1 skipped" in told.stdout
