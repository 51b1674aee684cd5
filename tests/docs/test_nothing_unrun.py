"""No page shows what nobody runs: a block of code is run here, stands in a file that is, or has a test of its own.

`test_docs.py` runs what pages print on the console and in Python. A new kind of block, or YAML that stands in no file,
fails here until it is one of these.
"""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_docs import PAGES, ROOT, blocks

from rulesengine import check_pack
from rulesengine.cli import main

#: what a test of its own runs or compares, by page and kind of block; the test names the page
ELSEWHERE = {
    "README.md": {"yaml": "test_docs.py"},
    "write-a-policy.md": {"yaml": "test_guides.py"},
    "in-ci.md": {"yaml": "test_pages_for_teams.py"},
    "add-a-kind-of-rule.md": dict.fromkeys(("diff", "yaml", "sh", "text"), "test_adding_a_kind.py"),
    "first-pack.md": dict.fromkeys(("sh", "text", "diff"), "test_first_pack.py"),
    "in-your-editor.md": dict.fromkeys(("sh", "yaml", "json"), "test_first_pack.py"),
    "test-your-packs.md": dict.fromkeys(("sh", "text", "ini"), "test_page_on_tests.py"),
    "draw-a-process.md": {"sh": "test_pages_for_teams.py", "mermaid": "test_pages_for_teams.py"},
}
#: files that are checked or played by this test or by `rulesengine test`, so that showing a part of one is enough
HELD = ("docs/examples/**/*.yaml", "policies/*.yaml", "tests/mutants/*.yaml", "tests/scenarios/**/*.yaml")
FENCE = re.compile(r"^\s*(`{3,}|~{3,})", re.MULTILINE)
#: a line of a list of commands, with what it does beside it
LISTED = re.compile(r"^ {4}(rulesengine .*?)(?: {2,}.*)?$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("**/*.yaml"))


@cache
def held() -> str:
    files = sorted(file for pattern in HELD for file in ROOT.glob(pattern))
    return "\n\n".join(file.read_text() for file in files)


def stands_in_a_file(text: str) -> bool:
    """Whether a file that is held has these lines one after the other, perhaps further to the right."""
    lines = text.rstrip("\n").split("\n")
    shifted = ("\n".join(" " * by + line if line else line for line in lines) for by in range(0, 12, 2))
    return any(re.search(rf"^{re.escape(part)}$", held(), re.MULTILINE) for part in shifted)


def unrun(page: Path) -> list[str]:
    """The blocks of a page that nothing runs."""
    found = blocks(page)
    elsewhere = ELSEWHERE.get(page.name, {})
    left = []
    for number, (kind, text) in enumerate(found):
        run = (
            kind in ("console", "python")
            or (kind == "text" and number > 0 and found[number - 1][0] == "python")
            or kind in elsewhere
            or (kind == "yaml" and stands_in_a_file(text))
            # see below
            or (kind == "sh" and all(line.startswith("rulesengine ") for line in text.splitlines()))
        )
        if not run:
            left.append(f"{kind}: {text[:60]}")
    return left


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_is_run(page: Path) -> None:
    assert unrun(page) == [], "show a part of a file that is held, or name in ELSEWHERE the test that runs it"
    # every fence is one of a block that was looked at: at the margin, and with its kind
    assert len(FENCE.findall(page.read_text())) == 2 * len(blocks(page))


@pytest.mark.parametrize(("name", "kinds"), ELSEWHERE.items(), ids=lambda value: str(value)[:20])
def test_a_test_of_its_own_is_there(name: str, kinds: dict[str, str]) -> None:
    (page,) = [page for page in PAGES if page.name == name]
    for kind, test in kinds.items():
        assert kind in {kind for kind, _ in blocks(page)}
        assert name in (Path(__file__).parent / test).read_text()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("```yaml\nnobody: knows this\n```\n", 1),
        ("```sh\nrulesengine check\nrm -rf build\n```\n", 1),
        ("```text\nprinted by nothing\n```\n", 1),
        ("```json\n{}\n```\n", 1),
        ("```python\nprint(1)\n```\n\n```text\n1\n```\n", 0),
        ("```console\n$ rulesengine --version\n```\n", 0),
    ],
)
def test_a_block_that_nothing_runs_is_found(text: str, left: int, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    assert len(unrun(page)) == left


def listed(page: Path) -> list[str]:
    """The commands that a page lists without what they print."""
    shell = [] if "sh" in ELSEWHERE.get(page.name, {}) else [text for kind, text in blocks(page) if kind == "sh"]
    return [*LISTED.findall(FENCED.sub("", page.read_text())), *shell]


@pytest.mark.parametrize("page", [page for page in PAGES if listed(page)], ids=lambda page: page.name)
def test_the_commands_in_a_list_run(page: Path, tmp_path: Path) -> None:
    """One after the other, in a copy of the project's folder."""
    for folder in ("docs", "policies", "schema", "tests/scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    program = f'rulesengine() {{ "{sys.executable}" -m rulesengine "$@"; }}'
    ran = subprocess.run(
        ["sh", "-ec", "\n".join([program, *listed(page)])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_example_is_sound(example: Path) -> None:
    text = example.read_text()
    if re.search(r"^pack:", text, re.MULTILINE) and not re.search(r"^scenario:", text, re.MULTILINE):
        assert check_pack(example) == []
    elif re.search(r"^scenario:", text, re.MULTILINE):
        result = CliRunner().invoke(main, ["test", str(example)])
        assert result.exit_code == 0, result.output
    else:
        assert re.search(r"^register:", text, re.MULTILINE)
