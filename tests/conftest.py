"""Profiles of hypothesis: `ci` gives the same examples on every run, HYPOTHESIS_PROFILE=thorough many more, anew.

And the mark `needs`, for tests with programs that are not Python's (`tests/outside.py`).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# tests are no package: the helpers that several folders share stand beside this file
sys.path.insert(0, str(Path(__file__).parent))

from outside import LEFT_OUT, lacking, nothing_may_be_left_out

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)

settings.register_profile("ci", derandomize=True, deadline=None, suppress_health_check=SLOW, database=None)
settings.register_profile("thorough", max_examples=3_000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*names): programs and Node packages without which the test is left out")


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = lacking(dict.fromkeys(name for mark in item.iter_markers("needs") for name in mark.args))
    if missing:
        reason = LEFT_OUT + " and no ".join(missing)
        (pytest.fail if nothing_may_be_left_out() else pytest.skip)(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names every test that was left out, below what the machine lacks."""
    left: dict[str, set[str]] = {}
    for report in terminalreporter.stats.get("skipped", ()):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if LEFT_OUT in reason:
            left.setdefault(reason.removeprefix("Skipped: "), set()).add(report.nodeid)
    if left:
        terminalreporter.section("left out")
    for reason, tests in sorted(left.items()):
        terminalreporter.write_line(f"{reason}:")
        for test in sorted(tests):
            terminalreporter.write_line(f"  {test}")
