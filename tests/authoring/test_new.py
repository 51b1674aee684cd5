"""`rulesengine new`: what it writes is right in form and says what is left to fill in; what is there is left alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rulesengine import check_pack
from rulesengine.authoring.beginnings import ALWAYS, FORMS
from rulesengine.authoring.scaffold import as_yaml, blanks
from rulesengine.authoring.stories import scenario_for
from rulesengine.cli import main
from rulesengine.loading import load_pack

ROOT = Path(__file__).resolve().parents[2]
FIRST = ROOT / "docs" / "examples" / "first"
HEAD = ("--title", "Lantern: Market", "--time-zone", "Europe/Berlin", "--currency", "EUR", "--valid-from", "2026-01-01")


def run(*args: str, code: int = 0) -> Any:
    result = CliRunner().invoke(main, list(args))
    assert "Traceback" not in result.output
    assert "defect" not in result.output
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shop of the guide as a team has it: policies, sources, scenarios."""
    for name, place in (("shop", "policies/shop"), ("sources", "policies/sources")):
        file = tmp_path / f"{place}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text((FIRST / f"{name}.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path / "policies" / "shop.yaml"


def messages(file: Path) -> list[str]:
    return [f"{found.span.line} {found.message}" for found in check_pack(file)]


# a pack


def test_a_new_pack_is_finished_once_its_blanks_are_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = run("new", "pack", "my_shop", *HEAD).output
    pack, register = Path("policies/my_shop.yaml"), Path("policies/sources/my_shop.yaml")
    story = Path("tests/scenarios/my_shop/first.yaml")
    for file in (pack, register, story):
        assert f"new  {file}\n" in told
        for blank in blanks(file):
            assert f"  {file}:{blank.line}  {blank.key}\n" in told
        (schema,) = re.findall(r"^# yaml-language-server: \$schema=(.*)\n", file.read_text())
        assert json.loads((file.parent / schema).read_text())["$schema"].endswith("2020-12/schema")
    # what check and test say is just what is blank
    assert [(blank.line, blank.key) for blank in blanks(pack)] == [(30, "within")]
    assert messages(pack) == ["30 Nothing stands behind 'within'."]
    assert "Nothing stands behind 'expect'." in run("test", code=1).output
    pack.write_text(pack.read_text().replace("within:", "within: 2 days"))
    said = register.read_text().replace("title:", "title: Help").replace("says:", "says: Something.")
    register.write_text(said)
    text = story.read_text().replace("start:", "start: 2026-03-02").replace("after:", "after: 9 days")
    story.write_text(text.replace("expect:  #", "expect: {missed: order.finish_in_time}  #"))
    assert messages(pack) == []
    assert run("test").output == "1 scenario, all hold\n"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    for there in ("policies/shop.yaml", "tests/scenarios/shop/first.yaml"):
        folder = tmp_path / there.replace("/", "_")
        file = folder / there
        file.parent.mkdir(parents=True)
        file.write_text("mine")
        told = run("new", "pack", "shop", "--in", str(folder), code=2).output
        assert "is there already, and is left as it is." in told
        assert [path for path in folder.rglob("*") if path.is_file()] == [file]
        assert file.read_text() == "mine"


def test_a_second_pack_shares_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        run("new", "pack", name)
    assert sorted(path.name for path in Path("schema").iterdir()) == [
        "one.pack.schema.json",
        "one.scenario.schema.json",
        "register.schema.json",
        "two.pack.schema.json",
        "two.scenario.schema.json",
    ]


@pytest.mark.parametrize("name", ["Shop", "../shop", "a/b", "1st", "", "x" * 61, "sh op"])
def test_a_name_that_packs_cannot_have_is_refused(name: str, tmp_path: Path) -> None:
    run("new", "pack", name, "--in", str(tmp_path), code=2)
    assert list(tmp_path.iterdir()) == []


# parts of a pack


