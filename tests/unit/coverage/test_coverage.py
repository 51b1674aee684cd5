"""What counts as covered, what does not; watching changes nothing; what is suggested covers what is missing."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from browser import told_by as told_by_browser
from click.testing import CliRunner

from rulesengine.analysis.coverage import Watching, coverage_of, items_of, suggested
from rulesengine.cli import main
from rulesengine.coverage import Coverage
from rulesengine.engine import Engine
from rulesengine.loading import load_pack
from rulesengine.render.jsons import trace
from rulesengine.simulation import Story, load_scenario, parse_scenario, play

ROOT = Path(__file__).resolve().parents[3]
SHOP = Path(__file__).parent / "shop.yaml"
HEAD = f"scenario: A story\npack: {SHOP}\nstart: 2026-03-02 09:00\ncontext: {{seller: {{away: false}}}}\n"
PLACED = "given: [{process: order, state: placed, facts: {price: 100.00}}]\nsteps:\n"
SENT = "given: [{process: order, state: sent, facts: {price: 100.00}, entered: 2026-03-01 09:00}]\nsteps:\n"
#: what readers of Cobertura's XML count on
ATTRIBUTES = {
    "coverage": {
        *("line-rate", "branch-rate", "lines-covered", "lines-valid", "branches-covered", "branches-valid"),
        *("complexity", "version", "timestamp"),
    },
    "package": {"name", "line-rate", "branch-rate", "complexity"},
    "class": {"name", "filename", "line-rate", "branch-rate", "complexity"},
    "line": {"number", "hits", "branch"},
}
ORDER = {"package": ["classes"], "class": ["methods", "lines"], "line": []}
ITEMS = """\
order.placed entered
order.sent entered
order.cancelled entered
order.closed entered
order.place taken
order.send taken
order.send unless seller.away: true
order.send unless seller.away: false
order.cancel taken
order.ask taken
order.ask when now > entered_at(sent) + period("5 days"): true
order.ask when now > entered_at(sent) + period("5 days"): false
order.close taken
order.ship met
order.ship missed
order.ship at exactly due
order.rest over
order.rest at exactly due
refund.given entered
refund.give taken
refund.give when order.state == sent: true
refund.give when order.state == sent: false
refund.half below its most
refund.half at its most
refund.half above its most
refund.once below its number of times
refund.once the last time
refund.once once too often
refund.early before its end
refund.early at its end
refund.early after its end
dispute.open entered
dispute.open on order: in force
dispute.open on order: an event refused
dispute.open on order: a clock stopped
dispute.over entered
dispute.begin taken
dispute.end taken
"""


def told_by(*steps: str, begin: str = PLACED) -> list[str]:
    """What a story of these steps covers."""
    engine = Watching(load_pack(SHOP))
    text = HEAD + begin + "".join(f"  - {step}\n" for step in steps)
    play(parse_scenario(text, str(SHOP.with_name("story.yaml"))), engine)
    coverage = coverage_of(engine.pack, [engine.noted()])
    return [item.told for item in coverage.items if item.times]


def test_there_is_an_item_for_all_that_a_pack_says() -> None:
    assert [item.told for item in items_of(load_pack(SHOP))] == ITEMS.splitlines()


def test_what_is_only_given_is_not_covered() -> None:
    assert told_by("{note: nothing happens}") == []


def test_a_transition_that_is_taken_enters_its_state_and_meets_its_duty() -> None:
    assert told_by("{event: order.send, by: seller}") == [
        "order.sent entered",
        "order.send taken",
        "order.send unless seller.away: false",
        "order.ship met",
    ]


def test_a_condition_is_covered_the_way_it_was_found() -> None:
    send = "{event: order.send, by: seller, context: {seller: {away: true}}, expect: {refused: order.send}}"
    assert told_by(send) == ["order.send unless seller.away: true"]


def test_a_look_ahead_covers_nothing() -> None:
    ask = "{event: order.ask, by: buyer, expect: {refused: order.ask}}"
    assert told_by(ask, begin=SENT) == ['order.ask when now > entered_at(sent) + period("5 days"): false']


def test_somebody_else_s_attempt_asks_no_condition() -> None:
    assert told_by("{event: order.send, by: buyer, expect: {refused: wrong_actor}}") == []


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        ("2026-03-04 08:59:59.999999", []),
        ("2026-03-04 09:00", ["order.ship at exactly due"]),
        ("2026-03-04 09:00:00.000001", ["order.cancelled entered", "order.cancel taken", "order.ship missed"]),
    ],
)
def test_the_three_moments_of_a_deadline(moment: str, covered: list[str]) -> None:
    assert told_by(f"{{at: {moment}}}") == covered


def test_a_deadline_begun_at_its_edge_does_not_stand_there() -> None:
    assert told_by("{event: order.place, by: buyer, facts: {price: 1}}", begin="steps:\n") == [
        "order.placed entered",
        "order.place taken",
    ]


@pytest.mark.parametrize(
    ("amount", "side"), [("49.99", "below"), ("50.00", "at"), ("50.01", "above"), ("0.01", "below")]
)
def test_the_sides_of_a_bound(amount: str, side: str) -> None:
    expected = "{refused: refund.half}" if side == "above" else "accepted"
    found = told_by(f"{{event: refund.give, by: seller, facts: {{amount: {amount}}}, expect: {expected}}}", begin=SENT)
    assert [one for one in found if "half" in one] == [f"refund.half {side} its most"]


def test_the_sides_of_a_number_of_times() -> None:
    give = "{event: refund.give, by: seller, facts: {amount: 1}}"
    sides = ["below its number of times", "the last time", "once too often"]
    for times in (1, 2, 3):
        steps = [give] * times if times < 3 else [give, give, give[:-1] + ", expect: {refused: refund.once}}"]
        assert [one for one in told_by(*steps, begin=SENT) if "once" in one] == [
            f"refund.once {s}" for s in sides[:times]
        ]


@pytest.mark.parametrize(
    ("moment", "side"),
    [("2026-03-11 08:59", "before"), ("2026-03-11 09:00", "at"), ("2026-03-11 09:00:00.000001", "after")],
)
def test_the_sides_of_a_window(moment: str, side: str) -> None:
    expected = "{refused: refund.early}" if side == "after" else "accepted"
    give = f"{{at: {moment}, event: refund.give, by: seller, facts: {{amount: 1}}, expect: {expected}}}"
    assert [one for one in told_by(give, begin=SENT) if "early" in one] == [f"refund.early {side} its end"]


def test_a_suspension_reaches_stops_and_refuses() -> None:
    begin = "{event: dispute.begin, by: buyer}"
    stopped = ["dispute.open entered", "dispute.open on order: in force", "dispute.open on order: a clock stopped"]
    assert told_by(begin) == [*stopped, "dispute.begin taken"]
    refused = told_by(begin, "{event: order.send, by: seller, expect: {refused: suspended}}")
    assert "dispute.open on order: an event refused" in refused


def test_scenarios_are_counted() -> None:
    keys = [[("transition", "order.send", "taken")], [("transition", "order.send", "taken")] * 2, []]
    coverage = coverage_of(load_pack(SHOP), keys)
    assert (coverage.scenarios, {item.told: item.times for item in coverage.items if item.times}) == (
        3,
        {"order.send taken": 2},
    )


def test_watching_changes_no_decision() -> None:
    files = sorted((ROOT / "tests/scenarios/kaufland").glob("*.yaml"))[::3]
    pack = load_pack(ROOT / "policies/kaufland.yaml")
    plain, watching = Engine(pack), Watching(pack)

    def all_of(story: Story) -> Any:
        return trace(story.trace(), [json.loads(story.player.engine.write(end.case)) for _, _, end in story.endings])

    for file in files:
        scenario = load_scenario(file)
        assert all_of(play(scenario, plain)) == all_of(play(scenario, watching)), file.name


# what is missing


def covered(engine: Watching, files: Sequence[Path], most: int = 0) -> Coverage:
    stories, noted = [], []
    for file in files:
        story = play(load_scenario(file), engine)
        assert story.trace().failures == ()
        stories.append(story)
        noted.append(engine.noted())
    return suggested(coverage_of(engine.pack, noted), engine, stories, most)


def test_suggested_scenarios_cover_a_pack_to_the_end(tmp_path: Path) -> None:
    engine = Watching(load_pack(SHOP))
    files = [tmp_path / "0.yaml"]
    files[0].write_text(HEAD + PLACED + "  - {event: order.send, by: seller}\n")
    for _ in range(8):
        before = covered(engine, files, 10)
        for one in before.suggestions:
            if one.sure:
                files.append(tmp_path / f"{len(files)}.yaml")
                files[-1].write_text(one.text)
        after = covered(engine, files)
        assert {item.key for item in after.missing} <= {item.key for item in before.missing}
    assert [item.told for item in after.missing] == []


def test_what_cannot_be_found_is_begun_and_marked(tmp_path: Path) -> None:
    pack = tmp_path / "shop.yaml"
    pack.write_text(
        SHOP.read_text().replace(
            "from: placed, to: sent, by: seller, unless: seller.away",
            "from: placed, to: sent, by: seller, when: price > 123456, unless: seller.away",
        )
    )
    file = tmp_path / "0.yaml"
    file.write_text(
        HEAD.replace(str(SHOP), "./shop.yaml") + "steps: [{event: order.place, by: buyer, facts: {price: 1}}]\n"
    )
    found = covered(Watching(load_pack(pack)), [file], 100).suggestions
    begun = {one.item.told: one.text for one in found if not one.sure}
    text = begun["order.send taken"]
    assert "# fill in" in text
    assert "event: order.send" in text
    file.write_text(text)
    load_scenario(file)


# the command


def run(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["test", *args])
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path: Path) -> str:
    (tmp_path / "a.yaml").write_text(HEAD + PLACED + "  - {event: order.send, by: seller}\n")
    return str(tmp_path)


def test_the_command_tells_what_is_missing_and_where(folder: str) -> None:
    code, out, err = run(folder, "--coverage", "--suggest", "1")
    assert (code, err) == (0, "")
    assert "A shop: 10.5 % covered by 1 scenario\n  states            1/7   14.2 %\n" in out
    assert f"shop.yaml:{line_of('cancelled')}  state order.cancelled entered\n" in out
    assert out.count("\nscenario: ") == 1


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SHOP.read_text().split("\n"), 1) if text in line)


def test_too_little_fails(folder: str) -> None:
    assert run(folder, "--fail-under", "10", "--suggest", "0")[0] == 0
    code, _, err = run(folder, "--fail-under", "10.6", "--suggest", "0")
    assert (code, err) == (1, "shop: 10.5 % covered, less than 10.6 %.\n")


@pytest.mark.parametrize("args", [["--format", "html"], ["--coverage", "--format", "junit"], ["--fail-under", "101"]])
def test_what_does_not_go_together(folder: str, args: list[str]) -> None:
    assert run(folder, *args)[0] == 2


def test_json_has_every_item(folder: str) -> None:
    code, out, _ = run(folder, "--coverage", "--format", "json", "--suggest", "2")
    (found,) = json.loads(out)["coverage"]
    assert (code, found["pack"], found["scenarios"], found["percent"]) == (0, "shop", 1, 10.5)
    assert [f"{item['rule']} {item['what']}" for item in found["items"]] == ITEMS.splitlines()
    assert [one["scenario"].startswith("scenario: ") for one in found["suggestions"]] == [True, True]


# documents


def test_cobertura_has_the_lines_of_the_pack(folder: str) -> None:
    code, out, _ = run(folder, "--coverage", "--format", "cobertura")
    root = ElementTree.fromstring(out)
    assert (code, root.tag, [child.tag for child in root]) == (0, "coverage", ["sources", "packages"])
    for element in root.iter():
        assert set(element.attrib) >= ATTRIBUTES.get(element.tag, set()), element.tag
        assert [child.tag for child in element] == ORDER.get(element.tag, [child.tag for child in element])
    (order,) = [one for one in root.iter("class") if one.get("name") == "order"]
    lines = {int(line.get("number", "")): line for line in order.iter("line")}
    assert {line.get("hits") for number, line in lines.items() if number == line_of("send: {")} == {"1"}
    ship = lines[line_of("ship: {")]
    assert (ship.get("hits"), ship.get("branch"), ship.get("condition-coverage")) == ("1", "true", "33% (1/3)")
    every = list(root.iter("line"))
    assert (root.get("lines-valid"), root.get("lines-covered")) == (
        str(len(every)),
        str(sum(line.get("hits") != "0" for line in every)),
    )


@pytest.mark.needs("chromium")
def test_the_page_shows_the_pack_in_a_browser(folder: str, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(HEAD + SENT + "  - {event: order.close, by: buyer}\n")
    code, out, _ = run(folder, "--coverage", "--format", "html")
    assert (code, "<script" in out, "http://" in out, "https://" in out) == (0, False, False, False)
    look = """
      const show = one => getComputedStyle(one).backgroundColor;
      const first = look => document.querySelector('.line.' + look);
      const target = document.querySelector('ul.missing a').getAttribute('href').slice(1);
      tell({code: [...document.querySelectorAll('.line .code')].map(one => one.textContent),
            colours: new Set(['all', 'some', 'none'].map(first).map(show)).size,
            leads: document.getElementById(target).querySelector('.code').textContent.trim(),
            wide: document.documentElement.scrollWidth <= document.documentElement.clientWidth,
            note: first('some').querySelector('.note').textContent});"""
    found = told_by_browser(f"{out}<script>{look}</script>", tmp_path)
    assert found["code"] == SHOP.read_text().rstrip("\n").split("\n")
    assert (found["colours"], found["wide"]) == (3, True)
    assert found["leads"].startswith("states: {placed")
    assert found["note"].startswith("missing: order.placed entered; order.cancelled entered")
