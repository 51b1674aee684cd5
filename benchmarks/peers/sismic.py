"""`sismic`: one statechart, an interpreter for each order; guards and times in its own language, by its own clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import CodeType
from typing import Any

from order import HEAVIEST, RULES, SMALL_CLAIM, START, STATES, Moment, Peer, Rule, Standing, plain
from sismic.code import PythonEvaluator
from sismic.interpreter import Interpreter
from sismic.io.datadict import import_from_dict
from sismic.model import Statechart

GUARDS = {
    "pays_enough": "event.amount >= facts['price']",
    "light_enough": f"event.weight <= {HEAVIEST}",
    "worth_arguing": f"event.claimed > {SMALL_CLAIM}",
    "fair_offer": "facts['offered'] * 2 >= facts['claimed']",
}


class CompiledOnce(PythonEvaluator):
    """The library's evaluator, whose compiled code all interpreters share: by itself each would compile its own."""

    evaluable: Mapping[str, CodeType] = {}
    executable: Mapping[str, CodeType] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._evaluable_code = self.evaluable
        self._executable_code = self.executable


class ChartOrder:
    """An order with an interpreter of its own, as the library wants it."""

    def __init__(self, chart: Statechart, **options: Any) -> None:
        self.context: dict[str, Any] = {"facts": {}, "happened": {}, "entered": {}}
        self.interpreter = Interpreter(chart, initial_context=self.context, **options)
        self.clock: Any = self.interpreter.clock
        # the first step enters the initial state
        self.interpreter.execute_once()

    def send(self, event: tuple[str, int, dict[str, Any]]) -> None:
        name, at, facts = event
        self.clock.time = at
        self.interpreter.queue(name, **facts).execute()

    def standing(self) -> Standing:
        happened, entered = (
            {name: START + timedelta(seconds=at) for name, at in self.context[what].items()}
            for what in ("happened", "entered")
        )
        return Standing(self.interpreter.configuration[-1], happened, entered)


class FastOrder(ChartOrder):
    """The same in as little time as the library can be brought to."""

    def __init__(self, chart: Statechart) -> None:
        super().__init__(chart, evaluator_klass=CompiledOnce, ignore_contract=True)

    def send(self, event: tuple[str, int, dict[str, Any]]) -> None:
        name, at, facts = event
        self.clock.time = at
        # one event, one step: `execute` would look for a second one
        self.interpreter.queue(name, **facts).execute_once()


def transition(rule: Rule) -> dict[str, Any]:
    # one piece of code for each transition: the library runs every piece by itself
    entered = f"entered['{rule.target}'] = " if rule.target else ""
    found = {"event": rule.event, "action": f"happened['{rule.event}'] = {entered}time; facts.update(event.data)"}
    if rule.target:
        found["target"] = rule.target
    if rule.guard:
        found["guard"] = GUARDS[rule.guard]
    elif any(other.guard for other in RULES if other.event == rule.event):
        found["priority"] = "low"
    return found


def statechart() -> Statechart:
    states = [
        {"name": state, "transitions": [transition(rule) for rule in RULES if state in rule.sources]}
        for state in STATES
    ]
    root = {"name": "order", "initial": "new", "states": states}
    return import_from_dict({"statechart": {"name": "order", "root state": root}})


def event(moment: Moment) -> tuple[str, int, dict[str, Any]]:
    return moment.step.event, round((moment.at - START).total_seconds()), plain(moment.step.facts)


def peers() -> list[Peer]:
    chart = statechart()
    return [
        Peer(
            "sismic",
            "sismic",
            "an `Interpreter` for each order on its own simulated clock, `ignore_contract=True`, all sharing the "
            "statechart and its compiled code; `queue` and one `execute_once` for each event, guards and times in "
            "the statechart's own language",
            event,
            lambda: FastOrder(chart),
        ),
        Peer(
            "sismic, as documented",
            "sismic",
            "the same with the options it has by itself, and `queue(…).execute()`",
            event,
            lambda: ChartOrder(chart),
        ),
    ]
