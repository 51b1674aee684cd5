"""The schemas that `rulesengine schema` writes: sound packs and scenarios fit them, and a wrong name does not."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from rulesengine.authoring.editor import editor_schema
from rulesengine.authoring.pack_schema import OWN, PLACES
from rulesengine.authoring.shaping import raw
from rulesengine.cli import main
from rulesengine.document import plain, read_file

ROOT = Path(__file__).resolve().parents[2]
POLICIES = sorted(path for path in (ROOT / "policies").glob("*.yaml") if path.stem != "vocabulary")
EXAMPLES = sorted([*(ROOT / "tests/packs/valid").glob("*.yaml"), *(ROOT / "docs/examples").rglob("*.yaml")])
INVALID = sorted(
    path for pattern in ("RE30*.yaml", "RE310*.yaml") for path in (ROOT / "tests/packs/invalid").glob(pattern)
)
#: what is wrong with these stands inside an expression, in another file, or is known of one event only
BEYOND_SCHEMAS = {
    "RE301-state-in-count",
    "RE302-chain-rule-taken-away",
    "RE302-in-an-expression",
    "RE305-fact-of-another-process",
    "RE305-raised-fact-not-carried",
    "RE307-document-unknown",
    "RE307-register-unknown",
    "RE308-deadline-misspelled",
    "RE309-choice-misspelled",
}
#: of eight scenarios one: all of them take a while, and are alike
SCENARIOS = sorted((ROOT / "tests/scenarios").rglob("*.yaml"))[::8]


def data_of(file: Path) -> Any:
    node, _ = read_file(file)
    assert node is not None

    def number(value: Any) -> float:
        assert isinstance(value, Decimal)
        return float(value)

    return json.loads(json.dumps(plain(node), default=number))


@cache
def schema_for(file: Path, kind: Any = "pack") -> dict[str, Any]:
    made = editor_schema(file, kind)
    assert made is not None
    assert made.unread == ()
    return made.schema


def brief(part: Any) -> Any:
    """The same schema with a list of words in place of each list of constants, which takes a fraction of the time."""
    if isinstance(part, list):
        return [brief(item) for item in part]
    if not isinstance(part, dict):
        return part
    words = part.get("anyOf")
    if isinstance(words, list) and all(isinstance(word, dict) and "const" in word for word in words):
        return {"enum": [word["const"] for word in words]}
    return {key: brief(inner) for key, inner in part.items()}


@cache
def validator(file: Path, kind: Any = "pack") -> Any:
    return Draft202012Validator(brief(schema_for(file, kind)))


def is_pack(file: Path) -> bool:
    return "processes" in (data := data_of(file)) and "pack" in data and "scenario" not in data


# no false alarm


@pytest.mark.parametrize("kind", ["pack", "scenario"])
@pytest.mark.parametrize("file", [ROOT / "policies/marketplace.yaml", ROOT / "docs/examples/first/shop.yaml"], ids=str)
def test_what_is_written_is_a_schema(file: Path, kind: str) -> None:
    schema = schema_for(file, kind)
    Draft202012Validator.check_schema(schema)
    if kind == "pack":
        assert list(Draft202012Validator(schema).iter_errors(data_of(file))) == []


@pytest.mark.parametrize("file", [*POLICIES, *filter(is_pack, EXAMPLES)], ids=lambda path: path.stem)
def test_a_sound_pack_fits_its_own_schema(file: Path) -> None:
    assert [f"{list(e.absolute_path)}: {e.message}" for e in validator(file).iter_errors(data_of(file))] == []


def test_scenarios_fit_the_schema_of_their_pack() -> None:
    packs = {path.stem: path for path in POLICIES}
    looked = 0
    for file in SCENARIOS:
        told = data_of(file)
        pack = packs.get(told["pack"]) or (file.parent / told["pack"]).resolve()
        for error in validator(pack, "scenario").iter_errors(told):
            pytest.fail(f"{file.name}: {list(error.absolute_path)}: {error.message}")
        looked += 1
    assert looked > 50


def test_what_a_scenario_expects_to_be_refused_may_be_unknown() -> None:
    check = validator(ROOT / "docs/examples/first/shop.yaml", "scenario")
    story = {"scenario": "x", "pack": "shop", "start": "2026-03-02"}

    def fits(step: dict[str, Any]) -> bool:
        return bool(check.is_valid({**story, "steps": [{"by": "buyer", **step}]}))

    assert fits({"event": "order.pay", "facts": {"price": 3}})
    assert not fits({"event": "order.pay", "facts": {"prize": 3}})
    assert fits({"event": "order.pay", "facts": {"prize": 3}, "expect": {"refused": ["bad_fact"]}})
    assert not fits({"event": "order.steal"})
    assert fits({"event": "order.steal", "facts": {"x": 1}, "expect": {"before": {"refused": "unknown_event"}}})
    assert not fits({"event": "order.ship", "target": "parcel/1"})
    assert fits({"event": "order.ship", "target": "parcel/1", "expect": {"refused": "unknown_target"}})


# every wrong name

#: keys with names behind them
NAMES = (
    "from",
    "to",
    "by",
    "requires",
    "optional",
    "notifies",
    "while",
    "owed_by",
    "met_by",
    "then",
    "source",
    "raises",
)


def misspelled(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rule with each of its names misspelled in turn, of a list the last one."""
    for key in NAMES:
        value = rule.get(key)
        word = value[-1] if isinstance(value, list) else value
        if isinstance(word, str):
            yield f"{key}: {word}x", {**rule, key: [*value[:-1], word + "x"] if isinstance(value, list) else word + "x"}
    for word in rule.get("sets", {}):
        yield f"sets {word}x", {**rule, "sets": {word + "x": 1}}
    for key in ("within", "after", "grace"):
        if key in rule and rule[key].isidentifier():
            yield f"{key}: {rule[key]}x", {**rule, key: rule[key] + "x"}


