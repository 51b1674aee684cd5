"""A pack and its schema in the language server that editors use: what it completes, explains, and complains about."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from language_server import LanguageServer

from rulesengine.authoring.editor import editor_schema

ROOT = Path(__file__).resolve().parents[2]
SHOP = ROOT / "docs" / "examples" / "first"

pytestmark = pytest.mark.needs("node", "npm:yaml-language-server")

PACK = """\
# yaml-language-server: $schema=pack.json
pack: shop
title: Lantern Market
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Berlin
currency: EUR
actors: [buyer, seller]
parameters:
  time_to_answer: {value: 2 days, source: LM-3}
  share: {value: 0.5, source: LM-6}
register: sources.yaml
processes:
  order:
    facts: {price: money, units: {instances_of: unit}}
    states:
      paid: {title: The buyer has paid}
      done: {final: true}
    transitions:
      pay:
        title: The buyer pays
        from: new
        to: paid
        by: buyer
        requires: [price]
        source: LM-1
      pay_out: {from: paid, to: done, by: system, source: LM-7}
    deadlines:
      dispatch:
        while: paid
        within: time_to_answer
        owed_by: seller
        then: pay_out
        source: [LM-2, LM-3]
  unit:
    under: order
    facts: {reason: {choice: [late, damaged]}}
    states: {open: {title: Somebody complains}, closed: {final: true}}
    transitions:
      open: {from: new, to: open, by: buyer, source: LM-1}
      close: {from: open, to: closed, by: [seller, system], source: LM-1}
"""
STORY = """\
# yaml-language-server: $schema=scenario.json
scenario: An order
pack: shop
start: 2026-03-06 10:00
given:
  - process: order
    state: paid
steps:
  - event: unit.open
    by: buyer
    facts:
      reason: late
    expect:
      unit: {state: open}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("editor")
    (folder / "shop.yaml").write_text(PACK)
    (folder / "sources.yaml").write_text((SHOP / "sources.yaml").read_text())
    for kind in ("pack", "scenario"):
        made = editor_schema(folder / "shop.yaml", kind)  # type: ignore[arg-type]
        assert made is not None
        (folder / f"{kind}.json").write_text(made.text)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with LanguageServer() as running:
        yield running


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def test_a_sound_pack_and_its_scenario_get_no_marks(server: LanguageServer, folder: Path) -> None:
    assert server.findings(folder / "shop.yaml", PACK) == []
    assert server.findings(folder / "story.yaml", STORY) == []


@pytest.mark.parametrize("name", ["rakuten", "marketplace"])
def test_a_shipped_pack_gets_no_marks(name: str, server: LanguageServer, folder: Path) -> None:
    file = ROOT / "policies" / f"{name}.yaml"
    made = editor_schema(file)
    assert made is not None
    (folder / f"{name}.json").write_text(made.text)
    first, _, rest = file.read_text().partition("\n")
    assert "$schema=" in first
    text = f"# yaml-language-server: $schema={name}.json\n{rest}"
    assert server.findings(folder / f"{name}.yaml", text) == []


