"""Packs made up at random: well-formed, with every construct of the language, read through `rulesengine.loading`.

What a pack may rightly be refused for (states nobody reaches, overlaps, loops of raises, rules that fire by themselves
and read the context) is avoided while drawing, so that nearly every pack drawn is one that can be run.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import chdir
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from rulesengine.diagnostics import PackError
from rulesengine.engine import Engine
from rulesengine.loading import load_pack

PROCESSES = ("order", "item", "claim")
STATES = ("alpha", "beta", "gamma", "delta", "omega")
ACTORS = ("ann", "bob", "cid")

#: fact -> how a pack declares it, and defaults it may have
FACTS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "price": ({"type": "money"}, [0, 12.5]),
    "fragile": ({"type": "boolean"}, [True, False]),
    "sent_at": ({"type": "datetime"}, []),
    "rate": ({"type": "number"}, [0, 0.1]),
    "pieces": ({"type": "integer"}, [0, 3]),
    "note": ({"type": "text"}, ["hello"]),
    "code": ({"type": "text", "pattern": "[A-Z]{2}[0-9]{1,3}"}, ["AB1"]),
    "day": ({"type": "date"}, []),
    "color": ({"choice": ["red", "green", "blue"]}, ["red"]),
    "method": ({"choice": "method"}, ["normal"]),
    "tags": ({"list_of": "text"}, []),
    "units": ({"instances_of": "item"}, []),
}
ALWAYS = ("price", "fragile", "sent_at")

CALENDARS: list[tuple[str, dict[str, Any]]] = [
    ("Europe/Paris", {"holidays": "FR", "opening": ["09:00-12:00", "13:00-17:00"], "closed": ["2026-05-15"]}),
    ("Europe/Berlin", {"holidays": "DE-BY", "weekend": ["sunday"], "opening": ["08:00-24:00"]}),
    ("Asia/Beirut", {"weekend": ["friday", "saturday"], "opening": ["00:00-12:00"]}),
]

#: kinds of periods; the last four make legal counting possible
PERIODS = (
    *("6 hours", "48 hours", "PT36H", "48 hours on working days", "16 working hours"),
    *("1 day", "3 days", "P1M", "3 working days"),
)
LEGAL = PERIODS[-4:]
SHORT = ("30 minutes", "2 hours", "1 day", "1 working day")


class World:
    """What the pack being drawn declares so far, for expressions to speak of."""

    def __init__(self, draw: Callable[[Any], Any], *, timely: bool) -> None:
        self.draw = draw
        #: whether guards and limits speak of time above all, and events after the first bring no facts
        self.timely = timely
        self.parents: dict[str, str] = {}
        self.facts: dict[str, list[str]] = {}
        self.states: dict[str, list[str]] = {}
        self.final: dict[str, set[str]] = {}
        self.events: dict[str, list[str]] = {}
        self.deadlines: dict[str, list[str]] = {}

    # drawing

    def one(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def chance(self, of: int) -> bool:
        """True once in so many times; False is what examples shrink to."""
        return self.draw(st.integers(0, of - 1)) == of - 1

    def some(self, options: Any, fewest: int = 1, most: int = 3) -> list[Any]:
        options = list(options)
        most = min(most, len(options))
        size = self.draw(st.integers(min(fewest, most), most))
        start = self.draw(st.integers(0, len(options) - 1))
        return [options[(start + n) % len(options)] for n in range(size)]

    # the family

    def above(self, process: str) -> list[str]:
        found = []
        while self.parents[process]:
            process = self.parents[process]
            found.append(process)
        return found

    def beside(self, process: str) -> list[str]:
        """Processes whose instances can be many as seen from one: those below, and those below what is above."""
        above = self.above(process)
        return [q for q in self.parents if self.parents[q] and q not in above]

    def open_states(self, process: str) -> list[str]:
        return [s for s in self.states[process] if s not in self.final[process]]

    # expressions

    def moment(self, process: str) -> str:
        if self.timely and self.chance(2):
            return self.one(["sent_at", "entered_at(alpha)"])
        options = ["sent_at", f"happened_at({self.one(self.events[process])})"]
        options.append(f"entered_at({self.one(self.states[process])})")
        for other in self.above(process):
            options += [f"{other}.sent_at", f"happened_at({other}.{self.one(self.events[other])})"]
        for other in self.beside(process):
            options += [f"latest({other}).sent_at", f"happened_at({other}.{self.one(self.events[other])})"]
        return self.one(options)

    def atom(self, process: str, *, context: bool) -> str:
        facts = self.facts[process]
        has = facts.__contains__
        options: list[Callable[[], str]] = [
            lambda: f"price {self.one(['>', '<=', '=='])} {self.one([0, 10, 12.5])}",
            lambda: self.one(["fragile", "not fragile", "was.price < price"]),
            lambda: f"known({self.one(facts)})",
            lambda: f"happened({self.one(self.events[process])})",
            lambda: f'now {self.one(["<", "<=", ">", ">="])} {self.moment(process)} + period("{self.one(SHORT)}")',
            lambda: f"now {self.one(['<', '>='])} {self.moment(process)}",
        ]
        if self.timely and self.chance(2):
            options = options[-3:]
            has = ().__contains__
        if has("rate"):
            options.append(lambda: self.one(["rate * 2 > 1", "price / rate > 3", "price * rate > 2", "rate == 0.1"]))
        if has("pieces"):
            options.append(lambda: self.one(["pieces + 1 < 3", "pieces - 2 == 1", "pieces != 0"]))
        if has("note"):
            options.append(lambda: self.one(['note == "hello"', 'note in ["a", "hello"]']))
        if has("color"):
            options.append(lambda: self.one(["color == red", "color in [green, blue]", "color != was.color"]))
        if has("method"):
            options.append(lambda: self.one(["method > normal", "method >= was.method", "method == tracked"]))
        if has("tags"):
            options.append(lambda: self.one(['"x" in tags', '"y" not in tags']))
        if has("day"):
            options.append(lambda: self.one(['day > "2026-03-02"', "was.day == day"]))
        if self.deadlines[process]:
            options.append(lambda: f"{self.one(['overdue', 'missed'])}({self.one(self.deadlines[process])})")
        for other in self.above(process):
            options.append(lambda other=other: f"{other}.state == {self.one(self.states[other])}")
            options.append(lambda other=other: f"{other}.price >= price")
            options.append(lambda other=other: f"happened({other}.{self.one(self.events[other])})")
            if self.deadlines[other]:
                options.append(lambda other=other: f"overdue({other}.{self.one(self.deadlines[other])})")
        for other in self.beside(process):
            state = self.one(self.states[other])
            options.append(
                lambda other=other, state=state: self.one(
                    [
                        *(f"count({other}) > 0", f"count({other}, {state}) < 2", f"all({other}, {state})"),
                        *(f"open({other})", f"total({other}.price) < 20", f"latest({other}).state == {state}"),
                    ]
                )
            )
        if context:
            options.append(lambda: self.one(["world.ok", "world.level > 2", "not world.ok"]))
        return self.one(options)()

    def guard(self, process: str, *, context: bool) -> str:
        one = self.atom(process, context=context)
        match self.draw(st.integers(0, 5)):
            case 3:
                return f"not ({one})"
            case 4:
                return f"({one}) or ({self.atom(process, context=context)})"
            case 5:
                return f"({one}) and ({self.atom(process, context=context)})"
        return one

    def value(self, process: str, fact: str) -> str:
        """An expression of the type of a fact, seen from an instance of `process`."""
        has = self.facts[process].__contains__
        options: dict[str, list[str]] = {
            "price": ["price", "price + 1", "price / 3", "10", "12.34 * 0.5"],
            "fragile": ["true", "fragile", "price > 5"],
            "sent_at": ["sent_at", 'sent_at + period("1 day")', self.moment(process)],
            "rate": ["0.5", "1 / 3", *(["rate * 2"] if has("rate") else [])],
            "pieces": ["2", *(["pieces + 1"] if has("pieces") else [])],
            "note": ['"hello"'],
            "code": ['"XY12"', *(["code"] if has("code") else [])],
            "color": ["red", "blue", *(["color"] if has("color") else [])],
            "method": ["tracked", *(["method"] if has("method") else [])],
        }
        for other in self.beside(process):
            options["price"].append(f"total({other}.price)")
            options["pieces"].append(f"count({other})")
        return self.one(options[fact])

    def settable(self, process: str) -> list[str]:
        return [f for f in self.facts[process] if f not in ("day", "tags", "units")]


def _shape(world: World) -> None:
    """The processes, their states, facts, and the names of their events and deadlines."""
    count = world.draw(st.sampled_from([2, 1, 3, 3]))
    for index, process in enumerate(PROCESSES[:count]):
        world.parents[process] = "" if not index else world.one(PROCESSES[:index][::-1])
        size = world.draw(st.sampled_from([3, 2, 4]))
        world.states[process] = list(STATES[:size])
        ends = not world.chance(4)
        world.final[process] = {STATES[size - 1]} if ends else set()
        more = [f for f in FACTS if f not in ALWAYS and (f != "units" or count > 1)]
        world.facts[process] = [*ALWAYS, *world.some(more, 0, 4)]
        spine = [f"step_{n}" for n in range(size - 1)]
        world.events[process] = ["begin", *spine, *world.some(["go", "act", "wave"], 0, 3), "auto"]
        if not ends:
            world.events[process].append("rest")
        world.deadlines[process] = world.some(["answer", "solve", "wait"], 1, 3)


def _carried(world: World, process: str, into: dict[str, Any]) -> None:
    facts = world.facts[process]
    if world.timely:
        return
    if world.chance(2):
        into["requires"] = world.some(facts, 1, 2)
    if world.chance(3):
        into["optional"] = [f for f in world.some(facts, 1, 2) if f not in into.get("requires", ())] or None
        if into["optional"] is None:
            del into["optional"]


def _guards(world: World, process: str, into: dict[str, Any], *, context: bool, often: int = 2) -> None:
    if world.chance(often if not world.timely or often > 3 else 1):
        into["when"] = (
            world.guard(process, context=context)
            if not world.chance(4)
            else [world.guard(process, context=context) for _ in range(2)]
        )
    elif world.chance(2 * often):
        into["unless"] = world.guard(process, context=context)


def _transitions(world: World, process: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    states, alive = world.states[process], world.open_states(process)

    def add(name: str, rule: dict[str, Any], *, context: bool = True, often: int = 3) -> None:
        event = rule.get("event", name)
        _guards(world, process, rule, context=context, often=often)
        for other_name, other in list(found.items()):
            if other.get("event", other_name) != event:
                continue
            # two rules of one event: kept apart by a guard and its opposite, or by `otherwise`, or of the same effect
            how = world.draw(st.integers(0, 2))
            if how == 0 and isinstance(other.get("when"), str):
                rule["unless"] = other["when"]
            elif how == 1 and "to" in other and "raises" not in other and "sets" not in other:
                rule["from"] = other["from"]
                rule["to"] = other["to"]
                rule.pop("sets", None)
                rule.pop("raises", None)
                rule.pop("notifies", None)
                other.pop("notifies", None)
            else:
                rule.pop("when", None)
                rule.pop("unless", None)
                rule["otherwise"] = True
            break
        found[name] = rule

    by_system = {"by": [*world.some(ACTORS, 1, 2), "system"]}
    begin = {"from": "new", "to": "alpha", **by_system}
    # mostly an instance begins with values for what guards speak of
    begin["requires"] = world.one([world.facts[process], ALWAYS, ["price"]])
    add("begin", begin, context=False, often=6 if world.parents[process] else 40)
    if world.chance(4):
        other = {**begin, "event": "begin", "to": world.one(alive)}
        other.pop("when", None)
        other.pop("unless", None)
        add("begin_elsewhere", other, context=False)

    for number, (here, there) in enumerate(pairwise(states)):
        rule: dict[str, Any] = {"from": here, "to": there, "by": world.some(ACTORS, 1, 2)}
        _carried(world, process, rule)
        add(f"step_{number}", rule)
    extra = [e for e in world.events[process] if e in ("go", "act", "wave")]
    for event in extra:
        for number in range(world.draw(st.integers(1, 2))):
            rule = {"event": event, "from": world.one([["any"], world.some(alive)]), "by": world.some(ACTORS, 1, 2)}
            if world.chance(2):
                rule["to"] = world.one(states)
            _carried(world, process, rule)
            add(event if not number else f"{event}_{number}", rule)
    if "rest" in world.events[process]:
        add("rest", {"from": states[-1], "by": world.one(ACTORS)})
    auto: dict[str, Any] = {"from": "any", "by": ["system", *world.some(ACTORS, 0, 1)]}
    if not world.chance(4):
        auto["to"] = world.one(states)
    if world.chance(3):
        auto["optional"] = world.some(world.settable(process), 1, 2)
    add("auto", auto, context=False)
    for name, rule in found.items():
        if world.chance(3):
            # two rules of one event and the same effect keep it
            shared = [n for n, r in found.items() if r.get("event", n) == rule.get("event", name)]
            if len(shared) == 1:
                rule["sets"] = {f: world.value(process, f) for f in world.some(world.settable(process), 1, 2)}
        if world.chance(6) and "otherwise" not in rule:
            siblings = [n for n, r in found.items() if r.get("event", n) == rule.get("event", name)]
            if len(siblings) == 1:
                rule["notifies"] = world.some(ACTORS, 1, 2)
    return found


def _raises(world: World, rules: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Let events that nothing raises raise `auto`, and the beginning of what may stand below."""
    for process, transitions in rules.items():
        for name, rule in transitions.items():
            event = rule.get("event", name)
            alone = sum(r.get("event", n) == event for n, r in transitions.items()) == 1
            if event in ("auto", "begin") or not alone or not world.chance(3):
                continue
            raised: list[Any] = []
            for _ in range(world.draw(st.integers(1, 2))):
                others = [q for q in rules if q != process]
                creatable = [q for q in rules if world.parents[q] in (process, *world.above(process))]
                how = world.draw(st.integers(0, 3))
                if how == 0 and creatable:
                    target, happens = world.one(creatable), "begin"
                elif how == 1 and (rule.get("to") is None or rule["to"] not in world.final[process]):
                    target, happens = "", "auto"
                elif others:
                    target, happens = world.one(others), "auto"
                else:
                    continue
                there = rules[target or process]
                carried = {
                    fact
                    for n, r in there.items()
                    if r.get("event", n) == happens
                    for fact in (*r.get("requires", ()), *r.get("optional", ()))
                }
                required = {f for n, r in there.items() if r.get("event", n) == happens for f in r.get("requires", ())}
                settable = [f for f in carried if f in world.settable(target or process)]
                if not required <= set(settable):
                    continue
                given = sorted(required | set(world.some(settable, 0, 1) if settable else ()))
                entry: dict[str, Any] = {"event": f"{target}.{happens}" if target else happens}
                if given:
                    entry["facts"] = {f: world.value(process, f) for f in given}
                if not world.chance(3):
                    entry["if_possible"] = True
                narrowed = "units" in world.facts[process] and target == "item" and happens == "auto"
                if narrowed and world.chance(2):
                    entry["via"] = "units"
                raised.append(entry)
            if raised:
                rule["raises"] = raised


