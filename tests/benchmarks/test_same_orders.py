"""What is measured is the same for all: every engine that is installed does the same with every event."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), str(ROOT)])}
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT / "benchmarks",
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_all_engines_agree_and_missing_ones_are_named(tmp_path: Path) -> None:
    for module in ("statemachine", "sismic"):
        (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError('not here', name='{module}')")
    without_peers, with_what_is_there = run("run.py", "--check", path=tmp_path), run("run.py", "--check")
    assert without_peers.returncode == 0, without_peers.stderr
    assert "Left out, not installed: python-statemachine\nLeft out, not installed: sismic\n" in without_peers.stdout
    assert "events: rulesengine; rulesengine, bare pack; transitions.\n" in without_peers.stdout
    assert with_what_is_there.returncode == 0, with_what_is_there.stderr


def test_an_engine_that_does_something_else_is_found_out() -> None:
    told = run(
        "-c",
        "import sys; sys.path.insert(0, '.')\n"
        "import comparing\nfrom peers import engine, transitions\n"
        "transitions.GUARDS['light_enough'] = lambda event: True\n"
        "comparing.check([*engine.peers(), *transitions.peers()])",
    )
    assert told.returncode == 1
    assert "DisagreementError: settled: ship at 2026-03-02 16:00:00+00:00: transitions says" in told.stderr
