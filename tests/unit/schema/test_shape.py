"""What is told about documents of the wrong shape: the code, the underlined text, the help, and nothing twice."""

from __future__ import annotations

import time
from pathlib import Path
from textwrap import dedent

import pytest

from rulesengine.diagnostics import Diagnostic, Span
from rulesengine.document import read, read_file
from rulesengine.loading.shape import Kind, check_shape, kind_of
from rulesengine.resources import policies_folder

HEAD = """\
pack: shop
title: Shop
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Paris
currency: EUR
actors: [buyer, seller]
"""
PROCESS = """\
processes:
  order:
    states:
      open: {}
      done: {final: true}
    transitions:
      place: {from: new, to: open, by: buyer, source: A-1}
      finish: {from: open, to: done, by: seller, source: A-2}
"""
SCENARIO = """\
scenario: A story
pack: shop
start: 2026-03-02 09:00
"""
REGISTER = """\
register: shop
documents: {help: {title: Help pages}}
statements:
"""


def pack(more: str = "") -> str:
    return HEAD + PROCESS + indented(more)


def indented(more: str) -> str:
    return "".join(f"    {line}\n" for line in dedent(more).strip("\n").split("\n")) if more else ""


def scenario(steps: str) -> str:
    return SCENARIO + "steps:\n" + dedent(steps).strip("\n") + "\n"


def told(text: str, kind: Kind = "pack", *, merged: bool = False) -> list[Diagnostic]:
    node, found = read(text, "f.yaml")
    assert node is not None
    assert [d for d in found if d.severity == "error"] == []
    return check_shape(node, kind, merged=merged)


def marks(text: str, kind: Kind = "pack") -> list[tuple[str, str]]:
    return [(d.code, cut(text, d.span)) for d in told(text, kind)]


