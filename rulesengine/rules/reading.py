"""What every kind of rule needs to be read from a pack: names checked, expressions and periods compiled.

Nothing here stops at the first fault: a reader reports a diagnostic and goes on with what is left, so that an author
sees all findings at once. `None` means "reported already".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding, nearest
from rulesengine.document import Node
from rulesengine.expressions import BOOLEAN, Expression, Scope, Symbols, Type, compile_expression, misused
from rulesengine.expressions.tree import walk
from rulesengine.facts import FactType
from rulesengine.rules.guards import Guard
from rulesengine.timing import Period, TimingError, parse_period

SYSTEM = "system"
NEW = "new"
ANY = "any"
UNSPECIFIED = "unspecified"
#: errors told of one pack; more would not be read
MOST_TOLD = 100


class ProcessNames(msgspec.Struct, frozen=True, kw_only=True):
    """What one process declares, by name: enough to check any reference to it before its rules are built."""

    name: str
    under: str
    states: tuple[str, ...]
    final: frozenset[str]
    events: tuple[str, ...]
    deadlines: tuple[str, ...]
    facts: Mapping[str, FactType]
    #: events that some transition takes from `new`
    creating: frozenset[str]


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a pack declares: the names a rule may refer to."""

    processes: Mapping[str, ProcessNames]
    actors: tuple[str, ...]
    symbols: Symbols
    #: whether the calendar has opening hours, without which working hours cannot be counted
    opening: bool
    #: ids of the register, or None where the pack has none
    sources: frozenset[str] | None

    def lineage(self, process: str) -> tuple[str, ...]:
        """The process and its ancestors, nearest first."""
        found: list[str] = []
        while process in self.processes and process not in found:
            found.append(process)
            process = self.processes[process].under
        return tuple(found)


