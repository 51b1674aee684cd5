"""The built documentation: its references leave nothing out of what they are made from, and it has no way outside."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import rulesengine
from rulesengine.case import REASON_CODES
from rulesengine.cli import main
from rulesengine.diagnostics import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from manual import codes, commands, doors, outside, python, schemas  # noqa: E402

SCHEMAS = sorted(file.name.removesuffix(".schema.json") for file in (ROOT / "schema").glob("*.schema.json"))
#: parts of a schema that only forbid or demand what is declared elsewhere
DEMANDS = {"if", "then", "else", "not", "allOf", "dependentSchemas", "examples"}


def declared(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every key that a schema declares, as the path to it."""
    if isinstance(node, list):
        return
    for word, below in node.items():
        if word in DEMANDS or word.startswith("whole_"):
            continue
        if word == "properties":
            for key, value in below.items():
                yield (*path, key), value
                yield from declared(value, (*path, key))
        elif isinstance(below, dict):
            yield from declared(below, (*path, word))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_of_a_schema_stands_in_its_reference(name: str) -> None:
    page = schemas.page(name)
    keys = list(declared(json.loads((ROOT / "schema" / f"{name}.schema.json").read_text())))
    assert len(keys) > 10
    for path, node in keys:
        assert re.search(rf"(^````{{key}} .*\.|`){path[-1]}(`|$)", page, re.MULTILINE), path
        if "description" in node:
            assert commands.escaped(node["description"]) in page, path


def test_a_key_stands_in_the_section_of_its_map() -> None:
    page = schemas.page("pack")
    for key in ("deadline.within", "limit.at_most", "transition.raises", "suspension.only", "calendar.opening"):
        assert page.count(f"{{key}} {key}\n") == 1
    assert "{key} scenario.step.at\n" in schemas.page("scenario")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_link_inside_of_a_reference_leads_somewhere(name: str) -> None:
    page = schemas.page(name)
    targets = set(re.findall(r"^\((.+)\)=$", page, re.MULTILINE))
    assert set(re.findall(r"\]\(#(.+?)\)", page)) <= targets


def test_there_is_a_page_for_each_schema() -> None:
    for name in SCHEMAS:
        assert f"<!-- made here: schema {name} -->" in (ROOT / "docs" / "reference" / f"{name}.md").read_text()


def test_every_command_and_option_stands_in_the_reference() -> None:
    page = commands.page()
    context = click.Context(main, info_name="rulesengine")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        told = page.partition(f"## rulesengine {name}\n")[2].partition("\n## ")[0]
        assert f"rulesengine {name}" in told
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.opts[0] in told, (name, option.opts)


def test_every_export_stands_in_the_reference_with_words_of_its_own() -> None:
    grouped = [name for names in python.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(rulesengine.__all__)
    for name in grouped:
        assert getattr(rulesengine, name).__doc__, name


def test_every_part_of_the_exact_meaning_is_shown_by_the_engine() -> None:
    _, *parts = re.split(r"^## ", (ROOT / "docs" / "language.md").read_text(), flags=re.MULTILINE)
    assert len(parts) > 10
    for part in parts:
        assert re.search(r"^```(console|python)$", part, re.MULTILINE), part.split("\n")[0]


def test_every_code_stands_in_the_list() -> None:
    page = codes.page()
    for code, (severity, title) in CATALOGUE.items():
        assert f"| [{code}](codes/{code}.md) | {severity} | {title} |" in page


def test_every_reason_of_a_refusal_is_explained() -> None:
    assert set(re.findall(r"^## (\w+)$", (ROOT / "docs" / "reasons.md").read_text(), re.MULTILINE)) == set(REASON_CODES)


def test_every_page_stands_behind_a_door() -> None:
    assert doors.behind_no_door() == [], "write a line for the page in docs/index.md, in the section of its readers"


def test_the_three_doors_are_there() -> None:
    found = doors.doors((ROOT / "docs" / "index.md").read_text())
    assert list(found) == ["For policy authors", "For developers", "For services", "To look things up"]
    assert all(found.values())


@pytest.mark.parametrize(
    ("name", "text", "addresses"),
    [
        ("a.html", '<script src="https://example.org/a.js"></script>', ["https://example.org/a.js"]),
        ("a.html", '<link rel="stylesheet" href="//example.org/a.css">', ["//example.org/a.css"]),
        ("a.html", '<a href="https://example.org">out</a>', ["https://example.org"]),
        ("a.html", "<style>p { background: url(https://example.org/a.png) }</style>", ["https://example.org/a.png"]),
        ("a.html", "<p style=\"background: url('https://example.org/a')\">", ["https://example.org/a"]),
        ("a.html", "<script>fetch('https://example.org/a')</script>", ["https://example.org/a"]),
        ("a.html", '<img srcset="https://example.org/a.png 2x">', ["https://example.org/a.png 2x"]),
        ("a.css", '@import "https://example.org/font.css";', ["https://example.org/font.css"]),
        ("a.css", "@font-face { src: url('//example.org/a.woff2') }", ["//example.org/a.woff2"]),
        ("a.js", 'import("https://example.org/a.js")', ["https://example.org/a.js"]),
        ("a.svg", '<svg><image href="https://example.org/a.png"/></svg>', ["https://example.org/a.png"]),
        ("a.html", '<svg xmlns="http://www.w3.org/2000/svg"><use href="#x"/></svg><p>https://example.org</p>', []),
        ("a.html", '<a href="b.html#c">in</a><script src="_static/a.js"></script>', []),
        ("a.css", "p { background: url(data:image/png;base64,AAAA) } /* https://example.org */", []),
        ("a.js", 'document.createElementNS("http://www.w3.org/2000/svg", "svg") // see https://example.org', []),
    ],
)
def test_an_outside_address_is_found(name: str, text: str, addresses: list[str], tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert [address for _, address in outside.outside(tmp_path)] == addresses


def test_a_folder_without_pages_is_no_documentation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert outside.main(str(tmp_path)) == 1
    (tmp_path / "index.html").write_text("<p>nothing outside</p>")
    assert outside.main(str(tmp_path)) == 0
    assert capsys.readouterr().out.endswith(f"1 pages in {tmp_path}, no outside addresses\n")
