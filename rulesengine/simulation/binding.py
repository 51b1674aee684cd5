"""A scenario held against its pack: every name known, every value of its type, every moment in order.

All findings come at once (`PackError`), each at its place in the scenario's file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from rulesengine.case import REASON_CODES
from rulesengine.diagnostics import Diagnostic, PackError, Span, did_you_mean, finding
from rulesengine.document import Node, plain
from rulesengine.engine import Engine
from rulesengine.facts import FactType, read_moment
from rulesengine.loading.merge import offered_readings
from rulesengine.pack import Pack, Process
from rulesengine.simulation.expectations import Check
from rulesengine.simulation.scenario import Scenario, entries, get, items, node_of, text_of
from rulesengine.timing import MomentOutOfRange, Period, TimingError, parse_period
from rulesengine.trace import Edge

EDGES: tuple[Edge, ...] = ("before", "at", "after")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """An instance that is there at the start. Moments in microseconds, facts in their JSON form."""

    place: Span
    process: str
    id: str
    under: str
    state: str
    facts: Mapping[str, Any]
    entered: Mapping[str, int] | int | None
    happened: Mapping[str, tuple[int, ...]]
    missed: tuple[str, ...]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody does in a step; facts in their JSON form."""

    place: Span
    event: str
    by: str
    target: str
    id: str
    facts: Mapping[str, Any]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One step: its moment (`at`, or `after` the step before), what happens, and what is expected."""

    number: int
    place: Span
    note: str
    at: int | None
    after: Period | None
    #: where `at` or `after` stand; None: neither does
    timed: Span | None
    act: Act | None
    context: Mapping[str, Mapping[str, Any]]
    checks: tuple[Check, ...]
    #: expectations of one side of an edge, in the last step of a scenario with boundaries
    sides: Mapping[Edge, tuple[Check, ...]]


class Boundary(msgspec.Struct, frozen=True, kw_only=True):
    """The edge a scenario stands at: a deadline's or a limit's. `instance` is empty, or `claim/1`."""

    place: Span
    deadline: str = ""
    limit: str = ""
    instance: str = ""
    consequence: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario ready to be played. `pack` is built under the scenario's variant and readings."""

    pack: Pack
    start: int
    start_place: Span
    context: Mapping[str, Mapping[str, Any]]
    given: tuple[Given, ...]
    stages: tuple[Stage, ...]
    boundary: Boundary | None


def bind(scenario: Scenario, engine: Engine) -> Plan:
    """Holds a scenario against an engine's pack. PackError with every finding where they do not go together."""
    binding = Binding(scenario, engine)
    plan = binding.plan()
    if binding.report:
        raise PackError(binding.report)
    return plan


