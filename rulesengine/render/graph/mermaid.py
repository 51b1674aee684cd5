"""Pictures as Mermaid flowcharts, which GitHub, GitLab and many editors draw by themselves.

Every text stands in quotes, with all but letters, digits and a few marks written as numbered entities, so nothing of a
pack can end the quotes, become markup, or be taken for Markdown or a directive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rulesengine.render.graph.model import Arrow, Drawing, Mark, Picture, Place, Story

_PLAIN = frozenset(" ,.:()+/_-'")

_CLASSES: dict[Story, dict[Mark, str]] = {
    "": {},
    "trace": {"walked": "stroke:#0a7d3c,stroke-width:3px", "missed": "opacity:0.35"},
    "coverage": {
        "walked": "stroke:#0a7d3c",
        "begun": "stroke:#b44d12",
        "missed": "stroke:#ba2525,stroke-width:3px,color:#ba2525",
    },
}


def mermaid(picture: Picture) -> str:
    """The picture as one flowchart, each process a subgraph; the arrows of deadlines are dashed.

    A transition from one state to another is an arrow with a label; where it has several states to leave, its label is
    a node of its own.
    """
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    yield "flowchart TB"
    ids: dict[str, str] = {}
    drawn: list[Mark] = []
    for number, drawing in enumerate(picture.drawings):
        title = f"{drawing.process}: {drawing.title}" if drawing.title else drawing.process
        yield f"  subgraph p{number}[{_text([title])}]"
        yield from (f"    {line}" for line in _drawing(drawing, ids, drawn))
        yield "  end"
    yield "  classDef place fill:#f5f7fa,stroke:#3e4c59,color:#1f2933"
    yield "  classDef rule fill:none,stroke:none"
    yield "  classDef start fill:#1f2933"
    yield "  classDef final stroke-width:3px"
    yield "  classDef any stroke-dasharray:3 3"
    classes = _CLASSES[picture.story]
    for mark, look in classes.items():
        yield f"  classDef {mark} {look}"
        numbers = [str(number) for number, one in enumerate(drawn) if one == mark]
        if numbers:
            yield f"  linkStyle {','.join(numbers)} {look}"
        marked = [ids[place.key] for drawing in picture.drawings for place in drawing.places if place.mark == mark]
        if marked:
            yield f"  class {','.join(marked)} {mark}"


def _drawing(drawing: Drawing, ids: dict[str, str], drawn: list[Mark]) -> Iterator[str]:
    for place in drawing.places:
        own = ids[place.key] = f"s{len(ids)}"
        yield f"{own}{_place(place)}"
        if place.kind != "start":
            yield f"class {own} place"
        if place.kind != "state":
            yield f"class {own} {place.kind}"
    for arrow in drawing.arrows:
        yield from _arrow(arrow, ids, drawn)


def _place(place: Place) -> str:
    if place.kind == "start":
        return '((" "))'
    entries = ["#183; " + " ".join(_safe(line.text) for line in entry.lines) for entry in place.inner]
    text = _text(line.text for line in place.lines)[1:-1]
    label = '"' + "<br/>".join([text, *entries]) + '"'
    return f"([{label}])" if place.kind == "final" else f"({label})"


def _arrow(arrow: Arrow, ids: dict[str, str], drawn: list[Mark]) -> Iterator[str]:
    dashed = arrow.kind == "deadline"
    label = _text(line.text for line in arrow.lines)
    if len(arrow.sources) == 1 and len(arrow.targets) == 1:
        drawn.append(arrow.mark)
        head = "-.->" if dashed else "-->"
        yield f"{ids[arrow.sources[0]]} {head}|{label}| {ids[arrow.targets[0]]}"
        return
    own = ids[f"rule {arrow.key}"] = f"r{len(ids)}"
    yield f"{own}[{label}]"
    yield f"class {own} rule"
    for source in arrow.sources:
        drawn.append(arrow.mark)
        open_end = bool(arrow.targets)
        line = ("-.-" if open_end else "-.->") if dashed else ("---" if open_end else "-->")
        yield f"{ids[source]} {line} {own}"
    for target in arrow.targets:
        drawn.append(arrow.mark)
        yield f"{own} {'-.->' if dashed else '-->'} {ids[target]}"


def _text(lines: Iterable[str]) -> str:
    return '"' + "<br/>".join(_safe(line) for line in lines) + '"'


def _safe(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in _PLAIN else f"#{ord(letter)};" for letter in text)
