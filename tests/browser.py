"""A real browser without a screen, for tests that look at what a person would see: mark them `needs("chromium")`."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from outside import program

#: a browser that asks nobody outside for anything
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
    "--virtual-time-budget=30000",
)


def told_by(page: str, folder: Path) -> Any:
    """Opens a page and gives what its script hands to `tell(value)`, as JSON has it."""
    file = folder / "page.html"
    tell = "const tell = value => document.getElementById('told').textContent = JSON.stringify(value);"
    file.write_text(
        f'<!doctype html><meta charset="utf-8"><pre id="told"></pre><script>{tell}</script>{page}', encoding="utf-8"
    )
    browser = program("chromium")
    assert browser is not None
    ran = subprocess.run(
        [browser, *_FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", file.as_uri()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    found = re.search(r'<pre id="told">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert found is not None, ran.stdout[:2000]
    assert found[1], f"the page said nothing: {ran.stdout[:2000]}"
    return json.loads(html.unescape(found[1]))


def embedded(value: object) -> str:
    """A value for a script of the page."""
    return json.dumps(value).replace("<", "\\u003c")