class Binding:
    """Reads the parts of one scenario in the names and types of one pack, and collects what is wrong."""

    def __init__(self, scenario: Scenario, engine: Engine) -> None:
        self.report: list[Diagnostic] = []
        self.scenario = scenario
        self._choose(engine.pack)
        if self.report:
            raise PackError(self.report)
        self.pack = engine.program(scenario.variant or engine.pack.default_variant, scenario.readings).pack
        self.rules = {rule.rule for process in self.pack.processes.values() for rule in process.rules}
        self.deadlines = {d.rule for process in self.pack.processes.values() for d in process.deadlines}

    def plan(self) -> Plan:
        """The whole scenario. Where findings were reported the plan is not to be used."""
        node = self.scenario.node
        start = node_of(node, "start")
        moment = self.moment(start)
        boundary = self._boundary()
        given = tuple(self._given(item) for item in self.scenario.given)
        steps = self.scenario.steps
        stages = tuple(
            self._stage(number, step, edges=boundary is not None and number == len(steps))
            for number, step in enumerate(steps, 1)
        )
        if moment is not None:
            self._in_order(moment, start.span, stages)
        return Plan(
            pack=self.pack,
            start=moment or 0,
            start_place=start.span,
            context=self.context(get(node, "context")),
            given=given,
            stages=stages,
            boundary=boundary,
        )

    # findings

    def say(self, code: str, span: Span, message: str, help: str = "") -> None:
        """Reports one finding."""
        self.report.append(finding(code, span, message, help))

    def known(self, kind: str, word: str, span: Span, names: Iterable[str]) -> bool:
        """Whether the pack has this name; a finding with the likely one where it does not."""
        names = list(names)
        if word in names:
            return True
        self.say("RE601", span, f"The pack '{self.pack.name}' has no {kind} '{word}'.", did_you_mean(word, names))
        return False

    def _choose(self, pack: Pack) -> None:
        variant, chosen = get(self.scenario.node, "variant"), self.scenario.variant
        if variant is not None and chosen not in pack.variants:
            help = did_you_mean(chosen, pack.variants) or "It has no variants: take the line out."
            self.say("RE310", variant.span, f"The pack '{pack.name}' has no variant '{chosen}'.", help)
        offered = offered_readings(pack.document)
        readings = get(self.scenario.node, "readings")
        for name, value in entries(readings):
            assert readings is not None
            if name not in offered:
                help = did_you_mean(name, offered) or "No rule of this pack offers readings."
                self.say("RE310", readings.keys[name], f"'{name}' offers no readings.", help)
            elif str(value.value) not in offered[name]:
                help = did_you_mean(str(value.value), offered[name])
                self.say("RE310", value.span, f"'{name}' has no reading '{value.value}'.", help)

    # values

    def moment(self, node: Node) -> int | None:
        """A moment in microseconds; without an offset it is wall-clock time of the pack's zone."""
        text = str(node.value).replace(" Z", "Z").replace(" +", "+").replace(" -", "-")
        try:
            return read_moment(text if len(text) > 10 else f"{text} 00:00", self.pack.calendar)
        except ValueError as fault:
            self.say("RE603", node.span, sentence(str(fault)), "Write day and time: 2026-03-02 09:00.")
            return None

    def facts(self, node: Node | None, types: Mapping[str, FactType], of: str, *, bad: bool = False) -> dict[str, Any]:
        """Facts in their JSON form. `bad`: the step says that they do not fit, so they go through as they stand."""
        found: dict[str, Any] = {}
        for name, value in entries(node):
            assert node is not None
            if bad:
                found[name] = plain(value)
            elif self.known(f"fact of {of}", name, node.keys[name], types):
                read = self.fact(value, types[name])
                found[name] = None if read is None else types[name].show(read)
        return found

    def fact(self, value: Node, type: FactType) -> Any:
        """One value in memory form; None for null, and where a finding was reported."""
        if value.value is None:
            return None
        raw = plain(value)
        if type.kind == "text" and isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        if type.kind in ("list", "instances") and isinstance(raw, list):
            raw = [str(entry) if isinstance(entry, int) and not isinstance(entry, bool) else entry for entry in raw]
        try:
            return type.read(raw, self.pack.calendar)
        except ValueError as fault:
            self.say("RE604", value.span, sentence(str(fault)), f"The pack says: {type.type_text}.")
            return None

    def context(self, node: Node | None) -> dict[str, dict[str, Any]]:
        """Facts about the world, in their JSON form."""
        found: dict[str, dict[str, Any]] = {}
        for group, value in entries(node):
            assert node is not None
            if self.known("context", group, node.keys[group], self.pack.context):
                found[group] = self.facts(value, self.pack.context[group], group)
        return found

    def process(self, word: str, span: Span) -> Process | None:
        """The process named by `claim`, or by the first part of `claim/1`."""
        name = word.partition("/")[0]
        return self.pack.processes[name] if self.known("process", name, span, self.pack.processes) else None

    # the parts

    def _given(self, node: Node) -> Given:
        named = node_of(node, "process")
        process = self.process(str(named.value), named.span)
        under = get(node, "under")
        if under is not None:
            self.process(str(under.value), under.span)
        state = text_of(node, "state")
        facts: dict[str, Any] = {}
        entered: dict[str, int] | int | None = None
        happened: dict[str, tuple[int, ...]] = {}
        missed = [str(item.value) for item in items(node, "missed")]
        if process is not None:
            if state:
                self.known(f"state of {process.name}", state, node_of(node, "state").span, process.states)
            facts = self.facts(get(node, "facts"), process.facts, process.name)
            entered = self._entered(get(node, "entered"), process)
            happened = self._happened(get(node, "happened"), process)
            names = [deadline.name for deadline in process.deadlines]
            for item in items(node, "missed"):
                self.known(f"deadline of {process.name}", str(item.value), item.span, names)
        return Given(
            place=node.span,
            process=str(named.value),
            id=text_of(node, "id"),
            under=instance_of(text_of(node, "under")),
            state=state,
            facts=facts,
            entered=entered,
            happened=happened,
            missed=tuple(missed),
        )

    def _entered(self, node: Node | None, process: Process) -> dict[str, int] | int | None:
        if node is None or isinstance(node.value, str):
            return self.moment(node) if node is not None else None
        found = {}
        for name, value in entries(node):
            if self.known(f"state of {process.name}", name, node.keys[name], process.states):
                moment = self.moment(value)
                if moment is not None:
                    found[name] = moment
        return found

    def _happened(self, node: Node | None, process: Process) -> dict[str, tuple[int, ...]]:
        found = {}
        for name, value in entries(node):
            assert node is not None
            if self.known(f"event of {process.name}", name, node.keys[name], events(process)):
                listed = value.value if isinstance(value.value, list) else [value]
                moments = [moment for item in listed if (moment := self.moment(item)) is not None]
                found[name] = tuple(sorted(moments))
        return found

    def _stage(self, number: int, node: Node, *, edges: bool) -> Stage:
        at, after, expect = get(node, "at"), get(node, "after"), get(node, "expect")
        timed = at if at is not None else after
        act = self._act(node, expect) if get(node, "event") is not None else None
        checks, sides = self._expect(expect, edges=edges)
        return Stage(
            number=number,
            place=node.span,
            note=text_of(node, "note"),
            at=self.moment(at) if at is not None else None,
            after=self._period(after) if after is not None else None,
            timed=timed.span if timed is not None else None,
            act=act,
            context=self.context(get(node, "context")),
            checks=checks,
            sides=sides,
        )

    def _period(self, node: Node) -> Period | None:
        try:
            period = parse_period(str(node.value))
            self.pack.calendar.check(period)
        except ValueError as fault:
            self.say("RE405", node.span, sentence(str(fault)), "Write a period like '3 days' or '2 working hours'.")
            return None
        return period

    def _act(self, node: Node, expect: Node | None) -> Act | None:
        event, by = node_of(node, "event"), node_of(node, "by")
        name, dot, bare = str(event.value).partition(".")
        actor = str(by.value)
        self.known("actor", actor, by.span, [*self.pack.actors, *(() if "system" in self.pack.actors else ("system",))])
        expected = _refusals(expect)
        if not dot:
            owners = [process.name for process in self.pack.processes.values() if name in events(process)]
            help = f"Write '{owners[0]}.{name}'." if owners else "Write process.event."
            self.say("RE601", event.span, f"'{name}' does not say whose event it is.", help)
            return None
        target = get(node, "target")
        if target is not None:
            self.process(str(target.value), target.span)
        facts: dict[str, Any] = {}
        if "unknown_event" in expected:
            facts = self.facts(get(node, "facts"), {}, name, bad=True)
        else:
            process = self.process(name, event.span)
            if process is not None and self.known(f"event of {name}", bare, event.span, events(process)):
                facts = self.facts(get(node, "facts"), process.facts, name, bad="bad_fact" in expected)
        return Act(
            place=event.span,
            event=str(event.value),
            by=actor,
            target=instance_of(text_of(node, "target")),
            id=text_of(node, "id"),
            facts=facts,
        )

    def _boundary(self) -> Boundary | None:
        node = self.scenario.boundaries
        if node is None:
            return None
        key = "deadline" if get(node, "deadline") is not None else "limit"
        named = node_of(node, key)
        instance, rule = self._rule(named)
        limits = {limit.rule for process in self.pack.processes.values() for limit in process.limits}
        self.known(key, rule, named.span, self.deadlines if key == "deadline" else limits)
        return Boundary(
            place=named.span,
            deadline=rule if key == "deadline" else "",
            limit=rule if key == "limit" else "",
            instance=instance,
            consequence=text_of(node, "edge") == "consequence",
        )

    @staticmethod
    def _rule(node: Node) -> tuple[str, str]:
        """`(claim/1, claim.solve)` of `claim/1.solve`; the instance is empty where only the process is named."""
        return split_rule(str(node.value))

    # expectations

    def _expect(self, node: Node | None, *, edges: bool) -> tuple[tuple[Check, ...], dict[Edge, tuple[Check, ...]]]:
        if node is None:
            return (), {}
        if isinstance(node.value, str):
            kind: Any = node.value
            return (Check(kind=kind, expected=None, place=node.span),), {}
        checks: list[Check] = []
        sides: dict[Edge, tuple[Check, ...]] = {}
        for key, value in entries(node):
            if key in EDGES:
                if edges:
                    side: Any = key
                    sides[side] = self._expect(value, edges=False)[0]
                else:
                    message = f"'{key}' has no meaning here: this step stands at no edge."
                    help = "It belongs in the last step of a scenario that names 'boundaries'."
                    self.say("RE605", node.keys[key], message, help)
            else:
                checks += self._checks(key, node.keys[key], value)
        return tuple(checks), sides

    def _checks(self, key: str, place: Span, value: Node) -> list[Check]:
        listed = value.value if isinstance(value.value, list) else [value]
        words = tuple(str(item.value) for item in listed)
        kind: Any = key
        check = Check(kind="fired", expected=words, place=value.span)
        if key in ("accepted", "refused"):
            if value.value is True:
                return [Check(kind=kind, expected=None, place=value.span)]
            for word, item in zip(words, listed, strict=True):
                if key == "accepted" or "." in word:
                    self.known("rule", self._rule(item)[1], item.span, self.rules)
                else:
                    self._code(word, item.span)
            return [msgspec.structs.replace(check, kind="taken" if key == "accepted" else "reasons")]
        if key in ("fired", "missed", "reminded", "overdue"):
            for item in listed:
                self.known("deadline", self._rule(item)[1], item.span, self.deadlines)
            return [msgspec.structs.replace(check, kind=kind)]
        if key == "notified":
            for word, item in zip(words, listed, strict=True):
                self.known("actor", word, item.span, self.pack.actors)
            return [msgspec.structs.replace(check, kind="notified")]
        if key == "due":
            return [self._due(name, value.keys[name], due) for name, due in entries(value)]
        if key == "valid_until":
            expected = None if value.value is None else self.moment(value)
            return [Check(kind="valid_until", expected=expected, place=value.span)]
        if key == "count":
            for name in dict(entries(value)):
                self.process(name, value.keys[name])
            return [Check(kind="count", subject=n, expected=v.value, place=v.span) for n, v in entries(value)]
        return self._instance(key, place, value)

    def _code(self, word: str, span: Span) -> None:
        if word not in REASON_CODES:
            help = did_you_mean(word, [*REASON_CODES, *self.rules])
            self.say("RE601", span, f"'{word}' is neither a rule nor the code of a reason.", help)

    def _due(self, name: str, place: Span, value: Node) -> Check:
        instance, rule = split_rule(name)
        self.known("deadline", rule, place, self.deadlines)
        subject = f"{instance}.{rule.partition('.')[2]}" if instance else rule
        expected = None if value.value is None else self.moment(value)
        return Check(kind="due", subject=subject, expected=expected, place=value.span)

    def _instance(self, key: str, place: Span, value: Node) -> list[Check]:
        process = self.process(key, place)
        if value.value is None:
            return [Check(kind="absent", subject=key, expected=None, place=place)]
        checks: list[Check] = []
        state = get(value, "state")
        if state is not None:
            if process is not None:
                self.known(f"state of {process.name}", str(state.value), state.span, process.states)
            checks.append(Check(kind="state", subject=key, expected=str(state.value), place=state.span))
        facts = get(value, "facts")
        for name, fact in entries(facts):
            assert facts is not None
            if process is not None and self.known(f"fact of {process.name}", name, facts.keys[name], process.facts):
                expected = self.fact(fact, process.facts[name])
                checks.append(Check(kind="fact", subject=key, fact=name, expected=expected, place=fact.span))
        return checks

    # time

    def _in_order(self, start: int, place: Span, stages: tuple[Stage, ...]) -> None:
        """No step may lie before the one before it."""
        moment: int | None = start
        for stage in stages:
            if stage.at is not None:
                if moment is not None and stage.at < moment:
                    assert stage.timed is not None
                    before = f"{self.pack.calendar.local(moment):%Y-%m-%d %H:%M}"
                    message = f"This moment lies before that of the step before, {before}."
                    self.say("RE603", stage.timed, message, "Time only goes forward: put the steps in order.")
                moment = stage.at
            elif stage.timed is not None and moment is not None:
                moment = later(self.pack, moment, stage.after) if stage.after is not None else None
                if moment is None and stage.after is not None:
                    self.say("RE603", stage.timed, "This moment lies after the year 2500.", "Write a shorter period.")


def later(pack: Pack, moment: int, period: Period) -> int | None:
    """The moment a period later on the pack's calendar; None where the calendar ends before it."""
    try:
        return pack.calendar.add(moment, period).due
    except (MomentOutOfRange, TimingError):
        return None


def split_rule(text: str) -> tuple[str, str]:
    """`(claim/1, claim.solve)` of `claim/1.solve`, `("", claim.solve)` of `claim.solve`."""
    instance, _, name = text.rpartition(".")
    return (instance if "/" in instance else "", f"{instance.partition('/')[0]}.{name}")


def instance_of(text: str) -> str:
    """`claim/1` as it stands; nothing for the bare process `claim`, which means the only instance there is."""
    return text if "/" in text else ""


def events(process: Process) -> list[str]:
    """The events of a process, each once."""
    return list(dict.fromkeys(transition.event for transition in process.transitions))


def sentence(text: str) -> str:
    """A message that began in the middle of a sentence, as one of its own."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _refusals(expect: Node | None) -> set[str]:
    """The codes a step expects its event to be refused with."""
    if expect is None or not isinstance(expect.value, dict):
        return set()
    return {str(item.value) for item in items(expect, "refused")}