@pytest.mark.parametrize("file", POLICIES, ids=lambda path: path.stem)
def test_every_misspelled_name_of_a_shipped_pack_is_flagged(file: Path) -> None:
    schema, looked = brief(schema_for(file)), 0
    registered = "Statements" in schema["$defs"]
    for process, body in data_of(file)["processes"].items():
        for section in ("transitions", "deadlines", "limits"):
            check = Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{process}.{section[:-1]}"})
            for name, rule in (body.get(section) or {}).items():
                if rule is None:
                    continue
                assert check.is_valid(rule), f"{process}.{name}"
                for wrong, other in misspelled(rule):
                    assert not check.is_valid(other) or (wrong.startswith("source") and not registered), (
                        f"{process}.{name}: {wrong}"
                    )
                    looked += 1
    assert looked > 100


@pytest.mark.parametrize("file", INVALID, ids=lambda path: path.stem)
def test_a_name_that_check_does_not_know_is_flagged(file: Path) -> None:
    made = editor_schema(file)
    assert made is not None
    assert Draft202012Validator(made.schema).is_valid(data_of(file)) == (file.stem in BEYOND_SCHEMAS)


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        (("given", 0, "process"), "parcel"),
        (("given", 0, "state"), "sent"),
        (("given", 0, "facts"), {"prize": 30}),
        (("given", 0, "missed"), ["dispach"]),
        (("given", 0, "happened"), {"pey": "2026-03-01"}),
        (("given", 0, "entered"), {"payed": "2026-03-01"}),
        (("steps", 0, "event"), "complaint.oben"),
        (("steps", 0, "by"), "byer"),
        (("steps", 0, "facts"), {"reason": "too_late"}),
        (("steps", 0, "expect"), {"due": {"complaint.repli": None}}),
        (("steps", 1, "expect"), {"refused": "complaint.no_more_then_paid"}),
        (("steps", 1, "expect"), {"refused": "wrong_acter"}),
        (("steps", 1, "expect"), {"accepted": ["complaint.anser"]}),
        (("steps", 1, "expect"), {"missed": "complaint/1.replay"}),
        (("steps", 1, "expect"), {"notified": ["sellar"]}),
        (("steps", 1, "expect"), {"count": {"complaints": 1}}),
        (("steps", 1, "expect"), {"complaint": {"state": "ansered"}}),
        (("steps", 1, "expect"), {"complaint/1": {"facts": {"ofer": 1}}}),
        (("steps", 1, "expect"), {"complain": {"state": "answered"}}),
        (("boundaries",), {"deadline": "complaint.answer"}),
        (("readings",), {"time_to_answer": "workdays"}),
        (("context",), {"seller": {"on_vacation": True}}),
    ],
)
def test_a_wrong_name_in_a_scenario_is_flagged(where: tuple[Any, ...], wrong: Any) -> None:
    shop = ROOT / "docs/examples/first"
    story = data_of(shop / "unanswered.yaml")
    check = validator(shop / "shop.yaml", "scenario")
    assert check.is_valid(story)
    inner = story
    for step in where[:-1]:
        inner = inner[step]
    inner[where[-1]] = wrong
    assert not check.is_valid(story)


