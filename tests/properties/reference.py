"""A second interpreter, small and slow, written from section 11 of the language alone: to be compared with the engine.

It knows one process without a parent, facts of money, integers, booleans and moments, transitions, and deadlines of
elapsed time; nothing that suspends, no limits, no raises. A pack is the plain data of its YAML. Money is exact euros,
moments are microseconds, what is not known is None. Nothing here imports the engine.
"""

from __future__ import annotations

import ast
from datetime import datetime
from fractions import Fraction
from typing import Any

UNITS = {"minute": 60_000_000, "hour": 3_600_000_000}


def length(text: str) -> int:
    """Microseconds of `30 minutes` or `2 hours`."""
    number, unit = text.split()
    return int(number) * UNITS[unit.removesuffix("s")]


def listed(value: Any) -> list[Any]:
    """A list; a single value is a list of one, nothing is an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def read(kind: str, raw: Any) -> Any:
    """A fact as it comes in."""
    if kind == "datetime":
        at = datetime.fromisoformat(raw)
        whole = int(at.replace(microsecond=0).timestamp())
        return whole * 1_000_000 + at.microsecond
    return Fraction(str(raw)) if kind in ("money", "integer") else raw


def stored(kind: str, value: Any) -> Any:
    """A computed value as it is kept: money to the cent, half up."""
    if kind == "money" and value is not None:
        return Fraction((value * 200 + 1) // 2, 100)
    return value


class Run:
    """One run of a deadline."""

    def __init__(self, start: int, due: int, fires: int, reminders: list[int]) -> None:
        self.start = start
        self.reminders = reminders
        self.due = due
        self.fires = fires
        self.outcome = "open"
        self.over: int | None = None
        self.late: int | None = None

    @property
    def known(self) -> tuple[Any, ...]:
        """What is compared."""
        return self.start, self.due, self.fires, self.outcome, self.over, self.late


class RefusedError(Exception):
    """Why an event is refused: the code of the reason."""


class Reference:
    """One case with at most one instance."""

    def __init__(self, process: dict[str, Any], now: int) -> None:
        self.process = process
        self.now = now
        self.state = "new"
        self.facts: dict[str, Any] = {}
        self.happened: dict[str, int] = {}
        self.times: dict[str, int] = {}
        self.entered: dict[str, int] = {}
        self.runs: dict[str, list[Run]] = {name: [] for name in process["deadlines"]}
        #: what time did: (kind, deadline, moment, whether it was taken)
        self.log: list[tuple[str, str, int, bool]] = []
        self.by_itself = False

    # expressions

    def holds(self, expression: str, facts: dict[str, Any]) -> bool | None:
        """The value of a condition; None where it is not known."""
        return self.value(ast.parse(expression, mode="eval").body, facts)

    def value(self, node: ast.expr, facts: dict[str, Any]) -> Any:
        match node:
            case ast.Constant(value=value):
                return Fraction(str(value))
            case ast.Name(id="true"):
                return True
            case ast.Name(id="false"):
                return False
            case ast.Name(id="now"):
                return self.now
            case ast.Name(id=name):
                return facts.get(name)
            case ast.Attribute(value=ast.Name(id="was"), attr=name):
                return self.facts.get(name)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                value = self.value(inner, facts)
                return None if value is None else not value
            case ast.BoolOp(op=operator, values=parts):
                values = [self.value(part, facts) for part in parts]
                decisive = isinstance(operator, ast.Or)
                if decisive in values:
                    return decisive
                return None if None in values else not decisive
            case ast.Call(func=ast.Name(id=function), args=[argument]):
                return self.called(function, argument, facts)
            case ast.BinOp(left=left, op=operator, right=right):
                one, two = self.value(left, facts), self.value(right, facts)
                if one is None or two is None:
                    return None
                if isinstance(operator, ast.Div):
                    return one / two if two else None
                return one + two if isinstance(operator, ast.Add) else one * two
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                one, two = self.value(left, facts), self.value(right, facts)
                if one is None or two is None:
                    return None
                signs = {ast.Lt: one < two, ast.LtE: one <= two, ast.Gt: one > two, ast.GtE: one >= two}
                return {**signs, ast.Eq: one == two, ast.NotEq: one != two}[type(operator)]
        raise AssertionError(ast.dump(node))

    def called(self, function: str, argument: ast.expr, facts: dict[str, Any]) -> Any:
        if function == "period":
            assert isinstance(argument, ast.Constant)
            return length(str(argument.value))
        if function == "known":
            return self.value(argument, facts) is not None
        assert isinstance(argument, ast.Name)
        name = argument.id
        match function:
            case "happened":
                return name in self.happened
            case "happened_at":
                return self.happened.get(name)
            case "entered_at":
                return self.entered.get(name)
            case "missed":
                return any(run.outcome == "missed" for run in self.runs[name])
            case "overdue":
                latest = self.runs[name][-1] if self.runs[name] else None
                if latest is None or latest.outcome != "missed" or latest.late is not None:
                    return False
                # an outside event of that moment comes before all that fires at it
                return latest.fires <= self.now if self.by_itself else latest.fires < self.now
        raise AssertionError(function)

    # events

    def select(self, event: str, by: str, facts: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The transition an event takes, and its name."""
        final = self.process["states"].get(self.state, {}).get("final", False)
        if final:
            raise RefusedError("ended")
        named = [(n, r) for n, r in self.process["transitions"].items() if r.get("event", n) == event]
        ordered = [p for p in named if not p[1].get("otherwise")] + [p for p in named if p[1].get("otherwise")]
        from_here = [
            (name, rule)
            for name, rule in ordered
            if self.state in listed(rule["from"]) or ("any" in listed(rule["from"]) and self.state != "new")
        ]
        if not from_here:
            raise RefusedError("no_transition")
        fitting = [(name, rule) for name, rule in from_here if by in listed(rule["by"])]
        if not fitting:
            raise RefusedError("wrong_actor")
        for name, rule in fitting:
            verdicts = [self.holds(text, facts) for text in listed(rule.get("when"))]
            for text in listed(rule.get("unless")):
                verdict = self.holds(text, facts)
                verdicts.append(None if verdict is None else not verdict)
            if False in verdicts:
                continue
            if None in verdicts:
                raise RefusedError("missing_fact")
            return name, rule
        raise RefusedError("condition")

    def take(self, event: str, by: str, given: dict[str, Any]) -> str:
        """Take an event or refuse it; the name of the transition taken."""
        types = self.process["facts"]
        carried = {name: read(types[name], raw) for name, raw in given.items()}
        facts = {**self.facts, **carried}
        name, rule = self.select(event, by, facts)
        wanted, more = listed(rule.get("requires")), listed(rule.get("optional"))
        if any(fact not in carried for fact in wanted):
            raise RefusedError("missing_fact")
        if any(fact not in (*wanted, *more) for fact in carried):
            raise RefusedError("bad_fact")
        written = {
            fact: stored(types[fact], self.value(ast.parse(text, mode="eval").body, facts))
            for fact, text in rule.get("sets", {}).items()
        }
        before = self.state
        formerly = {
            deadline: self.value(ast.parse(rule["since"], mode="eval").body, self.facts)
            for deadline, rule in self.process["deadlines"].items()
            if "since" in rule
        }
        self.facts = {fact: value for fact, value in {**facts, **written}.items() if value is not None}
        self.state = rule.get("to", before)
        if self.state != before:
            self.entered[self.state] = self.now
        self.happened[event] = self.now
        self.times[event] = self.times.get(event, 0) + 1
        for deadline in self.process["deadlines"]:
            self.follow(deadline, before, event, by, formerly.get(deadline))
        return name

    # deadlines

    def follow(self, name: str, before: str, event: str, by: str, formerly: Any) -> None:
        """What a transition does to a deadline; `formerly` is what its `since` was worth before."""
        rule, runs = self.process["deadlines"][name], self.runs[name]
        states = listed(rule["while"])
        was_in, is_in = before in states, self.state in states
        latest = runs[-1] if runs else None
        if latest is not None:
            left = was_in and not is_in
            by_leaving = left and "met_by" not in rule and "within" in rule and by == rule["owed_by"]
            if event in listed(rule.get("met_by")) or by_leaving:
                self.done(latest)
            if left:
                self.stop(latest)
        if not is_in:
            return
        if "since" not in rule:
            if not was_in:
                self.begin(name, self.now)
            return
        since = self.value(ast.parse(rule["since"], mode="eval").body, self.facts)
        running = latest is not None and latest.outcome == "open"
        if since is None:
            # not known is not running: a consequence still to come is stopped as well
            if latest is not None:
                self.stop(latest)
            return
        if running and latest is not None:
            if "(" not in rule["since"] and since != latest.start:
                latest.start = since
                latest.due, latest.fires, latest.reminders = self.times_of(rule, since)
        elif was_in and since == formerly:
            return  # no start: `when` is asked at one only
        elif not any(run.start == since and run.outcome != "void" for run in runs):
            self.begin(name, since)

    def times_of(self, rule: dict[str, Any], start: int) -> tuple[int, int, list[int]]:
        """Due, never before now; the moment of the consequence; and the reminders still to come."""
        due = max(start + length(rule.get("within") or rule["after"]), self.now)
        moments = {due - length(before) for before in listed(rule.get("remind"))}
        fires = due + (length(rule["grace"]) if "grace" in rule else 0)
        return due, fires, sorted(moment for moment in moments if moment >= self.now)

    def begin(self, name: str, start: int) -> None:
        rule, runs = self.process["deadlines"][name], self.runs[name]
        if any(self.holds(text, self.facts) is not True for text in listed(rule.get("when"))):
            return
        if runs:
            self.stop(runs[-1])
        runs.append(Run(start, *self.times_of(rule, start)))

    def done(self, run: Run) -> None:
        """The duty is done: in time, or late."""
        if run.outcome == "open":
            run.outcome, run.over = "met", self.now
        elif run.outcome == "missed" and run.late is None:
            run.late = self.now
            run.over = self.now if run.over is None else run.over

    def stop(self, run: Run) -> None:
        """The clock has nothing left to do."""
        if run.outcome == "open":
            run.outcome = "void"
        if run.over is None:
            run.over = self.now

    # time

    def next(self) -> int | None:
        """The next moment at which time itself does something."""
        moments = []
        for name, runs in self.runs.items():
            rule = self.process["deadlines"][name]
            for run in runs[-1:]:
                if run.over is None:
                    if run.outcome == "open":
                        moments += [run.due, *run.reminders]
                    elif "then" in rule:
                        moments.append(run.fires)
        return min(moments, default=None)

    def advance(self, until: int) -> None:
        """Everything strictly before `until` fires."""
        while (moment := self.next()) is not None and moment < until:
            self.now = max(moment, self.now)
            self.by_itself = True
            for name, runs in self.runs.items():
                run = runs[-1] if runs else None
                if run and run.over is None and run.outcome == "open" and self.now in run.reminders:
                    run.reminders.remove(self.now)
                    self.log.append(("reminder", name, self.now, True))
            for name, runs in self.runs.items():
                run = runs[-1] if runs else None
                duty = "within" in self.process["deadlines"][name]
                if run and duty and run.over is None and run.outcome == "open" and run.due <= self.now:
                    run.outcome = "missed"
                    self.log.append(("missed", name, self.now, True))
            due = [
                (name, run)
                for name, runs in self.runs.items()
                for run in runs[-1:]
                if run.over is None and run.fires <= self.now and "then" in self.process["deadlines"][name]
                if run.outcome == ("missed" if "within" in self.process["deadlines"][name] else "open")
            ]
            for name, run in due:
                if run.over is None:
                    self.fire(name, run)
            self.by_itself = False
        self.now = max(self.now, until)

    def fire(self, name: str, run: Run) -> None:
        rule = self.process["deadlines"][name]
        if "after" in rule:
            run.outcome = "elapsed"
        run.over = self.now
        try:
            self.take(rule["then"], "system", {})
        except RefusedError:
            self.log.append(("fired", name, self.now, False))
        else:
            self.log.append(("fired", name, self.now, True))

    def decide(self, at: int, event: str, by: str, given: dict[str, Any]) -> tuple[str, bool]:
        """(the transition, True), or (the code of the refusal, False)."""
        self.advance(at)
        try:
            return self.take(event, by, given), True
        except RefusedError as refusal:
            return str(refusal), False
