"""Programs and packages outside of Python that some tests need, by the name under which a test asks for them.

    @pytest.mark.needs("chromium", "npm:mermaid")

A test whose needs this machine does not have is left out, and named at the end of the run. With LEAVE_NOTHING_OUT set,
as `.ci/run` sets it once it has installed everything, it fails instead. `npm:NAME` is a package of `tools/node`, once
`npm install --prefix tools/node` has been there; any other name is a program on the path.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

NODE_MODULES = Path(__file__).resolve().parents[1] / "tools" / "node" / "node_modules"
#: programs that go by several names
ALSO = {"chromium": ("chromium-browser", "google-chrome")}
#: how the reason of a test that was left out begins
LEFT_OUT = "this machine has no "


def program(name: str) -> str | None:
    """Where the program is; None where this machine does not have it."""
    return next((found for one in (name, *ALSO.get(name, ())) if (found := shutil.which(one))), None)


def package(name: str) -> Path:
    """The folder of a Node package."""
    return NODE_MODULES / name


def lacking(needs: Iterable[str]) -> list[str]:
    """Those of the needs that this machine does not have."""
    return [one for one in needs if not _there(one)]


def _there(need: str) -> bool:
    kind, _, name = need.rpartition(":")
    if kind == "npm":
        return package(name).is_dir()
    return program(name) is not None


def nothing_may_be_left_out() -> bool:
    """Whether a missing program is a failure."""
    return bool(os.environ.get("LEAVE_NOTHING_OUT"))