# one source


def test_the_schema_of_a_pack_has_every_key_of_the_general_one() -> None:
    general, special = raw("pack")["$defs"], schema_for(ROOT / "policies/rakuten.yaml")["$defs"]
    for part in OWN:
        assert list(special[f"claim.{part}"]["properties"]) == list(general[part]["properties"]), part
        for key, inner in general[part]["properties"].items():
            if "description" in inner:
                assert special[f"claim.{part}"]["properties"][key].get("description") == inner["description"], key


def test_every_place_for_names_in_the_general_schema_has_its_words() -> None:
    """A key that is added to the language and takes names is missed here, before an author misses it."""
    elsewhere = {("transition", "event"), ("transition", "raises"), ("state", "suspends"), ("limit", "states")}
    general = raw("pack")["$defs"]
    kinds = {f"#/$defs/{kind}" for kind in ("name", "names", "event_name", "event_names", "period")}
    found = {
        (part, key) for part in OWN for key, inner in general[part]["properties"].items() if inner.get("$ref") in kinds
    }
    assert found <= PLACES.keys() | elsewhere
    assert all(key in general[part]["properties"] for part, key in PLACES)


# a pack that somebody is writing

HALF = [
    # what is typed, and a state, an event and a fact that are still known
    ("      cancel: {from: paid, to: cancelled", "      cancel: {from: paid, to: "),
    ("      ship: {from: paid, to: shipped, by: seller, requires: [tracking], source: LM-1}", "      shi"),
    ("      cancelled: {final: true}", "      cancelled: {final: true}\n      lost"),
    ("      cancelled: {final: true}", "      cancelled: {final: true}\n      lost:"),
    ("      dispatch: {while: paid,", "      dispatch: {while: [paid,"),
    ("      done: {title: The seller has the money, final: true}", "\tdone: {final: true}"),
    ("    facts: {price: money, tracking: text}", "    facts: {price: money, tracking: text"),
    ("  complaint:\n    under: order", "  complaint\n    under: order"),
    ("time_zone: Europe/Berlin", "time_zone: 'Europe/Berlin"),
    ("processes:\n  order:", "processes: 3\nothers:\n  order:"),
]


@pytest.mark.parametrize(("old", "new"), HALF, ids=[new.strip()[:30] for _, new in HALF])
def test_names_are_read_from_a_half_written_pack(old: str, new: str, tmp_path: Path) -> None:
    text = (ROOT / "docs/examples/first/shop.yaml").read_text()
    assert old in text
    (tmp_path / "shop.yaml").write_text(text.replace(old, new, 1))
    (tmp_path / "sources.yaml").write_text((ROOT / "docs/examples/first/sources.yaml").read_text())
    for kind in ("pack", "scenario"):
        made = editor_schema(tmp_path / "shop.yaml", kind)  # type: ignore[arg-type]
        assert made is not None
        known = json.dumps(made.schema)
        assert '"buyer"' in known
        if "others" not in new:
            assert '"order.pay' in known
    assert "LM-7" in known or kind == "scenario"