class Reading:
    """Reads the rules of one process, and collects what is wrong with them."""

    def __init__(self, names: Names, process: str, report: list[Diagnostic]) -> None:
        self.names = names
        self.process = names.processes[process]
        self.report = report
        #: the rule being read, as it is cited: `claim.solve`
        self.rule = ""

    # plain values

    @staticmethod
    def get(node: Node, key: str) -> Node | None:
        """The value of a key, None where it is left out or null."""
        found = node.value.get(key) if isinstance(node.value, dict) else None
        return None if found is None or found.value is None else found

    def text(self, node: Node, key: str, default: str = "") -> str:
        found = self.get(node, key)
        return found.value if found is not None and isinstance(found.value, str) else default

    def flag(self, node: Node, key: str) -> bool:
        found = self.get(node, key)
        return found is not None and found.value is True

    def items(self, node: Node, key: str) -> list[Node]:
        """A list's entries; a single value counts as a list of one."""
        found = self.get(node, key)
        if found is None:
            return []
        return list(found.value) if isinstance(found.value, list) else [found]

    def words(self, node: Node, key: str) -> list[tuple[str, Span]]:
        """The words of a key that takes a word or a list of words, with their places."""
        return [(n.value, n.span) for n in self.items(node, key) if isinstance(n.value, str)]

    # findings and names

    @property
    def enough(self) -> bool:
        """Whether so many errors are told already that looking for more is of no use."""
        return len(self.report) >= MOST_TOLD and sum(d.severity == "error" for d in self.report) >= MOST_TOLD

    def say(self, code: str, span: Span, message: str, help: str = "") -> None:
        self.report.append(finding(code, span, message, help))

    def tell(self, found: Diagnostic) -> None:
        """Keep a finding; what is wrong with a parameter's value is told of its first use only."""
        if found.code != "RE316" or not any(d.code == "RE316" and d.span == found.span for d in self.report):
            self.report.append(found)

    def check(self, code: str, kind: str, word: str, span: Span, known: Iterable[str]) -> bool:
        """Whether `word` is one of the known names; a finding with the likely word where it is not.

        `kind` says what it names: `actor`, or `state of process 'claim'`.
        """
        known = known if isinstance(known, Mapping | tuple) else tuple(known)
        if word in known:
            return True
        if self.enough:
            return False
        what, _, whose = kind.partition(" of ")
        message = f"The {whose} has no {what} '{word}'." if whose else f"There is no {what} '{word}' here."
        self.say(code, span, message, did_you_mean(word, known) or "None is declared: declare it, or take it out here.")
        return False

    def states(self, node: Node, key: str) -> tuple[str, ...]:
        return tuple(
            word
            for word, span in self.words(node, key)
            if self.check("RE301", f"state of process '{self.process.name}'", word, span, self.process.states)
        )

    def actors(self, node: Node, key: str) -> tuple[str, ...]:
        return tuple(
            word for word, span in self.words(node, key) if self.check("RE304", "actor", word, span, self.names.actors)
        )

    def events(self, node: Node, key: str) -> tuple[str, ...]:
        return tuple(
            word
            for word, span in self.words(node, key)
            if self.check("RE302", f"event of process '{self.process.name}'", word, span, self.process.events)
        )

    def facts(self, node: Node, key: str) -> tuple[str, ...]:
        return tuple(
            word
            for word, span in self.words(node, key)
            if self.check("RE305", f"fact of process '{self.process.name}'", word, span, self.process.facts)
        )

    def instances(self, node: Node, key: str) -> str:
        """The fact of type instances_of that a `via` names, "" without one."""
        named = self.facts(node, key)
        if named and self.process.facts[named[0]].kind != "instances":
            span = self.words(node, key)[0][1]
            self.say("RE404", span, f"'{named[0]}' does not name instances.", "Use a fact of type {instances_of: …}.")
            return ""
        return named[0] if named else ""

    def member(self, node: Node) -> tuple[str, str, Span] | None:
        """The process and the name in `item.cancel`, or in a bare word of this process, with the name's own place."""
        text = str(node.value)
        process, dot, name = text.rpartition(".")
        place = node.inside(len(process) + len(dot), len(text))
        if not dot:
            return self.process.name, name, place
        if not self.check("RE303", "process", process, node.inside(0, len(process)), self.names.processes):
            return None
        return process, name, place

    def event_of(self, node: Node) -> tuple[str, str] | None:
        """`(process, event)` of `item.cancel`, or of a bare event of this process."""
        found = self.member(node)
        if found is None:
            return None
        process, event, place = found
        if not self.check("RE302", f"event of process '{process}'", event, place, self.names.processes[process].events):
            return None
        return process, event

    def sources(self, node: Node) -> tuple[str, ...]:
        """Register ids a rule cites, or `assumed: why` where the modeller decided alone."""
        cited = self.words(node, "source")
        assumed = self.text(node, "assumed")
        if not cited and not assumed:
            self.say(
                "RE315",
                node.span,
                "This rule names no source.",
                "Add 'source:' with ids of the register, or 'assumed:' with the reason why it is your own decision.",
            )
        if self.names.sources is not None:
            for word, span in cited:
                self.check("RE307", "statement of register", word, span, self.names.sources)
        return tuple(word for word, _ in cited) + ((f"assumed: {assumed}",) if assumed else ())

    # expressions and periods

    def expression(
        self, node: Node, want: Type | None, *, now: bool = True, process: str | None = None
    ) -> Expression | None:
        value = node.value
        if isinstance(value, dict | list) or value is None:
            return None
        if isinstance(value, str):
            return self.compiled(value, node.inside, want, now=now, process=process)
        return self.compiled(str(value).lower(), lambda start, end: node.span, want, now=now, process=process)

    def compiled(
        self, text: str, place: Callable[[int, int], Span], want: Type | None, *, now: bool, process: str | None = None
    ) -> Expression | None:
        """The expression in the scope of this process; `place` finds the stretch of its text in the file."""
        if self.enough:
            return None
        scope = Scope(symbols=self.names.symbols, process=process or self.process.name, now_allowed=now, rule=self.rule)
        found = compile_expression(text, place=place, scope=scope, want=want, report=self.tell)
        if found is not None and not self.names.opening and self._counts_working_hours(found):
            help = "Add 'opening: 09:00-17:00' to the calendar."
            self.say("RE405", place(0, len(text)), "Working hours need opening hours, and the calendar has none.", help)
            return None
        return found

    @staticmethod
    def _counts_working_hours(expression: Expression) -> bool:
        periods = (getattr(node, "value", None) for node in walk(expression.tree))
        return any(isinstance(value, Period) and value.kind == "working_hours" for value in periods)

    def guards(self, node: Node, key: str, *, negated: bool = False) -> tuple[Guard, ...]:
        found = []
        for item in self.items(node, key):
            expression = self.expression(item, BOOLEAN)
            if expression is not None:
                found.append(Guard(expression=expression, negated=negated, place=item.span))
        return tuple(found)

    def period(self, node: Node, beside: Node | None = None) -> Period | None:
        """A period, or the name of a parameter that holds one; `ends`, `rolls`, `counting` may stand beside it."""
        text = str(node.value)
        parameter = self.names.symbols.parameters.get(text)
        if parameter is not None:
            if parameter.value is None:
                self.say(
                    "RE514",
                    node.span,
                    f"The parameter '{text}' has no value.",
                    f"Give '{text}' a value under 'parameters', in a variant, or in a pack that extends this one.",
                )
                return None
            if parameter.faulty:
                return None
            if not isinstance(parameter.value, Period):
                misfit = misused(self.names.symbols, text, "period", self.rule)
                if misfit is not None:
                    self.tell(misfit)
                    return None
                message = f"The parameter '{text}' is {parameter.type.in_words}, not a period of time."
                self.say("RE410", node.span, message, "Name one that is, or write a period like '3 days'.")
                return None
            period = parameter.value
        else:
            try:
                period = parse_period(text)
            except TimingError as fault:
                within = beside is not None and self.get(beside, "within") is node
                if within and nearest(text, (UNSPECIFIED,)):
                    message = f"'{text}' is no period of time."
                    self.say("RE405", node.span, message, did_you_mean(text, (UNSPECIFIED,)))
                elif text.replace("_", "a").isalnum() and not text[:1].isdigit():
                    help = did_you_mean(text, self.names.symbols.parameters) or "Write one like '3 days'."
                    self.say("RE306", node.span, f"There is no parameter '{text}', and it is no period of time.", help)
                else:
                    self.say("RE405", node.span, fault.message, fault.help or "Write one like '3 days'.")
                return None
        if period.kind == "working_hours" and not self.names.opening:
            help = "Add 'opening: 09:00-17:00' to the calendar, or write '48 hours on working days'."
            self.say("RE405", node.span, "Working hours need opening hours, and the calendar has none.", help)
            return None
        return self.shaped(period, beside) if beside is not None else period

    def shaped(self, period: Period, beside: Node) -> Period:
        """The period with the `ends`, `rolls` and `counting` that stand beside it."""
        keys = {key: self.text(beside, key) for key in ("ends", "rolls", "counting") if self.text(beside, key)}
        try:
            return period.with_(**keys) if keys else period
        except TimingError as fault:
            self.say("RE405", beside.keys[next(reversed(keys))], fault.message, fault.help)
            return period
