"""A part of a pack explained: where it stands in a chain of packs, what it means, and what depends on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rulesengine.analysis.explaining import Explanation, explain_part
from rulesengine.analysis.explaining.subjects import all_subjects
from rulesengine.diagnostics import PackError
from rulesengine.loading import read_pack

ROOT = Path(__file__).resolve().parents[3]
SHOP = ROOT / "docs" / "examples" / "first" / "shop.yaml"
STORY = str(SHOP.parent / "unanswered.yaml")
BASE = """
pack: base
title: A base
version: 1.0.0
abstract: true
time_zone: UTC
currency: EUR
actors: [buyer, seller]
parameters:
  most: {value: 10 EUR, assumed: Enough., readings: {twice: 20 EUR}, question: Is it?}
processes:
  sale:
    facts: {price: money}
    conditions: {dear: price > most}
    states:
      open: {title: It is on}
      over: {final: true}
    transitions:
      start: {from: new, to: open, by: buyer, requires: [price], unless: dear, assumed: Somebody starts.}
      stop:
        from: open
        to: over
        by: [seller, system]
        assumed: Somebody stops.
    deadlines:
      patience:
        while: open
        within: 2 days
        owed_by: seller
        then: stop
        assumed: Nobody waits for ever.
"""
ABOVE = """
pack: above
extends: base
title: Above
version: 1.0.0
valid_from: 2026-01-01
processes:
  sale:
    deadlines:
      patience: {within: 3 days}
    conditions: {dear: price >= most}
"""


@pytest.fixture
def above(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "above.yaml").write_text(ABOVE)
    return tmp_path / "above.yaml"


def explained(pack: Path | str, name: str, *stories: str) -> Explanation:
    (found,) = explain_part(pack, name, stories or None)
    return found


def test_what_a_template_said_stands_below_what_overrides_it(above: Path) -> None:
    told = explained(above, "sale.patience")
    assert told.says[0] == "seller: within 3 days"
    here, there = told.written
    assert (Path(here.file).name, here.line, here.role, here.text) == (
        "above.yaml",
        10,
        "here",
        "patience: {within: 3 days}",
    )
    assert (Path(there.file).name, there.role) == ("base.yaml", "overridden")
    assert there.text.splitlines()[:3] == ["patience:", "  while: open", "  within: 2 days"]
    assert there.text.splitlines()[-1] == "  assumed: Nobody waits for ever."


def test_an_inherited_part_stands_where_it_was_written(above: Path) -> None:
    (only,) = explained(above, "sale.stop").written
    assert (Path(only.file).name, only.role, only.end_line - only.line) == ("base.yaml", "here", 4)


def test_what_a_chain_takes_away_is_told(above: Path) -> None:
    above.write_text(ABOVE.replace("{within: 3 days}", "null"))
    with pytest.raises(PackError) as fault:
        explain_part(above, "sale.patience")
    assert (
        fault.value.diagnostics[0].help == "base has it, and above.yaml:10 takes it away: explain base sale.patience."
    )


def test_a_parameter_is_used_through_a_condition(above: Path) -> None:
    told = explained(above, "most")
    assert [(one.rule, one.how) for one in told.dependents] == [("sale.start", "uses a condition that rests on it")]
    assert [(one.of, one.reading, one.written) for one in told.readings] == [("most", "twice", "20 EUR")]
    used = explained(above, "sale.start")
    assert [one.name for one in used.parameters] == ["most"]
    assert ("dear", "condition", "price >= most") in [(one.name, one.kind, one.text) for one in used.means]


def test_a_state_names_what_leads_to_it_and_what_is_possible_in_it(above: Path) -> None:
    depends = {(one.rule, one.how) for one in explained(above, "sale.open").dependents}
    assert depends == {
        ("sale.start", "leads to it"),
        ("sale.stop", "possible in it"),
        ("sale.patience", "its clock runs in it"),
    }
    assert explained(above, "sale.over").says[-1] == "the end: nothing can happen in it"


def test_who_awaits_an_event(above: Path) -> None:
    depends = [(one.rule, one.how) for one in explained(above, "sale.stop").dependents]
    assert depends == [("sale.patience", "otherwise stop happens by itself")]


def test_a_bare_name_is_looked_for_in_every_process(above: Path) -> None:
    assert explained(above, "patience").name == "sale.patience"
    assert [one.name for one in explain_part("rakuten", "escalate")] == ["item.escalate", "claim.escalate"]


def test_scenarios_that_exercise_a_rule_and_those_that_do_not() -> None:
    story = explained(SHOP, "complaint.no_more_than_paid", STORY).scenarios
    assert story is not None
    assert [(one.file, one.steps) for one in story] == [(STORY, (2,))]
    assert explained(SHOP, "complaint.close", STORY).scenarios == ()
    assert explained(SHOP, "complaint.close").scenarios is None


def test_a_statement_names_what_carries_it() -> None:
    told = explained("rakuten", "RK-37")
    assert (told.kind, [one.rule for one in told.dependents]) == ("statement", ["discount_share", "discount.cap"])


@pytest.mark.parametrize(
    ("name", "help"),
    [("sale.patienc", "Did you mean 'sale.patience'?"), ("shop.patience", "Did you mean 'sale.patience'?")],
)
def test_a_misspelled_name(above: Path, name: str, help: str) -> None:
    with pytest.raises(PackError) as fault:
        explain_part(above, name)
    assert fault.value.diagnostics[0].help == help


@pytest.mark.parametrize("pack", ["rakuten", "marketplace"])
def test_every_part_of_a_pack_can_be_explained(pack: str) -> None:
    found, _ = read_pack(pack)
    assert found is not None
    names = list(dict.fromkeys(subject.name for subject in all_subjects(found.document)))
    for name in names[:: max(1, len(names) // 6)]:
        for told in explain_part(pack, name):
            assert told.written, name
            assert told.says, name
