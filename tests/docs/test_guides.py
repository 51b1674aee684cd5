"""The guide to writing a pack keeps its promises: files are shown whole, and every addition is sound."""

import re
from pathlib import Path

import pytest

from rulesengine import check_pack, simulate
from rulesengine.simulation import parse_scenario

ROOT = Path(__file__).resolve().parents[2]
FIRST = ROOT / "docs" / "examples" / "first"
GUIDE = (ROOT / "docs" / "write-a-policy.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
FILES = ["shop.yaml", "sources.yaml", "unanswered.yaml"]
HEAD, ADDITIONS = BLOCKS[len(FILES)], BLOCKS[len(FILES) + 1 :]


@pytest.mark.parametrize(("name", "shown"), list(zip(FILES, BLOCKS, strict=False)))
def test_the_guide_shows_the_files_as_they_are(name: str, shown: str) -> None:
    assert shown == (FIRST / name).read_text()


@pytest.mark.parametrize("addition", ADDITIONS, ids=lambda text: " ".join(text.split())[:40])
def test_every_addition_makes_a_sound_pack(addition: str, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text((FIRST / name).read_text())
    (tmp_path / "try.yaml").write_text(HEAD + addition)
    assert [f"{found.span.line}: {found.message}" for found in check_pack(tmp_path / "try.yaml")] == []


def test_there_is_an_addition_for_every_part_of_the_language() -> None:
    told = "\n".join(ADDITIONS)
    for key in ("under", "sets", "raises", "suspends", "grace", "remind", "counting", "total", "times", "not_after"):
        assert f"{key}:" in told, key


def test_the_other_reading_changes_what_the_readme_says_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    file = ROOT / "docs/examples/three_working_days.yaml"
    line = "readings: {amicable_phase: working}\n"
    text = file.read_text()
    assert line in text
    escalated = []
    for told in (text, text.replace(line, "")):
        entries = simulate(parse_scenario(told, str(file))).timelines[0].entries
        escalated += [f"{one.at:%A}" for entry in entries if (one := entry.decision) and one.deadline == "claim.solve"]
    assert escalated == ["Wednesday", "Monday"]


def test_the_guide_shows_the_indicators_that_are_counted() -> None:
    shown = next(addition for addition in ADDITIONS if addition.startswith("indicators:"))
    assert (FIRST / "indicators.yaml").read_text().endswith(f"\n{shown}")