def test_a_new_process_and_new_rules_leave_the_rest_as_it_is(shop: Path) -> None:
    before = shop.read_text()
    told = run(
        "new", "process", "shop", "gift", "wrapped", "given", "--under", "order", "--title", "Gift: a box"
    ).output
    run(
        "new",
        "rule",
        "shop",
        "deadline",
        "gift.give",
        "while=wrapped",
        "within=2 days",
        "owed_by=seller",
        "source=LM-1",
    )
    run("new", "rule", "shop", "limit", "gift.one", "event=open", "times=1", "per=parent", "assumed=One: no more.")
    run(
        "new",
        "rule",
        "shop",
        "transition",
        "order.wrap",
        "from=paid",
        "by=[buyer, seller]",
        "when=price > 3",
        "assumed=x",
    )
    after = shop.read_text()
    assert set(before.splitlines()) <= set(after.splitlines())
    assert "by=" not in after
    left = [blank.key for blank in blanks(shop)]
    assert left == ["by", "source", "by", "source"]
    assert [message.partition(" ")[2] for message in messages(shop)] == [
        f"Nothing stands behind '{key}'." for key in left
    ]
    for blank in blanks(shop)[:2]:
        assert f"  policies/shop.yaml:{blank.line}  {blank.key}\n" in told
    filled = re.sub(r"by:  #.*", "by: seller", after)
    shop.write_text(re.sub(r"source:  #.*", "source: LM-1", filled))
    assert messages(shop) == []
    pack = load_pack(shop)
    assert pack.processes["gift"].title == "Gift: a box"
    assert [rule.rule for rule in pack.processes["gift"].rules] == ["gift.open", "gift.close", "gift.give", "gift.one"]


@pytest.mark.parametrize("kind", list(ALWAYS))
def test_a_rule_of_each_form_lacks_only_what_is_blank(kind: Any, shop: Path) -> None:
    """Whatever key makes the rule what it is: beside its blanks nothing is missing, and nothing is too much."""
    for number, form in enumerate(FORMS[kind] or ["by"]):
        value = {"by": "seller", "within": "1 day", "after": "1 day"}.get(form, "1")
        run("new", "rule", "shop", kind, f"order.r{number}", f"{form}={value}")
        messages_of_form = [text for text in messages(shop) if "Nothing stands behind" not in text]
        assert [text for text in messages_of_form if "needs" in text or "cannot stand" in text] == [], form


def test_a_rule_of_an_inherited_process_goes_into_the_pack_itself(shop: Path) -> None:
    pack = shop.parent / "books.yaml"
    pack.write_text("pack: books\nextends: shop\n# the end\n")
    base = shop.read_text()
    run("new", "rule", "books", "deadline", "complaint.close_it", "while=answered", "within=1 day", "owed_by=buyer")
    assert shop.read_text() == base
    assert pack.read_text().startswith("pack: books\nextends: shop\n")
    assert "Nothing stands behind 'source'." in " ".join(messages(pack))


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("rule", "shop", "transition", "order.pay"), "is there already"),
        (("process", "shop", "order"), "is there already"),
    ],
)
def test_what_is_there_is_a_finding_with_its_place(args: tuple[str, ...], says: str, shop: Path) -> None:
    before = shop.read_text()
    told = run("new", *args, code=1).output
    assert re.search(r"^policies/shop.yaml:\d+:\d+: error RE312 ", told, re.MULTILINE)
    assert says in told
    assert shop.read_text() == before


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("rule", "shop", "transition", "ordr.ship"), "Did you mean 'order'?"),
        (("rule", "shop", "transition", "ship"), "write PROCESS.RULE"),
        (("rule", "shop", "deadline", "order.x", "whilst=paid"), "Did you mean 'while'?"),
        (("rule", "shop", "deadline", "order.x", "paid"), "KEY=VALUE"),
        (("rule", "shop", "guard", "order.x"), "Invalid value"),
        (("process", "shop", "gift", "only"), "two different states"),
        (("process", "shop", "gift", "a", "B"), "is no name"),
        (("scenario", "shop", "order.shipp"), "Did you mean 'order.ship'?"),
        (("story",), "No such command"),
        (("rule", "shop", "transition", "order.x", "from=[new, paidd]"), "from: 'order' has no state 'paidd'. Did you"),
        (("rule", "shop", "transition", "order.x", "from=any", "to=piad"), "Did you mean 'paid'?"),
        (("rule", "shop", "transition", "order.x", "from=paid", "by=selller"), "Did you mean 'seller'?"),
        (("rule", "shop", "deadline", "order.x", "while=paied", "within=2 days"), "Did you mean 'paid'?"),
        (("rule", "shop", "deadline", "order.x", "within=a_while"), "The pack has no period 'a_while'."),
        (("rule", "shop", "deadline", "order.x", "within=2 dyas"), "within: "),
        (("pack", "quay", "--time-zone", "Europe/Berlni"), "Did you mean 'Europe/Berlin'?"),
        (("pack", "quay", "--currency", "EURO"), "Did you mean 'EUR'?"),
        (("pack", "quay", "--valid-from", "1.1.2026"), "Write year-month-day"),
        (("pack", "quay", "--valid-from", "20260101"), "Write year-month-day"),
    ],
)
def test_wrong_usage_is_told(args: tuple[str, ...], says: str, shop: Path) -> None:
    before = shop.read_text()
    assert says in run("new", *args, code=2).output
    assert shop.read_text() == before
    assert list(shop.parent.glob("quay*")) == []