def period(world: World) -> tuple[str, dict[str, str]]:
    """A period, and what may stand beside it."""
    text = world.one(PERIODS)
    beside: dict[str, str] = {}
    if text in LEGAL and world.chance(5):
        beside["counting"] = "legal"
    else:
        if world.chance(5):
            beside["ends"] = "end_of_day"
        if world.chance(5):
            beside["rolls"] = "next_working_day"
    return text, beside


def _deadlines(world: World, process: str, transitions: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {}
    alive = world.open_states(process)
    for name in world.deadlines[process]:
        rule: dict[str, Any] = {"while": world.some(alive)}
        length, beside = period(world)
        wait = world.chance(4)
        if not wait and world.chance(8):
            rule["within"] = "unspecified"
        elif world.chance(5):
            rule["after" if wait else "within"] = "usual_time"
        else:
            rule["after" if wait else "within"] = length
            rule.update(beside)
        if wait or world.chance(2):
            rule["then"] = "auto"
        if not wait:
            rule["owed_by"] = world.one(ACTORS)
            possible = {
                r.get("event", n)
                for n, r in transitions.items()
                if r["from"] in ("any", ["any"])
                or set([r["from"]] if isinstance(r["from"], str) else r["from"]) & set(rule["while"])
            } - {"begin"}
            if possible and world.chance(2):
                rule["met_by"] = world.some(sorted(possible), 1, 2)
            if world.chance(2):
                rule["grace"] = world.one([*SHORT, "2 days"])
            if world.chance(3):
                rule["remind"] = world.some(["1 hour", "1 day", "4 working hours", "20 days"], 1, 2)
        if world.chance(4):
            rule["since"] = world.moment(process)
        if world.chance(5):
            rule["when"] = world.guard(process, context=False)
        found[name] = rule
    return found


def _limits(world: World, process: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for number in range(world.draw(st.integers(1 if world.timely else 0, 3))):
        event = world.one([e for e in world.events[process] if e != "begin" or world.parents[process]])
        context = event not in ("auto", "begin")
        rule: dict[str, Any] = {"event": event}
        match 5 if world.timely and world.chance(2) else world.draw(st.integers(0, 7)):
            case 0:
                bound = world.one(["20", "price", "was.price * 0.5", *(f"{q}.price" for q in world.above(process))])
                rule |= {"value": "price", world.one(["at_most", "at_least"]): bound}
            case 1:
                rule |= {"value": "price", "at_least": 1, "at_most": 12.34}
            case 2:
                rule |= {"value": "price", "one_of": [10, "12.34", "was.price"]}
            case 3:
                q = world.one([process, *world.beside(process), *world.above(process)])
                rule |= {"total": f"{q}.price", "at_most": 30}
                if world.chance(3):
                    rule["states"] = world.some(world.states[q])
                rule["per"] = world.one(["instance", "parent", "case"])
            case 4:
                rule |= {"times": world.one([1, 2, 3]), "per": world.one(["instance", "parent", "case"])}
            case 5:
                length, beside = period(world)
                edge = f"{length} after {world.moment(process)}"
                rule |= {world.one(["not_before", "not_after"]): edge, **beside}
            case 6:
                rule |= {"requires": world.some(world.facts[process], 1, 2)}
            case _:
                guard = world.guard(process, context=context)
                rule |= {world.one(["refuse_when", "only_when"]): guard}
        if world.chance(4):
            rule["when"] = world.guard(process, context=context)
        found[f"limit_{number}"] = rule
    return found


def _suspends(world: World, process: str) -> Any:
    target = world.one([q for q in world.parents if q != process])
    events = [f"{target}.{event}" for event in world.events[target] if event != "begin"]
    match world.draw(st.integers(0, 5)):
        case 0:
            return [target]
        case 1:
            return {"process": target, "except": world.some(events, 1, 2)}
        case 2:
            return [{"process": target, "except": [world.one(world.parents)]}]
        case 3:
            return {"process": target, "events": world.some(events, 1, 2)}
        case 4 if "units" in world.facts[process] and target in ("item", "order", "claim"):
            return [{"process": target, "via": "units"}]
    return {"process": target, "only": "deadlines"}


@st.composite
def pack_texts(draw: Any, *, timely: bool = False) -> str:
    """The text of a pack. `timely`: its guards and limits speak of time above all."""
    world = World(draw, timely=timely)
    _shape(world)
    rules = {process: _transitions(world, process) for process in world.parents}
    _raises(world, rules)
    processes: dict[str, Any] = {}
    for process, parent in world.parents.items():
        facts = {}
        for fact in world.facts[process]:
            declared, defaults = FACTS[fact]
            facts[fact] = {**declared, "default": world.one(defaults)} if defaults and world.chance(3) else declared
        states: dict[str, Any] = {}
        for state in world.states[process]:
            final = state in world.final[process]
            states[state] = {"final": True} if final else {}
            if not final and len(world.parents) > 1 and world.chance(2):
                states[state]["suspends"] = _suspends(world, process)
        processes[process] = {
            "facts": facts,
            "states": states,
            "transitions": rules[process],
            "deadlines": _deadlines(world, process, rules[process]),
            "limits": _limits(world, process),
        }
        if parent:
            processes[process]["under"] = parent
        for section in ("transitions", "deadlines", "limits"):
            for rule in processes[process][section].values():
                rule["assumed"] = "Drawn at random."
    zone, calendar = world.one(CALENDARS)
    pack = {
        "pack": "drawn",
        "title": "Drawn at random",
        "version": "1.0.0",
        "valid_from": "2026-01-01",
        "time_zone": zone,
        "currency": "EUR",
        "calendar": calendar,
        "actors": list(ACTORS),
        "context": {"world": {"ok": "boolean", "level": "number"}},
        "choices": {
            "method": {"values": ["normal", "tracked", "signed"], "worse_to_better": ["normal", "tracked", "signed"]}
        },
        "parameters": {
            "usual_time": {
                "value": world.one(PERIODS),
                "readings": {"longer": {"value": "4 days"}},
                "assumed": "Drawn at random.",
            }
        },
        "processes": processes,
    }
    return json.dumps(pack, indent=1)


@lru_cache(maxsize=200)
def engine_of(text: str) -> Engine:
    """The engine of a pack's text, read the way a file is. PackError where the pack is refused."""
    # a relative path, so that the places in reasons are the same wherever this runs
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        Path("drawn.yaml").write_text(text, encoding="utf-8")
        return Engine(load_pack("drawn.yaml"))


#: how many packs were drawn, and how many of them were refused, and for what
DRAWN: dict[str, int] = {"drawn": 0, "refused": 0}


def sound(text: str) -> bool:
    """Whether a pack can be run."""
    DRAWN["drawn"] += 1
    try:
        engine_of(text)
    except PackError as fault:
        DRAWN["refused"] += 1
        for code in {d.code for d in fault.diagnostics}:
            DRAWN[code] = DRAWN.get(code, 0) + 1
        return False
    return True


def sound_packs() -> st.SearchStrategy[str]:
    """Texts of packs drawn at random that can be run."""
    return pack_texts().filter(sound)


def timely_packs() -> st.SearchStrategy[str]:
    """The same, of packs in which much depends on the moment."""
    return pack_texts(timely=True).filter(sound)