@pytest.mark.parametrize(
    ("old", "typed", "offered"),
    [
        ("        from: new", "        from: |", {"paid", "done", "new", "any"}),
        ("        to: paid", "        to: |", {"paid", "done"}),
        ("        by: buyer", "        by: |", {"buyer", "seller", "system"}),
        ("requires: [price]", "requires: [|]", {"price", "units"}),
        ("        source: LM-1", "        source: |", {f"LM-{number}" for number in range(1, 9)}),
        ("        source: [LM-2, LM-3]", "        source: [LM-2, |]", {f"LM-{number}" for number in range(1, 9)}),
        ("        while: paid", "        while: |", {"paid", "done"}),
        ("        within: time_to_answer", "        within: |", {"time_to_answer", "unspecified"}),
        ("        owed_by: seller", "        owed_by: |", {"buyer", "seller", "system"}),
        ("        then: pay_out", "        then: |", {"pay", "pay_out"}),
        ("        then: pay_out", "        met_by: [|]", {"pay", "pay_out"}),
        ("        title: The buyer pays", "        raises: [|]", {"unit.close", "order.pay_out", "pay_out"}),
        ("        title: The buyer pays", "        raises: |", {"unit.close", "unit.open", "order.pay", "pay_out"}),
        ("        title: The buyer pays", "        sets:\n          |", {"price", "units"}),
        ("        title: The buyer pays", "        event: |", {"pay", "pay_out"}),
        ("    under: order", "    under: |", {"order", "unit"}),
    ],
)
def test_names_of_the_pack_are_completed(
    old: str, typed: str, offered: set[str], server: LanguageServer, folder: Path
) -> None:
    found = server.completions(folder / "shop.yaml", changed(PACK, old, typed))
    names = {label for label in found if " " not in label}
    assert names >= offered
    # nothing of other packs, as the examples of the general schema are
    assert names - offered <= {"null", "order.pay_out", "order.pay", "pay"}
    # events to raise are explained where one stands alone, and left bare in a list, where there are very many of them
    assert "raises: [" in typed or all(found[name] for name in offered)


@pytest.mark.parametrize(
    ("old", "typed", "offered"),
    [
        ("  - process: order", "  - process: |", {"order", "unit"}),
        ("    state: paid", "    state: |", {"paid", "done"}),
        ("  - event: unit.open", "  - event: |", {"order.pay", "order.pay_out", "unit.open", "unit.close"}),
        ("    by: buyer", "    by: |", {"buyer", "seller", "system"}),
        ("      reason: late", "      |", {"reason"}),
        ("      reason: late", "      reason: |", {"late", "damaged"}),
        ("{state: open}", "{state: |}", {"open", "closed"}),
    ],
)
def test_names_are_completed_in_a_scenario(
    old: str, typed: str, offered: set[str], server: LanguageServer, folder: Path
) -> None:
    found = server.completions(folder / "story.yaml", changed(STORY, old, typed))
    names = {label for label in found if " " not in label}
    assert names >= offered
    assert names - offered <= {"null"}


@pytest.mark.parametrize(
    ("old", "pointed", "shown"),
    [
        ("        to: paid", "        to: pa|id", "The buyer has paid."),
        ("        source: LM-1", "        source: L|M-1", "An order is paid first and then shipped by the seller."),
        ("source: [LM-2, LM-3]", "source: [LM-2, L|M-3]", "A complaint about a shipped order is answered"),
        ("        then: pay_out", "        then: pay|_out", "paid → done, by system."),
        ("        within: time_to_answer", "        within: time|_to_answer", "2 days."),
        ("        owed_by: seller", "        owed_by: sel|ler", "May do unit.close."),
        ("requires: [price]", "requires: [pr|ice]", "Money."),
    ],
)
def test_a_name_is_explained(old: str, pointed: str, shown: str, server: LanguageServer, folder: Path) -> None:
    told = server.hover(folder / "shop.yaml", changed(PACK, old, pointed))
    assert shown in told
    # of this name only
    assert "Allowed" not in told


@pytest.mark.parametrize(
    ("old", "wrong"),
    [
        ("        to: paid", "        to: payd"),
        ("        by: buyer", "        by: buyers"),
        ("requires: [price]", "requires: [prise]"),
        ("source: [LM-2, LM-3]", "source: [LM-2, LM-33]"),
        ("        while: paid", "        while: [paid, donne]"),
        ("        within: time_to_answer", "        within: share"),
        ("        then: pay_out", "        then: payout"),
        ("        title: The buyer pays", "        raises: [unit.clos]"),
        ("        title: The buyer pays", "        sets: {prize: 3}"),
        ("        title: The buyer pays", "        raises: [{event: unit.close, facts: {price: 3}}]"),
    ],
)
def test_a_wrong_name_gets_one_mark_in_its_line(old: str, wrong: str, server: LanguageServer, folder: Path) -> None:
    text = changed(PACK, old, wrong)
    lines = {line for line, _ in server.findings(folder / "shop.yaml", text)}
    assert lines == {text.split("\n").index(next(line for line in text.split("\n") if wrong.strip() in line)) + 1}