def test_a_pack_that_cannot_be_read_is_left_as_it_is(shop: Path) -> None:
    shop.write_text("pack: shop\nprocesses:\n  order: {\n")
    assert "policies/shop.yaml:" in run("new", "rule", "shop", "transition", "order.x", code=1).output
    assert run("new", "rule", "nope", "transition", "order.x", code=3)
    assert shop.read_text() == "pack: shop\nprocesses:\n  order: {\n"


def test_the_schemas_follow_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("new", "pack", "shop", *HEAD)
    run("new", "process", "shop", "gift", "wrapped", "given")
    for kind in ("pack", "scenario"):
        assert '"wrapped"' in Path(f"schema/shop.{kind}.schema.json").read_text()
    # one that was not made from this pack stays as it is
    mine = '{"$id": "mine"}'
    Path("schema/shop.pack.schema.json").write_text(mine)
    run("new", "process", "shop", "box")
    assert Path("schema/shop.pack.schema.json").read_text() == mine


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("3 days", "3 days"),
        ("[a, b]", "[a, b]"),
        ("{a: 1}", "{a: 1}"),
        ("true", "true"),
        ("0.5", "0.5"),
        ("count(x) > 0", "count(x) > 0"),
        ("a: b", '"a: b"'),
        ("a # b", '"a # b"'),
        ("*x", '"*x"'),
        ("null", '"null"'),
        ("'", '"\'"'),
        ("a\nb: c", '"a\\nb: c"'),
        ("!x", '"!x"'),
    ],
)
def test_a_value_is_written_as_it_is_meant(value: str, written: str) -> None:
    assert as_yaml(value) == written


# a scenario


def test_a_scenario_is_begun_for_each_rule_and_fails_until_it_is_finished(shop: Path) -> None:
    rules = [rule.rule for process in load_pack(shop).processes.values() for rule in process.rules]
    assert len(rules) == 12
    for rule in rules:
        told = run("new", "scenario", "shop", rule).output
        assert "was not found" not in told, rule
        file = Path(f"tests/scenarios/shop/{rule}.yaml")
        text = file.read_text()
        failed = run("test", str(file), code=1).output
        assert "Nothing stands behind 'scenario'." in failed
        left = [blank.key for blank in blanks(file)]
        edge = rule in ("order.dispatch", "order.payout", "complaint.reply", "complaint.no_more_than_paid")
        assert left == (["scenario", "before", "at", "after"] if edge else ["scenario", "expect"])
        assert ("\nboundaries: " in text) == edge
        # once a sentence says what it shows, and nothing is expected beyond what an edge always is, it holds
        text = re.sub(r"scenario:  #.*", "scenario: x", text)
        seen = "{fired: order.payout}" if rule == "order.pay_out" else "accepted"
        text = (
            re.sub(r"(?s)\n    expect:\n.*", "\n", text) if edge else re.sub(r"expect:  #.*", f"expect: {seen}", text)
        )
        file.write_text(text)
        assert run("test", str(file)).output == "1 scenario, all hold\n"
        assert "is there already" in run("new", "scenario", "shop", rule, code=2).output


def test_the_scenarios_there_are_show_the_way() -> None:
    """What a rule of a large pack needs is put together from nothing, or found in the stories of others."""
    pack = load_pack("rakuten")
    for rule in ("claim.solve", "discount.cap", "claim.open"):
        begun = scenario_for(pack, rule, "rakuten", Path("x.yaml"), "x.json")
        assert begun.leads, rule
        assert begun.edge == (rule != "claim.open")


def test_a_scenario_beside_its_pack_or_elsewhere_finds_it(shop: Path) -> None:
    loose = shop.parents[1] / "loose.yaml"
    loose.write_text(shop.read_text().replace("register: sources.yaml", "register: policies/sources.yaml"))
    run("new", "scenario", "loose.yaml", "order.pay", "-o", "stories/pay.yaml")
    assert '\npack: "../loose.yaml"\n' in Path("stories/pay.yaml").read_text()
    run("new", "scenario", "shop", "order.pay", "-o", "stories/shop.yaml")
    assert "\npack: shop\n" in Path("stories/shop.yaml").read_text()
    run("new", "scenario", "rakuten", "order.place")
    assert "\npack: rakuten\n" in Path("tests/scenarios/rakuten/order.place.yaml").read_text()
