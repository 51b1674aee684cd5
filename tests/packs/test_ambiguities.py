"""The table of what the sources leave open, held against the registers, the packs and the scenarios.

Whatever asks a question, a statement of a register or a rule of a pack, stands in it; whatever it names is there; and
each reading makes a difference in a scenario that the table names.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest

from rulesengine import load_pack
from rulesengine.analysis.readings import readings_of
from rulesengine.engine import Engine
from rulesengine.loading import read_pack
from rulesengine.loading.citing import parts_of
from rulesengine.loading.merge import offered_readings
from rulesengine.simulation import load_scenario

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "decisions" / "ambiguities.md"
SCENARIOS = ROOT / "tests" / "scenarios"
PACKS = sorted(path.stem for path in (ROOT / "policies").glob("*.yaml") if "\npack: " in path.read_text())
#: which pack a statement belongs to, and which one plays its rules; a template is played by a pack that extends it
OF = {
    "RK": "rakuten",
    "RX": "rakuten",
    "KL": "kaufland",
    "KX": "kaufland",
    "MM": "mediamarkt",
    "MS": "mediamarkt",
    "MX": "mediamarkt",
    "MK": "mirakl",
    "GN": "marketplace",
}
PLAYED_BY = {
    "rakuten": "rakuten",
    "kaufland": "kaufland",
    "mediamarkt": "mediamarkt",
    "mirakl": "mediamarkt",
    "marketplace": str(ROOT / "tests" / "packs" / "valid" / "workshop.yaml"),
}
#: the pages that the registers begin with
SEEDS = {"RK", "KL", "MM", "MS", "GN"}


class Row(msgspec.Struct, frozen=True):
    """One statement: its id, what is open, the verdict, the rules with their readings, the scenarios."""

    id: str
    open: str
    verdict: str
    where: dict[str, tuple[str, ...]]
    told_by: tuple[str, ...]

    @property
    def kind(self) -> str:
        if self.verdict.startswith("no: "):
            return "no change"
        if any(self.where.values()):
            return "readings"
        return "settled" if "settled by" in self.verdict else "asked only"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


@cache
def rows() -> dict[str, Row]:
    found = [cells(line) for line in TABLE.read_text().splitlines() if re.match(r"\| [A-Z]{2}-\d+ \|", line)]
    assert all(len(row) == 5 for row in found)
    assert len({row[0] for row in found}) == len(found)
    return {
        id: Row(id, open, verdict, dict(map(rule_of, filter(None, where.split("; ")))), tuple(names(told)))
        for id, open, verdict, where, told in found
    }


def rule_of(cell: str) -> tuple[str, tuple[str, ...]]:
    rule, _, readings = cell.partition(":")
    return rule.strip("` "), tuple(filter(None, map(str.strip, readings.split(","))))


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def pack_of(row: Row) -> str:
    return OF[row.id[:2]]


def named(pack: str) -> dict[str, set[str]]:
    """The rules that the rows of a pack name, and those of what it extends or what extends it, with their readings."""
    found: dict[str, set[str]] = {}
    for row in rows().values():
        if PLAYED_BY[pack_of(row)] == PLAYED_BY[pack]:
            for rule, readings in row.where.items():
                found.setdefault(rule, set()).update(readings)
    return found


@cache
def statements() -> dict[str, str]:
    """Every statement with its question."""
    found = {}
    for pack in PACKS:
        register = (ROOT / "policies" / "sources" / f"{pack}.yaml").read_text()
        for id, body in re.findall(r"^  ([A-Z]{2}-\d+):\n((?:    .*\n|\n)+)", register, re.MULTILINE):
            found[id] = "question" if re.search(r"^    question:", body, re.MULTILINE) else ""
    return found


def test_every_row_is_a_statement_and_every_statement_with_a_question_has_a_row() -> None:
    asking = {id for id, question in statements().items() if question}
    assert (sorted(asking - set(rows())), sorted(set(rows()) - set(statements()))) == ([], [])


def test_every_verdict_is_one_of_four_and_gives_its_reason() -> None:
    for row in rows().values():
        assert row.open, row
        assert re.match(r"no: .{10}|yes$|yes[,;] .{10}", row.verdict), row
        if row.kind == "asked only":
            assert "asked only: " in row.verdict or "setting of each operator" in row.verdict, row
        assert set(re.findall(r"[A-Z]{2}-\d+", row.verdict)) <= set(statements()), row
        assert bool(row.told_by) == (row.kind == "readings"), row


def test_the_counts_above_the_table_are_those_of_the_table() -> None:
    text = TABLE.read_text()
    for seeds, name in ((True, "of the pages that the registers begin with"), (False, "of other sources")):
        counted = Counter(row.kind for row in rows().values() if (row.id[:2] in SEEDS) is seeds)
        (line,) = (line for line in text.splitlines() if line.startswith(f"| {name}"))
        kinds = [counted[kind] for kind in ("no change", "readings", "settled", "asked only")]
        assert [int(cell) for cell in cells(line)[1:]] == [sum(kinds), *kinds]


@pytest.mark.parametrize("pack", PACKS)
def test_every_question_of_a_pack_is_in_the_table_and_every_rule_of_the_table_in_a_pack(pack: str) -> None:
    read, _ = read_pack(pack)
    assert read is not None
    asking = {part.name for part in parts_of(read.document) if part.question}
    assert sorted(asking - set(named(pack))) == []
    known = {part.name for part in parts_of(load_pack(PLAYED_BY[pack]).document)}
    assert sorted(set(named(pack)) - known) == []


@pytest.mark.parametrize("pack", sorted(set(PLAYED_BY.values())))
def test_every_reading_is_in_the_table_and_told_apart_by_a_scenario_it_names(pack: str) -> None:
    engine = Engine(load_pack(pack))
    mine = [row for row in rows().values() if PLAYED_BY[pack_of(row)] == pack]
    offered = {(of, name) for of, names in offered_readings(engine.pack.document).items() for name in names}
    pairs = {(rule, reading) for row in mine for rule, readings in row.where.items() for reading in readings}
    assert pairs == offered

    folders = {name for name, by in PLAYED_BY.items() if by == pack}
    names = {name for row in mine for name in row.told_by}
    # a template and a pack on it may have a scenario of the same name each
    files = [path for folder in sorted(folders) for path in (SCENARIOS / folder).glob("*.yaml") if path.stem in names]
    stories = {path: load_scenario(path) for path in files}
    assert {path.stem for path in files} == names
    for row in mine:
        chosen = {
            pair for path, story in stories.items() if path.stem in row.told_by for pair in story.readings.items()
        }
        assert {(rule, reading) for rule, readings in row.where.items() for reading in readings} <= chosen, row
    for reading in readings_of(engine, list(stories.values())).readings:
        telling = {Path(told.file).stem for told in reading.told}
        assert any(
            story.readings.get(reading.of) == reading.name for path, story in stories.items() if path.stem in telling
        ), reading.of