def cut(text: str, span: Span) -> str:
    assert span.line == span.end_line
    return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize("path", sorted(policies_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_packs_have_the_right_shape(path: Path) -> None:
    node, _ = read_file(path)
    assert node is not None
    assert check_shape(node, kind_of(node) or "pack") == []


def test_a_small_pack_is_right() -> None:
    assert told(pack()) == []


DEADLINES = [
    ("a: {while: open, source: A-1}", [("RE202", "a")]),
    ("a: {while: open, within: 3, owed_by: seller, source: A-1}", [("RE203", "3")]),
    ("a: {while: open, within: 3 days, source: A-1}", [("RE207", "within")]),
    ("a: {while: open, within: 3 days, after: 3 days, source: A-1}", [("RE207", "after")]),
    ("a: {while: open, after: 3 days, source: A-1}", [("RE207", "after")]),
    ("a: {while: open, after: 3 days, then: finish, owed_by: seller, source: A-1}", [("RE207", "owed_by")]),
    ("a: {within: 3 days, owed_by: seller}", [("RE202", "a"), ("RE315", "a")]),
    ("a: {while: open, witin: 3 days, owed_by: seller, source: A-1}", [("RE201", "witin")]),
    ("a: {while: open, within: 3 days, owed_by: seller, ends: midnight, source: A-1}", [("RE204", "midnight")]),
    (
        "a: {while: open, within: 3 days, owed_by: seller, ends: end_of_day, counting: legal, source: A-1}",
        [("RE207", "counting")],
    ),
    ("a:", [("RE203", "a")]),
    ("a: soon", [("RE203", "soon")]),
    ("a: [soon]", [("RE203", "[")]),
]


@pytest.mark.parametrize(("rule", "expected"), DEADLINES)
def test_deadlines(rule: str, expected: list[tuple[str, str]]) -> None:
    assert marks(pack(f"deadlines:\n  {rule}")) == expected


LIMITS = [
    ("a: {event: finish, source: A-1}", [("RE202", "a")]),
    ("a: {event: finish, value: x, source: A-1}", [("RE207", "value")]),
    ("a: {event: finish, value: x, at_most: 5, times: 3, source: A-1}", [("RE207", "times")]),
    ("a: {event: finish, at_most: 5, source: A-1}", [("RE207", "at_most")]),
    ("a: {event: finish, times: -1, source: A-1}", [("RE206", "-1")]),
    ("a: {event: finish, times: 1, per: order, source: A-1}", [("RE204", "order")]),
    ("a: {event: finish, not_after: 3 days, source: A-1}", [("RE205", "3 days")]),
    ("a: {event: finish, refuse_when: x, only_when: y, source: A-1}", [("RE207", "only_when")]),
    ("a: {event: finish, refuse_when: x, per: case, source: A-1}", [("RE207", "per")]),
    ("a: {event: finish, total: a.b, source: A-1}", [("RE207", "total")]),
    ("a: {event: finish, requires: [], source: A-1}", [("RE206", "[]")]),
]


@pytest.mark.parametrize(("rule", "expected"), LIMITS)
def test_limits(rule: str, expected: list[tuple[str, str]]) -> None:
    assert marks(pack(f"limits:\n  {rule}")) == expected


FACTS = [
    ("a: mony", [("RE204", "mony")]),
    ("a: 5", [("RE203", "5")]),
    ("a: {choice: [x, y], type: text}", [("RE207", "type")]),
    ("a: {choice: [x, x]}", [("RE204", "x")]),
    ("a: {choice: [x y]}", [("RE205", "x y")]),
    ("a: {list_of: money}", [("RE204", "money")]),
    ("a: {default: 0}", [("RE202", "a")]),
    ("a: {type: money, pattern: x}", [("RE207", "money")]),
    ("Seller-Name: text", [("RE205", "Seller-Name")]),
]


@pytest.mark.parametrize(("fact", "expected"), FACTS)
def test_facts(fact: str, expected: list[tuple[str, str]]) -> None:
    assert marks(pack(f"facts:\n  {fact}")) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.0.0", "1.0", [("RE203", "1.0")]),
        ("1.0.0", "one", [("RE205", "one")]),
        ("EUR", "eur", [("RE205", "eur")]),
        ("final: true", "final: yes", [("RE203", "yes")]),
        ("final: true", "final: 1", [("RE203", "1")]),
        ("from: new", "form: new", [("RE201", "form")]),
        ("from: new, ", "", [("RE202", "place")]),
        ("source: A-1", "source: a1", [("RE205", "a1")]),
        (", source: A-1", "", [("RE315", "place")]),
        ("source: A-1", "assumed: nobody says", []),
        ("to: done", "to: Done", [("RE205", "Done")]),
        ("to: done", "to: [done]", [("RE203", "[")]),
        ("to: done", "to: ", [("RE203", "to")]),
        ("by: seller", "by: [seller, seller]", [("RE204", "seller")]),
        ("[buyer, seller]", "[buyer, 5]", [("RE203", "5")]),
        ("currency: EUR\n", "", [("RE202", "p")]),
        ("pack: shop\n", "", [("RE202", "t")]),
        ("    transitions:", "    transitons:", [("RE201", "transitons")]),
        ("processes:", "proceses:", [("RE201", "proceses")]),
        ("  order:", "  Order:", [("RE205", "Order")]),
        ("valid_from: 2026-01-01", "valid_from: 1.1.2026", [("RE205", "1.1.2026")]),
        ("title: Shop", "title: " + "x" * 301, [("RE206", "x" * 301)]),
        ("title: Shop", 'title: ""', [("RE206", '""')]),
    ],
)
def test_packs(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    text = pack().replace(old, new, 1)
    assert marks(text) == expected


def test_what_is_below_a_misspelled_key_is_checked_too() -> None:
    text = (
        pack().replace("transitions:", "transitons:").replace("form: new", "from: new").replace("to: done", "too: Done")
    )
    assert marks(text) == [("RE201", "transitons"), ("RE201", "too"), ("RE205", "Done")]


def test_a_key_of_another_rule_is_said_to_be_one() -> None:
    found = told(pack().replace("to: done", "to: done, owed_by: seller"))
    assert [d.code for d in found] == ["RE201"]
    assert "'owed_by' is a key of: deadline." in found[0].help


def test_a_key_that_stands_there_already_is_not_taken_twice() -> None:
    found = told(pack().replace("to: done", "to: done, form: open"))
    assert found[0].help == "Did you mean 'from'? It stands here already."


@pytest.mark.parametrize(
    ("old", "new", "help"),
    [
        ("from: new", "form: new", "Did you mean 'from'?"),
        ("final: true", "final: yes", "Write true"),
        ("to: done", "to: Done", "Write 'done'."),
        ("actors: [buyer, seller]", "actors: buyer", "Put it in brackets: [buyer]."),
        ("to: done", "to: true", '"true"'),
        ("version: 1.0.0", "version: 1.0", "1.0.0"),
        ("to: done", "to: ", "For example: to: settled"),
    ],
)
def test_the_help_says_what_to_write(old: str, new: str, help: str) -> None:
    assert help in told(pack().replace(old, new, 1))[0].help


def test_a_decimal_comma_is_understood() -> None:
    text = pack("limits:\n  a: {event: finish, value: x, one_of: [1], times: '0,5', source: A-1}")
    assert [d.code for d in told(text)] == ["RE207"]
    found = told(SCENARIO + "given: [{process: a, facts: {x: {y: 1}}}]\nsteps: [{after: 1 day}]\n", "scenario")
    assert [d.code for d in found] == ["RE203"]


def test_a_pack_that_extends_may_leave_out_and_take_away() -> None:
    text = "pack: shop\nextends: base\nprocesses: {order: {transitions: {place: {when: x, to: null}, ship: null}}}\n"
    assert told(text) == []
    codes = {d.code for d in told(text, merged=True)}
    assert codes == {"RE202", "RE203", "RE315"}


def test_a_misspelled_extends_hides_nothing() -> None:
    assert marks("pack: shop\nextnds: base\nprocesses: {order: {facts: {a: null}}}\n") == [("RE201", "extnds")]


def test_a_template_need_not_say_where_and_when() -> None:
    assert told("pack: base\nabstract: true\n") == []
    assert {d.code for d in told("pack: base\nabstract: false\n")} == {"RE202"}


def test_readings_and_variants_may_take_away() -> None:
    rule = "{while: open, since: x, within: 1 day, owed_by: seller, source: A-1, readings: {b: {since: null}}}"
    assert told(pack(f"deadlines:\n  a: {rule}")) == []


SCENARIOS = [
    ("- {event: claim.open, expect: accepted}", [("RE207", "event")]),
    ("- {event: claim.open, by: buyer, expect: acepted}", [("RE204", "acepted")]),
    ("- {after: 1 hour, at: 2026-03-02 10:00}", [("RE207", "at")]),
    ("- {at: noon}", [("RE205", "noon")]),
    ("- {}", [("RE206", "{}")]),
    ("- {expect: {refsued: [claim.x]}}", [("RE201", "refsued")]),
    ("- {expect: {deu: {claim.solve: 2026-03-02 09:00}}}", [("RE201", "deu")]),
    ("- {expect: {fird: [claim.solve]}}", [("RE201", "fird")]),
    ("- {expect: {claim: {stat: open}}}", [("RE201", "stat")]),
    ("- {expect: {claim: open}}", [("RE203", "open")]),
    ("- {expect: {claim: {state: open}, claim/2: null, fired: [], overdue: claim.answer}}", []),
    ("- {expect: {accepted: true, refused: [x]}}", [("RE207", "refused")]),
    ("- {expect: refused}", []),
    ("- nothing", [("RE203", "nothing")]),
]


@pytest.mark.parametrize(("step", "expected"), SCENARIOS)
def test_scenarios(step: str, expected: list[tuple[str, str]]) -> None:
    assert marks(scenario(step), "scenario") == expected


def test_a_scenario_without_steps() -> None:
    assert marks(SCENARIO, "scenario") == [("RE202", "s")]


def test_a_boundary_is_of_one_rule() -> None:
    text = scenario("- {after: 1 day}") + "boundaries: {deadline: a.b, limit: c.d}\n"
    assert marks(text, "scenario") == [("RE207", "limit")]


STATEMENTS = [
    ("RK-1: {document: help, says: Something, modality: must}", []),
    ("RK-1: {document: help, says: Something, modality: auto}", [("RE204", "auto")]),
    ("RK-1: {document: help, says: Something}", [("RE202", "RK-1")]),
    ("rk1: {document: help, says: Something, modality: must}", [("RE205", "rk1")]),
    ("RK-1: {document: help, says: 3, modality: must}", [("RE203", "3")]),
    ("RK-1: {document: help, says: Something, modality: must, not_rule: x}", [("RE201", "not_rule")]),
]


@pytest.mark.parametrize(("statement", "expected"), STATEMENTS)
def test_registers(statement: str, expected: list[tuple[str, str]]) -> None:
    assert marks(f"{REGISTER}  {statement}\n", "register") == expected


@pytest.mark.parametrize("text", ["word", "[]", "5", "true", "[{pack: x}]"])
def test_a_document_that_is_no_map(text: str) -> None:
    for kind in ("pack", "scenario", "register", "vocabulary"):
        assert [d.code for d in told(text, kind)] == ["RE203"]  # type: ignore[arg-type]


def test_messages_are_not_those_of_the_library() -> None:
    texts = [
        pack(f"{section}:\n  {rule}")
        for section, rules in (("deadlines", DEADLINES), ("limits", LIMITS), ("facts", FACTS))
        for rule, _ in rules
    ]
    findings = [d for text in texts for d in told(text)]
    findings += [d for step, _ in SCENARIOS for d in told(scenario(step), "scenario")]
    assert len(findings) > 40
    for found in findings:
        assert found.message[-1] == "."
        assert found.help
        for words in (
            "is not of type",
            "is a required",
            "additional prop",
            "schema",
            "does not match",
            "None",
            "Decimal",
            "OrderedDict",
            "{'",
        ):
            assert words not in found.message + found.help


HOSTILE = {
    "unknown keys": "".join(f"k{i}: x\n" for i in range(45_000)),
    "unknown rules": "processes:\n"
    + "".join(
        f"  p{i}:\n    transitions:\n" + "".join(f"      t{j}: {{form: a}}\n" for j in range(900)) for i in range(20)
    ),
    "bad names": "processes:\n" + "".join(f"  K{i}: {{}}\n" for i in range(33_000)),
    "mixed items": "actors: [" + "{a: 1},3," * 12_000 + "x]",
    "long text": "title: " + "a" * 900_000,
    "long name": "processes:\n  ? " + "a" * 900_000 + "\n  : {}\n",
    "long value": "processes: {a: {limits: {b: {event: x, not_after: 'a" + " " * 900_000 + "'}}}}",
    "long choice": "processes: {a: {facts: {b: " + "a" * 900_000 + "}}}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_answered_in_time(name: str) -> None:
    node, _ = read(HOSTILE[name], "f.yaml")
    assert node is not None
    start = time.process_time()
    found = check_shape(node, "pack")
    assert time.process_time() - start < 2
    assert 0 < len(found) <= 200
    assert all(len(d.message) < 500 and len(d.help) < 1000 for d in found)


def test_eight_hundred_lines_are_checked_fast() -> None:
    node, _ = read_file(policies_folder() / "rakuten.yaml")
    assert node is not None
    check_shape(node, "pack")
    best = 1.0
    for _ in range(3):
        start = time.process_time()
        check_shape(node, "pack")
        best = min(best, time.process_time() - start)
    assert best < 0.15
