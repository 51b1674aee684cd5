"""A scenario held against its pack: every name known, every value of its type, every moment in order.

All findings come at once (`PackError`), each at its place in the scenario's file.
"""

from __future__ import annotations

from typing import Any

from rulesengine.diagnostics import Diagnostic, PackError, did_you_mean, finding
from rulesengine.document import Node
from rulesengine.engine import Engine
from rulesengine.loading.merge import offered_readings
from rulesengine.pack import Pack, Process
from rulesengine.simulation.expecting import Expecting, refusals
from rulesengine.simulation.plan import Act, Boundary, Given, Plan, Stage, later
from rulesengine.simulation.scenario import Scenario, entries, get, items, node_of, text_of
from rulesengine.simulation.words import Words, creating, events, instance_of, split_rule


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
        pack = engine.program(scenario.variant or engine.pack.default_variant, scenario.readings).pack
        self.words = Words(pack, self.report)
        self.expecting = Expecting(self.words)

    def plan(self) -> Plan:
        """The whole scenario. Where findings were reported the plan is not to be used."""
        node = self.scenario.node
        start = node_of(node, "start")
        moment = self.words.moment(start)
        boundary = self._boundary()
        given = tuple(self._given(item) for item in self.scenario.given)
        steps = self.scenario.steps
        stages = tuple(
            self._stage(number, step, edges=boundary is not None and number == len(steps))
            for number, step in enumerate(steps, 1)
        )
        if moment is not None:
            self._in_order(moment, stages)
        return Plan(
            pack=self.words.pack,
            start=moment or 0,
            start_place=start.span,
            context=self.words.context(get(node, "context")),
            given=given,
            stages=stages,
            boundary=boundary,
        )

    def _choose(self, pack: Pack) -> None:
        variant, chosen = get(self.scenario.node, "variant"), self.scenario.variant
        if variant is not None and chosen not in pack.variants:
            help = did_you_mean(chosen, pack.variants) or "It has no variants: take the line out."
            self.report.append(
                finding("RE310", variant.span, f"The pack '{pack.name}' has no variant '{chosen}'.", help)
            )
        offered = offered_readings(pack.document)
        readings = get(self.scenario.node, "readings")
        for name, value in entries(readings):
            assert readings is not None
            if name not in offered:
                help = did_you_mean(name, offered) or "No rule of this pack offers readings."
                self.report.append(finding("RE310", readings.keys[name], f"'{name}' offers no readings.", help))
            elif str(value.value) not in offered[name]:
                help = did_you_mean(str(value.value), offered[name])
                self.report.append(finding("RE310", value.span, f"'{name}' has no reading '{value.value}'.", help))

    # the parts

    def _given(self, node: Node) -> Given:
        named = node_of(node, "process")
        process = self.words.process(str(named.value), named.span)
        under = get(node, "under")
        if under is not None:
            self.words.process(str(under.value), under.span)
        state = text_of(node, "state")
        facts: dict[str, Any] = {}
        entered: dict[str, int] | int | None = None
        happened: dict[str, tuple[int, ...]] = {}
        missed = [str(item.value) for item in items(node, "missed")]
        if process is not None:
            if state:
                self.words.known(f"state of {process.name}", state, node_of(node, "state").span, process.states)
            facts = self.words.facts(get(node, "facts"), process.facts, process.name)
            entered = self._entered(get(node, "entered"), process)
            happened = self._happened(get(node, "happened"), process)
            names = [deadline.name for deadline in process.deadlines]
            for item in items(node, "missed"):
                self.words.known(f"deadline of {process.name}", str(item.value), item.span, names)
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
            return self.words.moment(node) if node is not None else None
        found = {}
        for name, value in entries(node):
            if self.words.known(f"state of {process.name}", name, node.keys[name], process.states):
                moment = self.words.moment(value)
                if moment is not None:
                    found[name] = moment
        return found

    def _happened(self, node: Node | None, process: Process) -> dict[str, tuple[int, ...]]:
        found = {}
        for name, value in entries(node):
            assert node is not None
            if self.words.known(f"event of {process.name}", name, node.keys[name], events(process)):
                listed = value.value if isinstance(value.value, list) else [value]
                moments = [moment for item in listed if (moment := self.words.moment(item)) is not None]
                found[name] = tuple(sorted(moments))
        return found

    def _stage(self, number: int, node: Node, *, edges: bool) -> Stage:
        at, after, expect = get(node, "at"), get(node, "after"), get(node, "expect")
        timed = at if at is not None else after
        act = self._act(node, expect) if get(node, "event") is not None else None
        checks, sides = self.expecting.read(expect, edges=edges)
        return Stage(
            number=number,
            place=node.span,
            note=text_of(node, "note"),
            at=self.words.moment(at) if at is not None else None,
            after=self.words.period(after) if after is not None else None,
            timed=timed.span if timed is not None else None,
            act=act,
            context=self.words.context(get(node, "context")),
            checks=checks,
            sides=sides,
        )

    def _act(self, node: Node, expect: Node | None) -> Act | None:
        words = self.words
        event, by, target = node_of(node, "event"), node_of(node, "by"), get(node, "target")
        name, dot, bare = str(event.value).partition(".")
        words.known("actor", str(by.value), by.span, {*words.pack.actors, "system"})
        if not dot:
            owners = [process.name for process in words.pack.processes.values() if name in events(process)]
            help = f"Write '{owners[0]}.{name}'." if owners else "Write process.event."
            words.say("RE601", event.span, f"'{name}' does not say whose event it is.", help)
            return None
        expected = refusals(expect)
        facts: dict[str, Any] = {}
        if "unknown_event" in expected:
            facts = words.facts(get(node, "facts"), {}, name, bad=True)
        else:
            process = words.process(name, event.span)
            if process is not None and words.known(f"event of {name}", bare, event.span, events(process)):
                facts = words.facts(get(node, "facts"), process.facts, name, bad="bad_fact" in expected)
                if target is not None and "unknown_target" not in expected:
                    self._target(target, process, bare)
        return Act(
            place=event.span,
            event=str(event.value),
            by=str(by.value),
            target=instance_of(text_of(node, "target")),
            id=text_of(node, "id"),
            facts=facts,
        )

    def _target(self, target: Node, process: Process, event: str) -> None:
        """Whether the target is of the process that the event happens to: the parent's, where it creates."""
        named = self.words.process(str(target.value), target.span)
        wanted = process.under if event in creating(process) else process.name
        if named is not None and named.name != wanted:
            message = f"'{process.name}.{event}' does not happen to '{named.name}'."
            help = f"Name the {wanted} it happens to." if wanted else "It opens a case: leave the target out."
            self.words.say("RE601", target.span, message, help)

    def _boundary(self) -> Boundary | None:
        node = self.scenario.boundaries
        if node is None:
            return None
        key = "deadline" if get(node, "deadline") is not None else "limit"
        named = node_of(node, key)
        instance, rule = split_rule(str(named.value))
        self.words.known(key, rule, named.span, self.words.deadlines if key == "deadline" else self.words.limits)
        return Boundary(
            place=named.span,
            deadline=rule if key == "deadline" else "",
            limit=rule if key == "limit" else "",
            instance=instance,
            consequence=text_of(node, "edge") == "consequence",
        )

    # time

    def _in_order(self, start: int, stages: tuple[Stage, ...]) -> None:
        """No step may lie before the one before it."""
        moment: int | None = start
        for stage in stages:
            if stage.at is not None:
                if moment is not None and stage.at < moment:
                    assert stage.timed is not None
                    before = f"{self.words.pack.calendar.local(moment):%Y-%m-%d %H:%M}"
                    message = f"This moment lies before that of the step before, {before}."
                    self.words.say("RE603", stage.timed, message, "Time only goes forward: put the steps in order.")
                moment = stage.at
            elif stage.timed is not None and moment is not None:
                moment = later(self.words.pack, moment, stage.after) if stage.after is not None else None
                if moment is None and stage.after is not None:
                    self.words.say(
                        "RE603", stage.timed, "This moment lies after the year 2500.", "Write a shorter period."
                    )
