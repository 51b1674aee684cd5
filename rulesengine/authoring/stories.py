"""A scenario for a rule: what leads to it is found by trying, what is to be seen there is left to the author.

It is what coverage suggests where nothing tries the rule yet, with the title and the expectation taken out again: a
story whose expectation is what the engine says anyway would test nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import islice, product
from pathlib import Path
from typing import Any

import msgspec

from rulesengine.analysis.coverage import Watching, coverage_of, suggested, writing
from rulesengine.analysis.coverage.attempts import line_of
from rulesengine.authoring.beginnings import ANY_DAY, blank
from rulesengine.coverage import Item, Suggestion
from rulesengine.diagnostics import PackError
from rulesengine.document import plain, read
from rulesengine.engine import Engine
from rulesengine.facts import FactType
from rulesengine.pack import Pack
from rulesengine.simulation import Scenario, Story, parse_scenario, play

#: steps of a story in which nothing happens
NOTHING = ({"note": "The start."},)
#: beginnings that are tried with the facts of all instances known
MOST_FAMILIES = 20
#: scenarios of the pack that are looked at for what leads to a rule
MOST_OTHERS = 60
#: what of a rule a first story is about, the best first: at its edge, what it does, what it stops
ABOUT = (
    "at exactly",
    "at its",
    "the last time",
    "taken",
    "above",
    "below",
    "refused",
    "missing",
    "missed",
    "over",
    "met",
)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario to be finished."""

    #: the text of its file
    text: str
    #: whether the story comes as far as the rule; else it says itself what is to be filled in
    leads: bool
    #: whether it stands at an edge of the rule
    edge: bool


def scenario_for(pack: Pack, rule: str, named: str, file: Path, schema: str, others: Sequence[Scenario] = ()) -> Begun:
    """The beginning of a scenario for a rule of the pack, called `claim.solve`. KeyError where there is no such rule.

    `named` is what scenarios in `file` call the pack, and `schema` where an editor finds theirs. `others` are scenarios
    of the pack that there are already: they know what leads where.
    """
    engine = Watching(pack)
    covered = coverage_of(pack, [])
    items = _in_order([item for item in covered.items if item.rule == rule and item.kind != "suspension"])
    if not items:
        raise KeyError(rule)
    head = {"scenario": rule, "pack": named, "start": f"{_monday(pack)} 09:00", "context": _context(pack)}
    texts = [writing.scenario(head, [], NOTHING), *_known(pack, rule, head)]
    stories = [story for text in texts if (story := _played(engine, parse_scenario(text, str(file)))) is not None]
    best: Suggestion | None = None
    # first with nothing known of the instances, for the less there is to read the better
    rounds = [stories[:1], stories]
    if others:
        rounds.append([story for one in others[:MOST_OTHERS] if (story := _played(engine, one)) is not None])
    for item, known in product(items[:2], rounds):
        one = msgspec.structs.replace(covered, items=(item,))
        engine.noted()
        best = next(iter(suggested(one, engine, known, 1).suggestions), best)
        if best is not None and best.sure:
            break
    if best is None:
        text = writing.scenario(head, [], NOTHING)
    else:
        text = _shorter(engine, file, best.text) if best.sure else best.text
    edge = "\nboundaries: " in text
    leads = best is not None and best.sure
    return Begun(text=_unfinished(text, rule, schema, edge=edge), leads=leads, edge=edge)


def _played(engine: Engine, scenario: Scenario) -> Story | None:
    try:
        return play(scenario, engine)
    except PackError:
        return None


def _known(pack: Pack, rule: str, head: Mapping[str, Any]) -> Iterator[str]:
    """Stories that begin with the instances a rule is about, in one state or another, and all their facts known."""
    line = line_of(pack, rule.partition(".")[0])
    for whole in (line[:-1], line):
        states = [[name for name, state in one.states.items() if not state.final] for one in whole]
        for chosen in islice(product(*states), MOST_FAMILIES):
            given = [
                {"process": one.name, "state": state, "facts": _facts(one.facts, str(head["start"]))}
                for one, state in zip(whole, chosen, strict=True)
            ]
            yield writing.scenario(head, given, NOTHING)


def _facts(facts: Mapping[str, FactType], moment: str) -> dict[str, Any]:
    values = {name: _usual(fact, moment, amount=100) for name, fact in facts.items()}
    return {name: value for name, value in values.items() if value is not None}


def _shorter(engine: Engine, file: Path, text: str) -> str:
    """The scenario without the given facts that make no difference to it."""
    told = _told(text)
    for one in told.get("given", ()):
        for name in list(one.get("facts", ())):
            value = one["facts"].pop(name)
            story = _played(engine, parse_scenario(_again(told), str(file)))
            if story is None or story.trace().failures:
                one["facts"][name] = value
        if not one.get("facts"):
            one.pop("facts", None)
    return _again(told)


def _told(text: str) -> dict[str, Any]:
    node, _ = read(text, "")
    assert node is not None
    told = plain(node)
    assert isinstance(told, dict)
    return told


def _again(told: Mapping[str, Any]) -> str:
    head = {key: value for key, value in told.items() if key not in ("given", "steps")}
    return writing.scenario(head, told.get("given", ()), told["steps"])


def _in_order(items: Sequence[Item]) -> list[Item]:
    def rank(item: Item) -> int:
        if item.kind == "condition":
            return len(ABOUT)
        return next((number for number, word in enumerate(ABOUT) if word in item.what), len(ABOUT))

    return sorted(items, key=rank)


def _monday(pack: Pack) -> str:
    """The first Monday after the day from which on the pack is valid: a day on which most people work."""
    if pack.valid_from is None:
        return ANY_DAY
    day = date.fromordinal(pack.valid_from)
    return str(day + timedelta(days=7 - day.weekday()))


def _context(pack: Pack) -> dict[str, dict[str, Any]]:
    """Something to say of the world, where the pack asks."""
    return {group: {name: _usual(fact) for name, fact in facts.items()} for group, facts in pack.context.items()}


def _usual(fact: FactType, moment: str = "", amount: int = 0) -> Any:
    """A value of this type; None where none is as good as another."""
    if fact.kind == "choice":
        return fact.choices[0] if fact.choices else None
    if fact.kind in ("datetime", "date"):
        return (moment if fact.kind == "datetime" else moment[:10]) or None
    return {"boolean": False, "money": amount, "number": amount, "integer": amount}.get(fact.kind)


def _unfinished(text: str, rule: str, schema: str, *, edge: bool) -> str:
    """The scenario with nothing behind its title and behind what its last step expects."""
    lines = text.rstrip("\n").split("\n")
    title = blank("scenario", "scenario").comment
    lines[0] = f"scenario:  # {title}; it is about {rule}"
    last = max(number for number, line in enumerate(lines) if line.startswith("  - "))
    now = ""
    kept = lines[:last]
    for line in lines[last:]:
        expected = re.match(r"(  - |    )expect: (.*)$", line)
        if expected is None:
            kept.append(line)
            continue
        now = expected[2]
        if expected[1] == "  - ":
            # a step that only looks
            kept.append("  - note: Look here")
    lines = kept
    if edge:
        lines.append("    expect:")
        lines += [f"      {side}:  # what is seen {when} the edge" for side, when in EDGES.items()]
    else:
        lines.append(f"    expect:  # what has to be seen here{f'; as the pack is now: {now}' if now else ''}")
    return "\n".join([f"# yaml-language-server: $schema={schema}", *lines]) + "\n"


#: the sides of an edge, and how each is told
EDGES = {"before": "just before", "at": "exactly at", "after": "just after"}
