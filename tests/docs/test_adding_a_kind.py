"""The guide to a new kind of rule is followed to the letter in a copy of the project, and comes out as it says."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "add-a-kind-of-rule.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def changed(text: str, part: str) -> str:
    """The text with one part of a change made: the lines it keeps and takes away stand there once."""
    lines = part.strip("\n").split("\n")
    before = "\n".join(line[1:] for line in lines if line[:1] != "+") + "\n"
    after = "\n".join(line[1:] for line in lines if line[:1] != "-") + "\n"
    assert text.count(f"\n{before}") == 1, before
    return text.replace(f"\n{before}", f"\n{after}")


def test_the_story_comes_out_as_told(tmp_path: Path) -> None:
    blocks = BLOCK.findall(GUIDE)
    for folder in ("rulesengine", "schema", "docs/examples/meaning"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for kind, text in blocks:
        if kind == "diff":
            head, *parts = text.split("@@\n")
            file = tmp_path / head.removeprefix("--- ").strip()
            for part in parts:
                file.write_text(changed(file.read_text(), part))
    ((_, pack), (_, command), (_, told)) = [block for block in blocks if block[0] != "diff"]
    (tmp_path / "docs/examples/meaning/urging.yaml").write_text(pack)
    ran = subprocess.run(
        [sys.executable, "-m", *shlex.split(command.replace("\\\n", ""))],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == (told, "")
