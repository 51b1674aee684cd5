"""Packs made to keep the checks busy: they are answered in time, whatever they say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from time import process_time

import pytest

from rulesengine.loading import check_pack

HEAD = """\
pack: large
title: Larger than life
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Paris
currency: EUR
actors: [a, b]
"""
BODY = """\
processes:
  p:
    facts: {w: number, x: number, y: number, z: number}
    states: {s: {}, e: {final: true}}
    transitions:
      open: {from: new, to: s, by: a, assumed: x}
      end: {from: s, to: e, by: a, assumed: x}
"""


def rules(count: int, text: str) -> str:
    """A rule for each number; `[n]` is its number and `[n+1]` the next."""
    return "".join("      " + text.replace("[n]", str(n)).replace("[n+1]", str(n + 1)) + "\n" for n in range(count))


MANY_STATES = ", ".join(f"state_number_{n}: {{}}" for n in range(490))
TANGLED = "".join(
    f"      t{n}: {{from: any, by: system, raises: {[f't{(n * 7 + k) % 600}' for k in range(40)]}, assumed: x}}\n"
    for n in range(600)
)
PACKS = {
    "one event in hundreds of ways": (
        BODY
        + rules(
            600,
            "t[n]: {event: go, from: s, to: s, sets: {w: [n]}, by: b, optional: [w, x, y, z], "
            "when: w * x + y * z == [n] and w * x + y * z == [n+1], assumed: x}",
        ),
        {},
    ),
    "events that all raise each other": (BODY + TANGLED, {"RE504": 1}),
    "a long chain, and deadlines that begin it anywhere": (
        BODY
        + rules(600, "t[n]: {from: s, by: system, raises: [t[n+1]], assumed: x}")
        + "      t600: {from: s, by: system, assumed: x}\n    deadlines:\n"
        + rules(600, "d[n]: {while: s, after: 1 day, then: t[n], assumed: x}"),
        {},
    ),
    "a way through hundreds of states": (
        "processes:\n  p:\n    states: {" + MANY_STATES + ", e: {final: true}}\n    transitions:\n"
        "      open: {from: new, to: state_number_0, by: a, assumed: x}\n"
        "      end: {from: any, to: e, by: a, assumed: x}\n"
        + rules(489, "t[n]: {from: state_number_[n], to: state_number_[n+1], by: a, assumed: x}"),
        {},
    ),
    "every name misspelled": (
        "processes:\n  p:\n    states: {" + MANY_STATES + ", e: {final: true}}\n    transitions:\n"
        "      open: {from: new, to: e, by: a, assumed: x}\n"
        + rules(600, "t[n]: {from: stat_numer_[n], to: e, by: a, assumed: x}"),
        {"RE301": 100},
    ),
    "too many variants of too many rules": (
        "variants:\n"
        + "".join(f"  v{n}: {{currency: EUR}}\n" for n in range(200))
        + BODY
        + rules(300, "t[n]: {from: s, by: b, assumed: x}"),
        {"RE206": 1},
    ),
}


@pytest.mark.parametrize("name", PACKS)
def test_a_large_pack_is_checked_in_time(name: str, tmp_path: Path) -> None:
    text, codes = PACKS[name]
    file = tmp_path / "large.yaml"
    file.write_text(HEAD + text)
    before = process_time()
    found = check_pack(file)
    assert process_time() - before < 4
    assert Counter(d.code for d in found) == codes