def test_a_base_or_a_register_that_is_missing_takes_only_its_own_names_away(tmp_path: Path) -> None:
    pack = tmp_path / "books.yaml"
    pack.write_text("pack: books\nextends: shop\nregister: none.yaml\nprocesses: {gift: {states: {given: {}}}}\n")
    made = editor_schema(pack)
    assert made is not None
    assert "gift.states" in made.schema["$defs"]
    assert "Statements" not in made.schema["$defs"]
    assert len(made.unread) == 2
    assert [file.name for file in made.files] == ["books.yaml", "shop.yaml", "none.yaml"]


@pytest.mark.parametrize("name", ["a/b", "a~b", "#", "", "x" * 300, "$ref", "prototype", "a b", "ä"])
def test_a_strange_name_does_no_harm(name: str, tmp_path: Path) -> None:
    pack = tmp_path / "strange.yaml"
    word = json.dumps(name)
    process = f"{{states: {{{word}: {{}}}}, facts: {{{word}: money}}, transitions: {{{word}: {{by: [{word}]}}}}}}"
    pack.write_text(f"pack: {word}\nprocesses: {{{word}: {process}, order: {process}}}\nparameters: {{{word}: {{}}}}\n")
    for kind in ("pack", "scenario"):
        made = editor_schema(pack, kind)  # type: ignore[arg-type]
        assert made is not None
        Draft202012Validator.check_schema(made.schema)
        list(Draft202012Validator(made.schema).iter_errors(data_of(pack)))


# the command


def run(*args: str) -> Any:
    result = CliRunner().invoke(main, ["schema", *args])
    assert "Traceback" not in result.output
    assert "defect" not in result.output
    return result


def test_the_command_writes_to_the_output_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "schema" / "shop.json"
    shop = str(ROOT / "docs/examples/first/shop.yaml")
    assert (run(shop, "-o", str(file)).exit_code, run(shop, "-o", str(file)).output) == (0, "")
    assert json.loads(file.read_text()) == json.loads(run(shop).output)
    assert json.loads(file.read_text())["$id"] == "urn:rulesengine:shop.pack.schema.json"
    assert json.loads(run(shop, "--for", "scenario").output)["title"] == "Scenario of Lantern Market"
    assert [path.name for path in file.parent.iterdir()] == ["shop.json"]


def test_what_the_command_cannot_do_is_told(tmp_path: Path) -> None:
    empty, folder = tmp_path / "empty.yaml", tmp_path / "folder"
    empty.write_text("- 1\n")
    folder.mkdir()
    assert run("nope").exit_code == 3
    assert run(str(tmp_path / "nope.yaml")).exit_code == 3
    assert (run(str(empty)).exit_code, "no pack" in run(str(empty)).output) == (1, True)
    empty.write_text("")
    assert run(str(empty)).exit_code == 1
    assert run(str(folder)).exit_code == 3
    assert run("rakuten", "--watch").exit_code == 2
    assert run("rakuten", "-o", str(empty / "x.json")).exit_code == 3
    half = tmp_path / "half.yaml"
    half.write_text("pack: half\nactors: [buyer]\nproc")
    told = run(str(half))
    assert told.exit_code == 0
    assert f"{half}:3 is left out" in told.stderr
    assert "half" in json.loads(told.stdout)["$id"]


def wait_for(so: Callable[[], bool]) -> None:
    for _ in range(200):
        if so():
            return
        time.sleep(0.05)
    pytest.fail("it did not come")


def test_a_watched_schema_follows_the_pack(tmp_path: Path) -> None:
    pack, file = tmp_path / "shop.yaml", tmp_path / "schema.json"
    pack.write_text("pack: shop\nactors: [buyer]\n")
    command = [sys.executable, "-m", "rulesengine", "schema", str(pack), "-o", str(file), "--watch"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        wait_for(lambda: file.exists() and '"buyer"' in file.read_text())
        pack.write_text("pack: shop\nactors: [buyer, seller]\n")
        wait_for(lambda: '"seller"' in file.read_text())
        pack.write_text("")
        time.sleep(0.7)
        pack.write_text("pack: shop\nactors: [carrier]\n")
        wait_for(lambda: '"carrier"' in file.read_text())
    finally:
        running.terminate()
        running.communicate(timeout=10)
