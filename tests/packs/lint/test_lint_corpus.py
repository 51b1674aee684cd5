"""Planted defects: each file names the findings it must get, in the manner of the broken packs beside this folder."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from rulesengine.analysis.lint import CODES, lint
from rulesengine.diagnostics import CATALOGUE, Diagnostic
from rulesengine.loading import check_pack

HERE = Path(__file__).parent
PAGES = HERE.parents[2] / "docs" / "codes"
POLICIES = [p for p in sorted(HERE.parents[2].joinpath("policies").glob("*.yaml")) if p.stem != "vocabulary"]
PLANTED = sorted(HERE.glob("*.yaml"))
ON = datetime.date(2026, 3, 1).toordinal()


@cache
def findings(file: Path) -> tuple[Diagnostic, ...]:
    errors = tuple(check_pack(file))
    return errors or tuple(one.diagnostic for one in lint(file, on=ON).advice)


def wanted(file: Path) -> list[tuple[str, str, str]]:
    """Code, underlined text and `line:column`."""
    found = []
    lines = file.read_text(encoding="utf-8").splitlines()
    for line in lines:
        match = re.fullmatch(r"# expect: (R[EL]\d{3}) '(.*)'(?: at (\d+:\d+))?", line)
        if match is None:
            break
        code, text, place = match.groups()
        if not place:
            body = "\n".join("" if line.startswith("#") else line for line in lines)
            # the place at which it is declared or asked for comes first
            number = body[: body.index(text)].count("\n")
            place = f"{number + 1}:{lines[number].index(text) + 1}"
        found.append((code, text, place))
    return found


def places(found: Iterable[Diagnostic]) -> list[tuple[str, str, str]]:
    return [(d.code, underlined(d), f"{d.span.line}:{d.span.column}") for d in found]


def underlined(finding: Diagnostic) -> str:
    place = finding.span
    line = Path(place.file).read_text(encoding="utf-8").split("\n")[place.line - 1]
    return line[place.column - 1 : place.end_column - 1 if place.end_line == place.line else None]


def test_there_are_many_planted_defects() -> None:
    assert sum(len(wanted(file)) for file in PLANTED) >= 45


@pytest.mark.parametrize("file", PLANTED, ids=lambda file: file.stem)
def test_a_planted_defect_is_found_at_its_place_and_nothing_else(file: Path) -> None:
    assert places(findings(file)) == wanted(file)
    for finding in findings(file):
        assert finding.severity == CATALOGUE[finding.code][0]
        assert finding.message.endswith(".")
        assert finding.help


def test_nothing_is_advised_on_a_sound_pack() -> None:
    assert lint(HERE / "base" / "stall.yaml", on=ON).advice == ()


# what only a solver can tell


def test_what_a_solver_finds_is_left_open_without_one() -> None:
    solving = pytest.importorskip("rulesengine.analysis.lint.solving", reason="z3 is not installed")
    for file in sorted((HERE / "solver").glob("*.yaml")):
        quick, slow = lint(file, on=ON), lint(file, on=ON, solver=solving.Terms)
        assert quick.advice == ()
        assert quick.unseen
        assert places(one.diagnostic for one in slow.advice) == wanted(file)
        assert slow.unseen == ()


def test_the_values_that_prove_it_are_shown() -> None:
    solving = pytest.importorskip("rulesengine.analysis.lint.solving", reason="z3 is not installed")
    (gap,) = lint(HERE / "solver" / "gap.yaml", on=ON, solver=solving.Terms).advice
    assert re.search(r"When price is [0-9.]+ and limit is [0-9.]+, nothing takes 'pack'", gap.diagnostic.message)
    overlap, _ = lint(HERE / "solver" / "overlap.yaml", on=ON, solver=solving.Terms).advice
    price, limit = map(float, re.findall(r"is ([0-9.]+)", overlap.diagnostic.message))
    assert limit * 0.9 + 7 < price <= limit


# the packs that come along


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_nothing_is_advised_on_the_packs_that_come_along(file: Path) -> None:
    told = lint(file, on=ON)
    assert told.errors == ()
    assert [one.diagnostic for one in told.advice] == []


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_the_solver_has_nothing_to_add_on_them(file: Path) -> None:
    solving = pytest.importorskip("rulesengine.analysis.lint.solving", reason="z3 is not installed")
    told = lint(file, on=ON, solver=solving.Terms)
    assert [one.diagnostic for one in told.advice] == []
    assert told.unseen == ()


# codes and pages


def test_every_advice_is_given_on_a_planted_defect_and_no_other_is_in_the_catalogue() -> None:
    found = {d.code for file in PLANTED for d in findings(file)}
    assert {code for code in found if code.startswith("RL")} == CODES
    assert {code for code in CATALOGUE if code.startswith("RL")} == CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_example_of_a_page_gets_its_advice_and_mended_it_does_not(code: str, tmp_path: Path) -> None:
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    wrong, right = re.findall(r"^```yaml\n(.*?)\n?```$", text, re.MULTILINE | re.DOTALL)
    file, indent = standing_in(wrong, code)
    (tmp_path / "base").symlink_to(HERE / "base", target_is_directory=True)
    copy = tmp_path / file.name
    whole = file.read_text(encoding="utf-8")
    copy.write_text(whole.replace(textwrap.indent(wrong, indent), textwrap.indent(right, indent)), encoding="utf-8")
    assert code in {d.code for d in findings(file)}
    assert [d.message for d in findings(copy) if d.code == code or d.severity == "error"] == []


def standing_in(example: str, code: str) -> tuple[Path, str]:
    """The file of a code in which its example stands, and how it is indented there."""
    for file in PLANTED:
        for indent in ("", "  ", "    ", "      ", "        ", "          "):
            shown = textwrap.indent(example, indent)
            if file.stem.startswith(code) and f"\n{shown}\n" in file.read_text(encoding="utf-8"):
                return file, indent
    raise AssertionError(f"no file of {code} holds the example of its page")
