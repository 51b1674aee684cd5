"""Pages for somebody who begins: `first-pack.md` is walked as it stands, and what `in-your-editor.md` shows holds."""

import contextlib
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulesengine.cli import main

ROOT = Path(__file__).resolve().parents[2]
WALK = (ROOT / "docs" / "first-pack.md").read_text()
EDITOR = (ROOT / "docs" / "in-your-editor.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: words by which a page says how many commands it has
NUMBERS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]


def run(line: str, folder: Path) -> Result:
    program, *words = shlex.split(line)
    assert program == "rulesengine"
    with contextlib.chdir(folder):
        return CliRunner().invoke(main, words)


def steps(page: str) -> Iterator[tuple[str, str, str]]:
    """Each block of a page: its kind, its text, and the file named last in a sentence that ends before it."""
    after, file = 0, ""
    for match in BLOCK.finditer(page):
        named = re.findall(r"In `([^`]+)`:", " ".join(page[after : match.start()].split()))
        file = named[-1] if named else file
        after = match.end()
        yield match[1], match[2], file


def edited(file: Path, change: str) -> None:
    """What a block of changes asks for; the lines as they are stand in the file once."""
    before, after = ("".join(f"{line[1:]}\n" for line in change.split("\n") if line[:1] == sign) for sign in "-+")
    text = file.read_text()
    assert text.count(before) == 1, f"{file.name}: {before}"
    file.write_text(text.replace(before, after))


def test_the_walk_leads_from_nothing_to_a_pack_that_is_checked_tested_and_drawn(tmp_path: Path) -> None:
    commands = []
    shown = ""
    for kind, text, file in steps(WALK):
        if kind == "sh":
            for line in text.splitlines():
                commands.append(line)
                ran = run(line, tmp_path)
                assert ran.stderr == "", line
                # the one that shows what is not filled in yet
                assert ran.exit_code == (1 if "error RE203" in ran.stdout else 0), line
            shown = ran.stdout
        elif kind == "text":
            assert shown == text, commands[-1]
        else:
            assert kind == "diff"
            edited(tmp_path / file, text)
    assert len(commands) < 20
    assert NUMBERS.index(re.search(r"in (\w+) commands", WALK)[1]) + 10 == len(commands)  # type: ignore[index]
    for told, seen in (("check", "nothing to complain about in 1 pack\n"), ("test", "3 scenarios, all hold\n")):
        assert run(f"rulesengine {told}", tmp_path).stdout == seen
    picture = (tmp_path / "harbour.svg").read_text()
    for word in ("placed", "cancelled", "refunded", "3 working days"):
        assert word in picture
    for word in ("check", "test", "graph", "new pack", "new process", "new rule", "new scenario", "simulate"):
        assert any(line.startswith(f"rulesengine {word}") for line in commands), word


def test_before_it_is_finished_every_step_of_the_walk_says_so(tmp_path: Path) -> None:
    assert run("rulesengine new pack harbour", tmp_path).exit_code == 0
    told = run("rulesengine check", tmp_path).stdout
    for key in ("title", "valid_from", "time_zone", "currency", "within"):
        assert f"Nothing stands behind '{key}'." in told
    told = run("rulesengine test", tmp_path).stdout
    for key in ("start", "after", "expect"):
        assert f"Nothing stands behind '{key}'." in told
    assert run("rulesengine graph harbour", tmp_path).exit_code == 1
    assert run("rulesengine new scenario harbour order.finish", tmp_path).exit_code == 1


def test_what_the_page_on_editors_shows_leads_where_it_says(tmp_path: Path) -> None:
    commands = [line for kind, text, _ in steps(EDITOR) if kind == "sh" for line in text.splitlines()]
    assert sum(line.endswith(" --watch") for line in commands) == 1
    for line in commands:
        ran = run(line.removesuffix(" --watch"), tmp_path)
        assert (ran.exit_code, ran.stdout, ran.stderr) == (0, "", "")
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json")}
    (settings,) = [json.loads(text) for kind, text, _ in steps(EDITOR) if kind == "json"]
    assert {key.removeprefix("./") for key in settings["yaml.schemas"]} == written
    files = re.findall(
        r"`((?:policies|tests)/[^`]+\.yaml)`:\n\n```yaml\n# yaml-language-server: \$schema=(.*)\n```", EDITOR
    )
    assert len(files) == 2
    for file, schema in files:
        assert (tmp_path / file).parent.joinpath(schema).resolve().relative_to(tmp_path.resolve()).as_posix() in written


@pytest.mark.parametrize("page", [WALK, EDITOR], ids=["first-pack", "in-your-editor"])
def test_every_block_of_the_pages_is_of_a_kind_that_is_looked_at(page: str) -> None:
    assert {kind for kind, _, _ in steps(page)} <= {"sh", "text", "diff", "yaml", "json"}
