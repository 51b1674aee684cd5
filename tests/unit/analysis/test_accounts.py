"""Packs held against their registers, through chains of packs, and counted."""

from pathlib import Path

import pytest

from rulesengine.analysis.sources import Account, Counts, Statement, account, total
from rulesengine.diagnostics import PackError

BASE = """
pack: base
abstract: true
register: base_sources.yaml
actors: [buyer, seller]
parameters:
  time: {value: 2 days, source: BS-2, question: Which days?}
processes:
  order:
    facts: {reason: {type: text, source: BS-4}}
    states: {open: {title: Open, source: BS-5}, done: {final: true}}
    transitions:
      place: {from: new, to: open, by: buyer, source: BS-1}
      finish: {from: open, to: done, by: seller, source: BS-1, assumed: Somebody has to.}
    deadlines:
      ship: {while: open, within: time, owed_by: seller, source: BS-2}
    limits:
      once: {event: place, times: 1, per: case, assumed: One is enough.}
"""
BASE_SOURCES = """
register: base
documents:
  help: {title: Help}
statements:
  BS-1: {document: help, says: Orders are placed and finished., modality: may}
  BS-2: {document: help, says: Two days to ship., modality: must, certainty: unclear, question: Which days?}
  BS-3: {document: help, says: Be polite., modality: must, not_a_rule: Nobody can measure it.}
  BS-4: {document: help, says: There are reasons., modality: may}
  BS-5: {document: help, says: Orders are open at first., modality: automatic}
"""
SHOP = """
pack: shop
extends: base
title: Shop
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Berlin
currency: EUR
register: shop_sources.yaml
processes:
  order:
    transitions:
      finish: {source: SH-1}
    deadlines: {ship: {source: SH-1}}
"""
SHOP_SOURCES = """
register: shop
documents:
  terms: {title: Terms}
statements:
  SH-1: {document: terms, section: "4", says: Orders are shipped soon., modality: must, certainty: outside}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (
        ("base", BASE),
        ("base_sources", BASE_SOURCES),
        ("shop", SHOP),
        ("shop_sources", SHOP_SOURCES),
    ):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def change(file: Path, old: str, new: str) -> Path:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return file


def statement(told: Account, id: str) -> Statement:
    return next(one for one in told.statements if one.id == id)


def test_a_statement_names_all_that_carries_it(folder: Path) -> None:
    told = account(folder / "base.yaml")
    assert {one.id: (one.status, one.rules) for one in told.statements} == {
        "BS-1": ("carried", ("order.place", "order.finish")),
        "BS-2": ("carried", ("time", "order.ship")),
        "BS-3": ("explained", ()),
        "BS-4": ("carried", ("order.reason",)),
        "BS-5": ("carried", ("order.open",)),
    }
    unsure = statement(told, "BS-2")
    assert (unsure.document, unsure.certainty, unsure.question) == ("Help", "unclear", "Which days?")
    assert statement(told, "BS-1").certainty == "stated"
    assert told.found == ()


def test_a_rule_names_what_it_rests_on(folder: Path) -> None:
    told = {part.name: part for part in account(folder / "base.yaml").parts}
    assert {(part.kind, name) for name, part in told.items()} == {
        ("parameter", "time"),
        ("fact", "order.reason"),
        ("state", "order.open"),
        ("transition", "order.place"),
        ("transition", "order.finish"),
        ("deadline", "order.ship"),
        ("limit", "order.once"),
    }
    assert [id for id, _ in told["order.finish"].source] == ["BS-1"]
    assert told["order.finish"].assumed == "Somebody has to."
    assert told["order.once"].source == ()
    assert told["time"].question == "Which days?"


def test_a_statement_of_the_base_is_carried_by_the_rule_that_was_inherited(folder: Path) -> None:
    told = account(folder / "shop.yaml")
    assert [Path(file).name for file in told.registers] == ["shop_sources.yaml", "base_sources.yaml"]
    assert statement(told, "SH-1").rules == ("order.finish", "order.ship")
    assert statement(told, "BS-1").rules == ("order.place",)
    assert told.found == ()


def test_what_a_pack_takes_from_its_base_is_said_to_be_replaced(folder: Path) -> None:
    change(folder / "base.yaml", "value: 2 days, source: BS-2", "value: 2 days, assumed: So.")
    left = statement(account(folder / "shop.yaml"), "BS-2")
    assert (left.rules, left.replaced, left.status) == ((), ("order.ship",), "carried")


def test_every_statement_counts_once(folder: Path) -> None:
    both = total([account(folder / "shop.yaml"), account(folder / "base.yaml")])
    assert (both.statements, both.carried, both.explained, both.unaccounted) == (6, 5, 1, 0)
    assert both.certainty == {"stated": 4, "outside": 1, "unclear": 1}
    assert both.documents == {
        "Terms": Counts(statements=1, carried=1, explained=0, unaccounted=0),
        "Help": Counts(statements=5, carried=4, explained=1, unaccounted=0),
    }
    assert both.questions == 1
    # those of the base, and the two that the shop changes
    assert (both.rules, both.cited, both.assumed, both.without_source) == (7, 6, 3, 0)


def test_what_one_pack_explains_and_another_carries_is_carried(folder: Path) -> None:
    change(folder / "shop.yaml", "      finish: {source: SH-1}", "      finish: {source: [SH-1, BS-3]}")
    assert statement(account(folder / "shop.yaml"), "BS-3").rules == ("order.finish",)
    both = total([account(folder / "base.yaml"), account(folder / "shop.yaml")])
    assert (both.carried, both.explained) == (6, 0)


def test_a_statement_nothing_carries_points_into_its_register(folder: Path) -> None:
    change(folder / "base.yaml", "source: BS-4", "title: Why")
    for pack in ("base", "shop"):
        told = account(folder / f"{pack}.yaml")
        assert statement(told, "BS-4").status == "unaccounted"
        assert [(one.code, Path(one.span.file).name, one.span.line) for one in told.found] == [
            ("RE701", "base_sources.yaml", 9)
        ]
        assert total([told]).unaccounted == 1


def test_a_pack_may_carry_what_its_base_leaves_open(folder: Path) -> None:
    change(folder / "base.yaml", "source: BS-4", "title: Why")
    change(folder / "shop.yaml", "source: SH-1}}", "source: [SH-1, BS-4]}}")
    assert account(folder / "shop.yaml").found == ()
    assert account(folder / "base.yaml").found != ()


def test_a_rule_without_a_source_points_into_the_pack_of_the_chain(folder: Path) -> None:
    change(folder / "shop.yaml", "finish: {source: SH-1}", "finish: {source: null, assumed: null}")
    told = account(folder / "shop.yaml")
    assert [(one.code, Path(one.span.file).name, one.span.line) for one in told.found] == [("RE315", "shop.yaml", 13)]
    assert total([told]).without_source == 1
    change(folder / "base.yaml", ", source: BS-1, assumed: Somebody has to.", "")
    for pack in ("base", "shop"):
        with pytest.raises(PackError) as error:
            account(folder / f"{pack}.yaml")
        assert [(one.code, Path(one.span.file).name) for one in error.value.diagnostics] == [("RE315", "base.yaml")]


def test_facts_may_be_called_like_words_of_the_language(folder: Path) -> None:
    change(folder / "base.yaml", "actors:", "context: {seller: {source: text, question: text}}\nactors:")
    change(folder / "base.yaml", "facts: {", "facts: {source: text, assumed: {type: text}, ")
    told = account(folder / "base.yaml")
    assert told.found == ()
    assert {part.name for part in told.parts if part.kind == "fact"} == {"order.reason"}


def test_what_cannot_be_read_is_an_error(folder: Path) -> None:
    (folder / "base_sources.yaml").write_text("register: [")
    with pytest.raises(PackError):
        account(folder / "shop.yaml")
