"""Every example of the documentation is run: commands print what is shown, Python prints what is shown, files exist.

`test_nothing_unrun.py` finds the block that is neither.
"""

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from rulesengine.cli import main

ROOT = Path(__file__).resolve().parents[2]
#: all but the pages of codes, whose examples `tests/packs` checks
PAGES = [ROOT / "README.md", *(page for page in sorted(ROOT.glob("docs/**/*.md")) if page.parent.name != "codes")]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text())


def commands() -> list[tuple[str, str, str]]:
    found = []
    for page in PAGES:
        for kind, text in blocks(page):
            if kind == "console":
                # a long command goes on in the next line after a backslash
                command, _, output = text.replace("\\\n", "").partition("\n")
                found.append((page.name, command, output))
    return found


def test_there_are_examples_to_run() -> None:
    assert {page for page, _, _ in commands()} >= {"README.md", "simulate-a-scenario.md"}


@pytest.mark.parametrize(("page", "command", "output"), commands(), ids=lambda value: str(value)[:40])
def test_a_command_prints_what_is_shown(page: str, command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert command.startswith("$ rulesengine "), f"{page}: {command}"
    result = CliRunner().invoke(main, shlex.split(command.removeprefix("$ rulesengine ")))
    assert result.output == output
    assert result.exit_code == 0


@pytest.mark.parametrize("page", [page for page in PAGES if any(kind == "python" for kind, _ in blocks(page))], ids=str)
def test_python_prints_what_is_shown(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = blocks(page)
    for (kind, code), (after, shown) in zip(found, [*found[1:], ("", "")], strict=True):
        if kind == "python":
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(code, str(page), "exec"), {"__name__": "example"})
            assert (after, printed.getvalue()) == ("text", shown)


def test_what_the_readme_shows_of_files_stands_in_them() -> None:
    scenario, *rules = [text for kind, text in blocks(ROOT / "README.md") if kind == "yaml"]
    assert scenario == (ROOT / "docs/examples/three_days.yaml").read_text()
    policy = (ROOT / "policies/rakuten.yaml").read_text()
    assert rules
    for rule in rules:
        assert rule in policy


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (page.parent / target).exists(), target
