"""Broken files: each names the findings it must get, at the text that is wrong; so do the pages of codes.

A file of `invalid/` begins with lines such as `# expect: RE301 'amicabel'`, one for each finding, in order, with
` at line:column` where the text stands more than once and ` in file` where it lies in another file; after any of them
`# help: …` with what the help has to say.
"""

from __future__ import annotations

import json
import re
import textwrap
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from rulesengine.cli import main
from rulesengine.diagnostics import CATALOGUE, Diagnostic, PackError
from rulesengine.loading import check_pack, load_pack
from rulesengine.simulation import load_scenario, play
from rulesengine.vocabulary import check_vocabulary

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "codes"
VALID = [*sorted((HERE / "valid").glob("*.yaml")), *sorted((HERE / "valid" / "vocabularies").glob("*.yaml"))]
PACKS = sorted((HERE / "invalid").glob("*.yaml"))
SCENARIOS = sorted((HERE / "invalid" / "scenarios").glob("*.yaml"))
VOCABULARIES = sorted((HERE / "invalid" / "vocabularies").glob("*.yaml"))
#: codes whose page shows no YAML that could be checked: what is wrong is the file as a whole, or far too long to show
NO_YAML = {"RE101", "RE102", "RE103", "RE106", "RE111", "RE403", "RE515", "RE901"}


@cache
def findings(file: Path) -> tuple[Diagnostic, ...]:
    if file.parent.name == "vocabularies":
        return tuple(check_vocabulary(file))
    if file.parent.name != "scenarios":
        return tuple(check_pack(file))
    try:
        play(load_scenario(file))
    except PackError as error:
        return tuple(error.diagnostics)
    return ()


class Wanted(NamedTuple):
    """A finding that a file asks for."""

    code: str
    text: str
    file: Path
    place: str
    help: str


def wanted(file: Path) -> list[Wanted]:
    found: list[Wanted] = []
    lines = file.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if match := re.fullmatch(r"# expect: (RE\d{3}) '(.*)'(?: at (\d+:\d+))?(?: in (\S+))?", line):
            code, text, place, other = match.groups()
            if not place and not other:
                body = "\n".join("" if line.startswith("#") else line for line in lines)
                assert body.count(text) == 1, f"'{text}' stands more than once: say at which line:column"
                number = body[: body.index(text)].count("\n")
                place = f"{number + 1}:{lines[number].index(text) + 1}"
            found.append(Wanted(code, text, file.parent / other if other else file, place or "", ""))
        elif match := re.fullmatch(r"# help: (.+)", line):
            found[-1] = found[-1]._replace(help=match[1])
        else:
            break
    return found


def underlined(finding: Diagnostic) -> str:
    """The text at a finding's place; of several lines the first."""
    place = finding.span
    line = Path(place.file).read_text(encoding="utf-8").split("\n")[place.line - 1]
    return line[place.column - 1 : place.end_column - 1 if place.end_line == place.line else None]


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.stem)
def test_a_good_pack_has_no_findings(file: Path) -> None:
    assert findings(file) == ()


@pytest.mark.parametrize("file", [*PACKS, *SCENARIOS, *VOCABULARIES], ids=lambda file: file.stem)
def test_a_broken_file_gets_exactly_its_findings(file: Path) -> None:
    asked = wanted(file)
    assert asked, "the file names no finding"
    found = findings(file)
    assert [(d.code, underlined(d), Path(d.span.file)) for d in found] == [want[:3] for want in asked]
    for finding, want in zip(found, asked, strict=True):
        assert want.place in ("", f"{finding.span.line}:{finding.span.column}")
        assert want.help in finding.help
        assert finding.message
        assert finding.help
        assert finding.severity == CATALOGUE[finding.code][0]


def test_there_are_many_broken_packs() -> None:
    assert len(PACKS) >= 40


# what cannot be kept as a file


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    assert [d.code for d in check_pack(tmp_path / "nowhere.yaml")] == ["RE101"]
    assert [d.code for d in check_pack(tmp_path)] == ["RE101"]


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    file.write_text("pack: large\n" + "# nothing but words\n" * 600_000)
    assert [d.code for d in check_pack(file)] == ["RE102"]


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes("pack: bad\ntitle: Café\n".encode("latin-1"))
    (finding,) = check_pack(file)
    assert (finding.code, finding.span.line, finding.span.column) == ("RE103", 2, 11)


def test_a_file_that_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "empty.yaml"
    file.write_text("# nothing yet\n")
    assert [d.code for d in check_pack(file)] == ["RE111"]


def test_a_template_is_not_run() -> None:
    with pytest.raises(PackError) as error:
        load_pack(HERE / "valid" / "template.yaml")
    assert [d.code for d in error.value.diagnostics] == ["RE515"]


def test_a_line_that_is_no_case(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text('\n{"pack": "shop"}\n')
    arguments = ["indicators", str(HERE / "valid" / "shop.yaml"), str(file), "--at", "2026-06-01", "--format", "json"]
    (found,) = json.loads(CliRunner().invoke(main, arguments).stdout)["diagnostics"]
    assert (found["code"], found["line"]) == ("RE901", 2)


# codes and pages

MADE_ABOVE = {"RE101", "RE102", "RE103", "RE515", "RE901"}
#: advice is tried with the files of `lint/`
CHECKED = {code for code in CATALOGUE if code.startswith("RE")}


def test_every_code_is_raised_by_a_broken_file() -> None:
    raised = {d.code for file in (*PACKS, *SCENARIOS, *VOCABULARIES) for d in findings(file)}
    assert raised | MADE_ABOVE == CHECKED


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(CATALOGUE)


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_page_says_what_the_code_means(code: str) -> None:
    severity, title = CATALOGUE[code]
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}: {title}\n\nSeverity: {severity}\n\n")
    assert len(re.findall(r"^```\w+\n", text, re.MULTILINE)) == 2


@pytest.mark.parametrize("code", sorted(CHECKED - NO_YAML))
def test_the_example_of_a_page_is_wrong_and_mended_it_is_right(code: str, tmp_path: Path) -> None:
    """The first block of a page stands in a broken file of its code; with the second in its place nothing is wrong."""
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    wrong, right = re.findall(r"^```yaml\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    checked, file, indent = standing_in(wrong, code)
    assert code in {d.code for d in findings(checked)}
    (tmp_path / "valid").symlink_to(HERE / "valid", target_is_directory=True)
    for original in {checked, file}:
        copy = tmp_path / original.relative_to(HERE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = original.read_text(encoding="utf-8")
        copy.write_text(text.replace(textwrap.indent(wrong, indent), textwrap.indent(right, indent)), encoding="utf-8")
    assert findings(tmp_path / checked.relative_to(HERE)) == ()


def standing_in(example: str, code: str) -> tuple[Path, Path, str]:
    """The broken file of a code, the file in which an example stands (it or its register), and how it is indented."""
    for checked in (*PACKS, *SCENARIOS, *VOCABULARIES):
        if checked.stem.startswith(code):
            for file in (checked, *(checked.parent / "registers").glob(f"{code}*.yaml")):
                for indent in ("", "  ", "    ", "      ", "        "):
                    if f"\n{textwrap.indent(example, indent)}\n" in file.read_text(encoding="utf-8"):
                        return checked, file, indent
    raise AssertionError(f"no broken file of {code} holds the example of its page")
