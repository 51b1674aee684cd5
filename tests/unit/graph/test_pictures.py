"""Pictures of packs: everything is in them once, in all three formats, and a pack's text stays text."""

import html
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from browser import embedded, told_by
from click.testing import CliRunner
from outside import package

from rulesengine.cli import main
from rulesengine.loading import load_pack
from rulesengine.pack import Pack
from rulesengine.render.graph import Drawing, Line, TooLargeError, dot, mermaid, picture, svg

ROOT = Path(__file__).resolve().parents[3]
SVG = "{http://www.w3.org/2000/svg}"
SHOP = ROOT / "docs" / "examples" / "first" / "shop.yaml"


def packs() -> list[Path]:
    found = [*sorted((ROOT / "policies").glob("*.yaml")), SHOP, *sorted((ROOT / "tests/packs/valid").glob("*.yaml"))]
    return [
        file
        for file in found
        if (text := file.read_text()).lstrip("#").find("\nprocesses:") > 0 and "abstract: true" not in text
    ]


PACKS = packs()
each_pack = pytest.mark.parametrize("file", PACKS, ids=lambda file: file.stem)

HOSTILE = """
pack: hostile
title: '</title><script>hit()</script>"&quot;%%{init: {"securityLevel": "loose"}}%%'
version: 1.0.0
valid_from: 2026-01-01
time_zone: Europe/Paris
currency: EUR
calendar: {holidays: FR, weekend: [saturday, sunday]}
actors: [buyer]
processes:
  order:
    title: '"]; click s1 "javascript:hit()" <img src=x onerror=hit()> `**bold**` \\N \\G \\" }'
    facts: {note: text}
    states:
      open: {title: '"></text><script>hit()</script><foreignObject> #quot; &#x22; -->'}
      closed: {title: '$(hit) {{hit}} \\\\" ; end', final: true}
    transitions:
      begin: {from: new, to: open, by: buyer, requires: [note], assumed: '"><script>hit()</script>'}
      close:
        from: open
        to: closed
        by: buyer
        when: note != '</style><script>hit()</script>"'
        assumed: so
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Pack:
    (tmp_path / "hostile.yaml").write_text(HOSTILE)
    return load_pack(tmp_path / "hostile.yaml")


# everything is there, once


@each_pack
def test_every_state_transition_and_deadline_is_in_the_picture_once(file: Path) -> None:
    pack = load_pack(file)
    drawings = {drawing.process: drawing for drawing in picture(pack).drawings}
    assert drawings.keys() == pack.processes.keys()
    for process in pack.processes.values():
        drawing = drawings[process.name]
        states = [place.key for place in drawing.places if place.kind in ("state", "final")]
        assert states == [f"{process.name}.{state}" for state in process.states]
        final = {place.key for place in drawing.places if place.kind == "final"}
        assert final == {f"{process.name}.{name}" for name, state in process.states.items() if state.final}
        arrows = Counter(rule for arrow in drawing.arrows for rule in arrow.rules)
        inside = {entry.rule for place in drawing.places for entry in place.inner}
        assert not arrows.keys() & inside
        assert set(arrows.values()) <= {1}
        assert arrows.keys() | inside == {rule.rule for rule in (*process.transitions, *process.deadlines)}
        for rule in process.transitions:
            assert left_by(drawing, rule.rule) == ({"new"} if rule.creates else rule.states), rule.rule
        for deadline in process.deadlines:
            assert left_by(drawing, deadline.rule) == deadline.states, deadline.rule


def left_by(drawing: Drawing, rule: str) -> set[str]:
    """The states a rule starts from, as the picture shows them."""
    named = {source for arrow in drawing.arrows if rule in arrow.rules for source in arrow.sources}
    named |= {place.key for place in drawing.places if rule in {entry.rule for entry in place.inner}}
    states = {key.partition(".")[2] for key in named}
    if "any" in states:
        states = states - {"any"} | {place.key.partition(".")[2] for place in drawing.places if place.kind == "state"}
    return states


@each_pack
def test_an_image_is_sound_xml_with_every_text_of_the_picture(file: Path) -> None:
    drawn = picture(load_pack(file))
    root = ElementTree.fromstring(svg(drawn))
    shown = Counter(text.text or "" for text in root.iter(f"{SVG}text"))
    told = Counter(line.text for drawing in drawn.drawings for line in lines_of(drawing))
    assert told <= shown
    boxes = [group for group in root.iter(f"{SVG}g") if "place" in group.get("class", "").split()]
    assert len(boxes) == sum(place.kind != "start" for drawing in drawn.drawings for place in drawing.places)
    dashed = [group for group in root.iter(f"{SVG}g") if "deadline" in group.get("class", "").split()]
    assert len(dashed) == sum(arrow.kind == "deadline" for drawing in drawn.drawings for arrow in drawing.arrows)


def lines_of(drawing: Drawing) -> list[Line]:
    lines = [line for place in drawing.places for line in place.lines]
    lines += [line for place in drawing.places for entry in place.inner for line in entry.lines]
    return lines + [line for arrow in drawing.arrows for line in arrow.lines]


def test_a_label_says_who_when_and_by_when() -> None:
    drawing = picture(load_pack("rakuten"), ["claim"]).drawings[0]
    arrows = {arrow.key: [line.text for line in arrow.lines] for arrow in drawing.arrows}
    assert arrows["claim.answer"] == ["answer", "seller within 3 days"]
    # only the end of the wait escalates: one arrow
    assert arrows["claim.solve"] == ["solve", "after 3 days", "escalate", "by system"]
    assert arrows["claim.decide"] == ["decide", "customer_service, no time given"]
    assert arrows["claim.cancel_sale"] == ["cancel_sale", "by customer_service, system", "when overdue(answer)"]
    assert arrows["claim.open_without_amicable_phase"][:3] == ["open_without_amicable_phase", "on open", "by buyer"]


def test_a_state_says_what_it_suspends() -> None:
    drawing = picture(load_pack("rakuten"), ["retraction"]).drawings[0]
    asked = next(place for place in drawing.places if place.key == "retraction.seller_asked")
    told = [line.text for line in asked.lines if line.role == "time"]
    assert told == ["suspends item.ship", "suspends the deadlines of item", "suspends payout, except", "payout.start"]


def test_the_other_variant_has_other_times(tmp_path: Path) -> None:
    for name in ("shop.yaml", "sources.yaml"):
        text = (SHOP.parent / name).read_text()
        variants = "variants:\n  home: {}\n  abroad: {parameters: {time_to_answer: 9 days}}\ndefault_variant: home\n"
        (tmp_path / name).write_text(
            text.replace("processes:\n", f"{variants}processes:\n") if name[1] == "h" else text
        )
    file = str(tmp_path / "shop.yaml")
    assert "seller within 2 days" in run("graph", file)
    assert "seller within 9 days" in run("graph", file, "--variant", "abroad")


# three ways to write it


MERMAID = """\
flowchart TB
  subgraph p0["complaint"]
    s0((" "))
    class s0 start
    s1("asked<br/>The seller has to answer")
    class s1 place
    s2("answered<br/>The buyer has an offer")
    class s2 place
    s3(["closed"])
    class s3 place
    class s3 final
    s0 -->|"open<br/>by buyer<br/>when order.state #61;#61; shipped"| s1
    s1 -->|"answer<br/>by seller"| s2
    s2 -->|"close<br/>by buyer"| s3
    s1 -->|"decide<br/>by support<br/>when overdue(reply)"| s3
    r4["reply<br/>seller within 2 days"]
    class r4 rule
    s1 -.-> r4
  end
"""


def test_a_small_process_in_mermaid() -> None:
    told = mermaid(picture(load_pack(SHOP), ["complaint"]))
    assert told.partition("  classDef")[0] == MERMAID


def test_a_small_process_in_dot() -> None:
    told = dot(picture(load_pack(SHOP), ["complaint"]))
    assert told.startswith('digraph rules {\n  label="Lantern Market";\n')
    for line in (
        '"complaint.asked" [label="asked\\nThe seller has to answer"];',
        '"complaint.closed" [label="closed", peripheries=2];',
        '"complaint.asked" -> "rule complaint.answer" [arrowhead=none];',
        '"rule complaint.answer" -> "complaint.answered";',
        '"complaint.asked" -> "rule complaint.reply" [style=dashed];',
    ):
        assert f"    {line}\n" in told, line


@pytest.mark.needs("dot")
@each_pack
def test_graphviz_reads_every_state_and_rule(file: Path) -> None:
    drawn = picture(load_pack(file))
    read = read_by_graphviz(dot(drawn))
    wanted = {place.key for drawing in drawn.drawings for place in drawing.places}
    wanted |= {f"rule {arrow.key}" for drawing in drawn.drawings for arrow in drawing.arrows}
    assert {node["name"] for node in read["objects"] if "nodes" not in node} == wanted
    links = [len(a.sources) + len(a.targets) for drawing in drawn.drawings for a in drawing.arrows]
    assert len(read["edges"]) == sum(links)


def read_by_graphviz(text: str) -> dict[str, list[dict[str, str]]]:
    ran = subprocess.run(["dot", "-Tjson0"], input=text, capture_output=True, text=True, timeout=60, check=True)
    read = json.loads(ran.stdout)
    assert isinstance(read, dict)
    return read


DRAWN = """
<div id="here"></div>
<script src="MERMAID"></script>
<script>
function hit() { window.wasHit = true; }
mermaid.initialize({startOnLoad: false, securityLevel: "strict"});
(async () => {
  const told = [];
  const read = [];
  for (const text of READ) {
    try { await mermaid.parse(text); read.push(""); } catch (fault) { read.push(String(fault)); }
  }
  for (const [number, text] of TEXTS.entries()) {
    try {
      const {svg} = await mermaid.render("picture" + number, text);
      document.getElementById("here").innerHTML = svg;
      const drawn = document.getElementById("here");
      told.push({
        text: drawn.textContent,
        nodes: drawn.querySelectorAll("g.node").length,
        edges: drawn.querySelectorAll("path.flowchart-link").length,
        foreign: drawn.querySelectorAll("script, img, a, iframe, [onerror], [onclick]").length,
        fault: "",
      });
    } catch (fault) { told.push({fault: String(fault)}); }
  }
  await new Promise(done => setTimeout(done, 50));
  tell({read, told, hit: !!window.wasHit});
})();
</script>
"""


@pytest.mark.needs("chromium", "npm:mermaid")
def test_mermaid_draws_every_pack_and_takes_nothing_for_markup(hostile: Pack, tmp_path: Path) -> None:
    # drawing takes a while: all packs are read, and the hardest processes drawn
    read = [mermaid(picture(load_pack(file))) for file in PACKS]
    drawn = [picture(load_pack("rakuten"), [name]) for name in ("item", "return", "claim")]
    drawn += [picture(load_pack(SHOP), ["complaint"]), picture(hostile)]
    library = (package("mermaid") / "dist" / "mermaid.min.js").as_uri()
    page = DRAWN.replace("MERMAID", library).replace("READ", embedded(read))
    page = page.replace("TEXTS", embedded([mermaid(one) for one in drawn]))
    seen = told_by(page, tmp_path)
    assert not seen["hit"]
    assert seen["read"] == [""] * len(PACKS)
    for one, told in zip(drawn, seen["told"], strict=True):
        (drawing,) = one.drawings
        assert told["fault"] == "", drawing.process
        assert told["foreign"] == 0
        labelled = [a for a in drawing.arrows if (len(a.sources), len(a.targets)) != (1, 1)]
        assert told["nodes"] == len(drawing.places) + len(labelled)
        assert told["edges"] == sum(len(a.sources) + len(a.targets) if a in labelled else 1 for a in drawing.arrows)
        for line in lines_of(drawing):
            assert "".join(line.text.split()) in "".join(told["text"].split()), line.text


@pytest.mark.needs("dot")
def test_graphviz_takes_nothing_of_a_pack_for_its_own(hostile: Pack) -> None:
    read = read_by_graphviz(dot(picture(hostile)))
    title = next(one for one in read["objects"] if one["name"] == "cluster_order")["label"]
    assert 'click s1 \\"javascript:hit()\\" <img src=x' in title.replace('"', '\\"').replace('\\\\"', '\\"')
    assert len([one for one in read["objects"] if "nodes" not in one]) == 5


LOOKED_AT = """
<div id="here"></div>
<script>
function hit() { window.wasHit = true; }
const told = [];
for (const text of TEXTS) {
  const here = document.getElementById("here");
  here.innerHTML = text;
  const box = one => { const r = one.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
  const image = box(here.querySelector("svg"));
  const boxes = [...here.querySelectorAll("g.place, g.label")].map(group => ({
    box: box(group.querySelector("rect")),
    texts: [...group.querySelectorAll("text")].map(line => [line.textContent, ...box(line)]),
  }));
  const titles = [...here.querySelectorAll("text.title, text.legend")].map(one => [one.textContent, ...box(one)]);
  const foreign = here.querySelectorAll("script, a, image, foreignObject, [onerror], [onload]").length;
  told.push({image, boxes, titles, foreign});
}
setTimeout(() => tell({told, hit: !!window.wasHit}), 50);
</script>
"""


@pytest.mark.needs("chromium")
def test_a_browser_shows_every_label_whole_and_on_its_own(hostile: Pack, tmp_path: Path) -> None:
    drawn = [picture(load_pack(file)) for file in PACKS] + [picture(hostile)]
    seen = told_by(LOOKED_AT.replace("TEXTS", embedded([svg(one) for one in drawn])), tmp_path)
    assert not seen["hit"]
    for one, told in zip(drawn, seen["told"], strict=True):
        assert told["foreign"] == 0
        assert len(told["boxes"]) == sum(
            len(d.arrows) + sum(place.kind != "start" for place in d.places) for d in one.drawings
        )
        for box in told["boxes"]:
            assert within(box["box"], told["image"])
            for text, *place in box["texts"]:
                assert within(place, box["box"], by=0.8), f"{text!r} does not fit its box"
                assert 9 <= place[3] - place[1] <= 18, f"{text!r} is not legible"
        free = [box["box"] for box in told["boxes"]] + [place for _, *place in told["titles"]]
        for number, box in enumerate(free):
            assert not [other for other in free[:number] if overlap(box, other)]


def within(inner: list[float], outer: list[float], by: float = 0.5) -> bool:
    return (
        inner[0] >= outer[0] - by
        and inner[1] >= outer[1] - by
        and inner[2] <= outer[2] + by
        and inner[3] <= outer[3] + by
    )


def overlap(one: list[float], other: list[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


# what scenarios did


def run(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, list(args))
    assert result.exit_code == code, result.output
    return result.output


def classes(image: str) -> dict[str, str]:
    """The classes of each group of an image that has a name, by that name."""
    found: dict[str, str] = {}
    for group in ElementTree.fromstring(image).iter(f"{SVG}g"):
        name = next((text.text for text in group.iter(f"{SVG}text") if "name" in text.get("class", "")), None)
        if name and group.get("class") not in ("plain", "trace", "coverage", "label", None):
            found[name.rpartition(": ")[2]] = group.get("class", "")
    return found


def test_the_path_of_a_scenario_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    image = run("graph", "rakuten", "claim", "--format", "svg", "--trace", "docs/examples/three_days.yaml")
    found = classes(image)
    walked = {name for name, given in found.items() if "walked" in given}
    assert walked == {"open", "amicable", "answer", "solve", "customer_service"}
    assert found["decide"] == "deadline begun"
    assert found["refunded"] == "place final missed"
    assert ">1: open<" in image
    assert ">3: escalate<" in image
    assert "the path of “Three days go by without an answer”" in html.unescape(image)


def test_the_pack_is_drawn_as_the_scenario_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    scenario = "docs/examples/three_working_days.yaml"
    assert "seller within 3 days" in run("graph", "rakuten", "claim")
    assert "seller within 3 working days" in run("graph", "rakuten", "claim", "--trace", scenario)


def test_what_scenarios_leave_out_is_coloured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (tmp_path / "one.yaml").write_text((ROOT / "docs/examples/three_days.yaml").read_text())
    found = classes(run("graph", "rakuten", "claim", "--format", "svg", "--coverage", str(tmp_path)))
    assert found["escalate" if "escalate" in found else "solve"] == "deadline walked"
    assert found["settled"] == "place final missed"
    text = run("graph", "rakuten", "claim", "--coverage", str(tmp_path))
    assert "✗" not in text
    assert "#10007; reply by seller" in text
    assert "  class s3,s4,s5,s6 missed" in text.partition("classDef missed")[2]
    assert 'color="#ba2525", penwidth=2' in run("graph", "rakuten", "--format", "dot", "--coverage", str(tmp_path))


def test_nothing_is_left_out_where_every_scenario_is_played() -> None:
    image = run("graph", "rakuten", "--format", "svg", "--coverage", str(ROOT / "tests/scenarios/rakuten"))
    left = {name for name, given in classes(image).items() if "missed" in given}
    assert left == set()


# the command


def test_the_name_of_the_file_says_the_format(tmp_path: Path) -> None:
    for name, start in (("a.svg", "<svg "), ("a.dot", "digraph "), ("a.mmd", "flowchart "), ("a", "flowchart ")):
        assert run("graph", str(SHOP), "-o", str(tmp_path / name)) == ""
        assert (tmp_path / name).read_text().startswith(start)
    run("graph", str(SHOP), "--format", "dot", "-o", str(tmp_path / "b.svg"))
    assert (tmp_path / "b.svg").read_text().startswith("digraph ")


def test_without_the_extra_an_image_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    told = run("graph", str(SHOP), "--format", "svg", code=3)
    assert "pip install 'rulesengine[graph]'" in told
    assert run("graph", str(SHOP)).startswith("flowchart TB")


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (["no_such_pack"], 3, "RE101"),
        ([str(SHOP), "complaints"], 2, "Did you mean 'complaint'?"),
        ([str(SHOP), "--variant", "abroad"], 1, "RE310"),
        ([str(SHOP), "--trace", "nothing.yaml"], 3, "RE101"),
        ([str(SHOP), "--coverage", "nothing"], 3, "RE101"),
        ([str(SHOP), "--trace", "a.yaml", "--coverage", "b"], 2, "either"),
        ([str(SHOP), "-o", "/no/such/folder/a.svg"], 3, "cannot be written"),
        ([str(ROOT / "tests/packs/invalid/RE301-state-misspelled.yaml")], 1, "RE301"),
    ],
)
def test_what_cannot_be_drawn_is_told(args: list[str], code: int, told: str) -> None:
    assert told in run("graph", *args, code=code)


def test_a_process_too_large_to_read_is_refused() -> None:
    drawn = picture(load_pack(SHOP), ["complaint"])
    many = tuple(msgspec.structs.replace(drawn.drawings[0].places[1], key=f"complaint.s{n}") for n in range(700))
    crowd = msgspec.structs.replace(drawn.drawings[0], places=many, arrows=())
    with pytest.raises(TooLargeError):
        svg(msgspec.structs.replace(drawn, drawings=(crowd,)))
