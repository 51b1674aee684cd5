"""Names and types: what a merged document declares, before any rule is built.

Everything a rule may refer to is gathered first, so that rules can be read in any order and every reference checked
with the likely word at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import msgspec

from rulesengine.diagnostics import Diagnostic, did_you_mean, finding, sentence
from rulesengine.document import Node
from rulesengine.expressions import NUMBER, PERIOD, RESERVED, TEXT, ParameterValue, ProcessSymbols, Symbols, money
from rulesengine.facts import FactType
from rulesengine.money import CURRENCIES, currency_digits, parse_amount
from rulesengine.patterns import compile_pattern
from rulesengine.rules.reading import ANY, NEW, SYSTEM, Names, ProcessNames
from rulesengine.rules.transition import event_name
from rulesengine.timing import TimingError, parse_period

#: words that mean something of their own
TAKEN = RESERVED | {NEW, ANY}


def child(node: Node | None, key: str) -> Node | None:
    found = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
    return None if found is None or found.value is None else found


def entries(node: Node | None, key: str = "") -> Iterator[tuple[str, Node]]:
    """Name and node of each entry of a map (of the map at `key`), removed ones left out."""
    found = child(node, key) if key else node
    if found is not None and isinstance(found.value, dict):
        yield from ((name, inner) for name, inner in found.value.items() if inner.value is not None)


def string(node: Node | None, key: str, default: str = "") -> str:
    found = child(node, key)
    return found.value if found is not None and isinstance(found.value, str) else default


def words(node: Node | None, key: str) -> list[Node]:
    found = child(node, key)
    if found is None:
        return []
    return [n for n in (found.value if isinstance(found.value, list) else [found]) if isinstance(n.value, str)]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A merged document without errors, and what it declares."""

    document: Node
    names: Names


class Naming:
    """Reads the declarations of one merged document into `Names`.

    `before` is what a document that this one was made from declares: what has stayed is taken from there.
    """

    def __init__(
        self,
        document: Node,
        sources: frozenset[str] | None,
        report: list[Diagnostic],
        before: Named | None = None,
    ) -> None:
        self.document = document
        self.sources = sources
        self.report = report
        self.currency = string(document, "currency", "EUR")
        self.digits = 2
        currency = child(document, "currency")
        if currency is not None:
            if self.currency in CURRENCIES:
                self.digits = currency_digits(self.currency)
            else:
                self.say(
                    "RE311",
                    currency,
                    f"'{self.currency}' is no currency.",
                    did_you_mean(self.currency, sorted(CURRENCIES)),
                )
        self.before = before if before is not None and self._counts_as(before) else None

    @cached_property
    def choices(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {name: self.choice_values(node) for name, node in entries(self.document, "choices")}

    def _counts_as(self, before: Named) -> bool:
        """Whether facts and parameters that are written as before are what they were."""
        then = before.document
        processes = [[name for name, _ in entries(document, "processes")] for document in (self.document, then)]
        return (
            self.currency == before.names.symbols.currency
            and child(self.document, "choices") is child(then, "choices")
            and processes[0] == processes[1]
        )

    def _stayed(self, section: str, name: str) -> Names | None:
        """The names from before, where an entry of a section is as it was."""
        if self.before is None:
            return None
        old, new = (child(child(one, section), name) for one in (self.before.document, self.document))
        return self.before.names if old is new else None

    def say(self, code: str, node: Node, message: str, help: str = "") -> None:
        self.report.append(finding(code, node.span, message, help))

    def taken(self, section: Node | None, name: str, message: str, help: str) -> None:
        """RE312 at a name of a section."""
        if section is not None:
            self.report.append(finding("RE312", section.keys[name], message, help))

    def reserved(self, section: Node | None, name: str, what: str) -> None:
        message = f"'{name}' has a meaning of its own and cannot name {what}."
        self.taken(section, name, message, "Take another word.")

    def names(self) -> Names:
        document = self.document
        processes = {
            name: stayed.processes[name] if (stayed := self._stayed("processes", name)) else self.process(name, node)
            for name, node in entries(document, "processes")
        }
        self.lineages(processes)
        actors = tuple(str(n.value) for n in words(document, "actors"))
        context = {
            name: stayed.symbols.context[name]
            if (stayed := self._stayed("context", name))
            else {fact: self.fact(inner, processes) for fact, inner in entries(node)}
            for name, node in entries(document, "context")
        }
        for section, what in (("processes", "a process"), ("context", "a context"), ("parameters", "a parameter")):
            for name, _ in entries(document, section):
                if name in TAKEN:
                    self.reserved(child(document, section), name, what)
        for name in context:
            if name in processes:
                self.taken(
                    child(document, "context"),
                    name,
                    f"'{name}' is the name of a process already.",
                    "Call the context something else.",
                )
        symbols = Symbols(
            processes={
                name: stayed.symbols.processes[name]
                if (stayed := self._stayed("processes", name))
                else self.symbols(name, processes[name])
                for name in processes
            },
            context=context,
            parameters={
                name: stayed.symbols.parameters[name]
                if (stayed := self._stayed("parameters", name))
                else self.parameter(node)
                for name, node in entries(document, "parameters")
            },
            currency=self.currency,
            digits=self.digits,
        )
        return Names(
            processes=processes,
            actors=tuple(dict.fromkeys((*actors, SYSTEM))),
            symbols=symbols,
            opening=child(child(document, "calendar"), "opening") is not None,
            sources=self.sources,
        )

    # processes

    def process(self, name: str, node: Node) -> ProcessNames:
        states = tuple(state for state, _ in entries(node, "states"))
        for state in states:
            if state in (NEW, ANY):
                self.reserved(child(node, "states"), state, "a state")
        declared = [n for n, _ in entries(self.document, "processes")]
        facts = {}
        for fact, inner in entries(node, "facts"):
            if fact in TAKEN:
                self.reserved(child(node, "facts"), fact, "a fact")
                continue
            facts[fact] = self.fact(inner, declared)
        transitions = list(entries(node, "transitions"))
        return ProcessNames(
            name=name,
            under=string(node, "under"),
            states=states,
            final=frozenset(
                s for s, inner in entries(node, "states") if (f := child(inner, "final")) and f.value is True
            ),
            events=tuple(dict.fromkeys(event_name(rule, inner) for rule, inner in transitions)),
            deadlines=tuple(rule for rule, _ in entries(node, "deadlines")),
            facts=facts,
            creating=frozenset(
                event_name(rule, inner)
                for rule, inner in transitions
                if any(n.value == NEW for n in words(inner, "from"))
            ),
        )

    def lineages(self, processes: dict[str, ProcessNames]) -> None:
        """Checks that `under` names processes and ends somewhere."""
        for name, node in entries(self.document, "processes"):
            under = child(node, "under")
            if under is None:
                continue
            parent = str(under.value)
            if parent not in processes:
                self.say("RE303", under, f"There is no process '{parent}' here.", did_you_mean(parent, processes))
                continue
            seen = [name]
            while parent in processes and parent not in seen:
                seen.append(parent)
                parent = processes[parent].under
            # a circle is told of once, at its last process
            if parent == name and name == [other for other in processes if other in seen][-1]:
                circle = " → ".join((*seen, name))
                self.say(
                    "RE511", under, f"These processes belong to each other: {circle}.", "Take 'under' from one of them."
                )

    def symbols(self, name: str, process: ProcessNames) -> ProcessSymbols:
        node = child(child(self.document, "processes"), name)
        conditions = {
            condition: (inner.value, inner.inside)
            for condition, inner in entries(node, "conditions")
            if isinstance(inner.value, str)
        }
        for condition in conditions:
            if condition in TAKEN:
                self.reserved(child(node, "conditions"), condition, "a condition")
            elif condition in process.facts:
                message = f"'{condition}' is the name of a fact already."
                self.taken(child(node, "conditions"), condition, message, "Call the condition something else.")
        return ProcessSymbols(
            name=name,
            under=process.under or None,
            facts=dict(process.facts),
            states=process.states,
            final=tuple(process.final),
            events=process.events,
            deadlines=process.deadlines,
            conditions=conditions,
        )

    # facts and parameters

    def choice_values(self, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """`(all values, ranked values worse to better)` of a named list of choices."""
        if isinstance(node.value, list):
            return tuple(str(n.value) for n in node.value), ()
        ranked = tuple(str(n.value) for n in words(node, "worse_to_better"))
        listed = tuple(str(n.value) for n in words(node, "values"))
        return tuple(dict.fromkeys((*listed, *ranked))), ranked

    def fact(self, node: Node, processes: Iterable[str]) -> FactType:
        text = FactType(kind="text", digits=self.digits)
        if isinstance(node.value, str):
            return FactType(kind=node.value, digits=self.digits)  # type: ignore[arg-type]
        title = string(node, "title")
        if (choice := child(node, "choice")) is not None:
            if isinstance(choice.value, str):
                if choice.value not in self.choices:
                    self.say(
                        "RE309",
                        choice,
                        f"There is no list of choices '{choice.value}'.",
                        did_you_mean(choice.value, self.choices),
                    )
                    return text
                values, ranked = self.choices[choice.value]
            else:
                values, ranked = tuple(str(n.value) for n in words(node, "choice")), ()
            found = FactType(kind="choice", choices=values, ranked=ranked, title=title, digits=self.digits)
        elif child(node, "list_of") is not None:
            found = FactType(kind="list", title=title, digits=self.digits)
        elif (instances := child(node, "instances_of")) is not None:
            process = str(instances.value)
            if process not in processes:
                self.say("RE303", instances, f"There is no process '{process}' here.", did_you_mean(process, processes))
            found = FactType(kind="instances", process=process, title=title, digits=self.digits)
        else:
            pattern = child(node, "pattern")
            if pattern is not None:
                try:
                    compile_pattern(str(pattern.value))
                except ValueError as fault:
                    self.say(
                        "RE409",
                        pattern,
                        f"This pattern is not allowed: {fault}",
                        "Use letters, classes such as [0-9] and counts such as {11}.",
                    )
                    pattern = None
            kind = string(node, "type", "text")
            found = FactType(
                kind=kind,  # type: ignore[arg-type]
                pattern=str(pattern.value) if pattern is not None else "",
                title=title,
                digits=self.digits,
            )
        default = child(node, "default")
        if default is not None:
            raw = [n.value for n in default.value] if isinstance(default.value, list) else default.value
            try:
                return _with_default(found, raw)
            except ValueError as fault:
                help = f"Write a value of type {found.type_text}."
                if found.kind == "boolean":
                    help = "Write true or false."
                self.say("RE316", default, f"The default does not fit: {sentence(fault)}", help)
        return found

    def parameter(self, node: Node) -> ParameterValue:
        """A number, an amount (`200 EUR`), a period of time, or text; without a value it may not be used."""
        value = child(node, "value")
        if value is None:
            return ParameterValue(type=TEXT, value=None)
        told = len(self.report)
        found = self.value(node, value)
        return msgspec.structs.replace(found, place=value.span, faulty=len(self.report) > told)

    def value(self, node: Node, value: Node) -> ParameterValue:
        """The value of a parameter."""
        raw = value.value
        if isinstance(raw, int | Decimal):
            number = Fraction(raw)
            return ParameterValue(type=NUMBER, value=int(number) if number.denominator == 1 else number)
        text = str(raw)
        amount = text.split(" ")
        if len(amount) == 2 and len(amount[1]) == 3 and amount[1].isupper():
            try:
                units, currency = parse_amount(text)
            except ValueError as fault:
                help = f"Write '{_amount_instead(text, self.currency) or '200 EUR'}'."
                self.say("RE316", value, f"This amount cannot be read: {sentence(fault)}", help)
                return ParameterValue(type=money(self.digits), value=0)
            if currency != self.currency:
                self.say(
                    "RE316",
                    value,
                    f"The pack counts in {self.currency}, this is {currency}.",
                    f"Give the amount in {self.currency}.",
                )
            return ParameterValue(type=money(self.digits), value=units)
        try:
            period = parse_period(text)
        except TimingError as fault:
            if (instead := _amount_instead(text, self.currency)) is not None:
                self.say("RE316", value, f"'{text}' is not written as an amount.", f"Write {instead}.")
            elif (instead := _number_instead(text)) is not None:
                self.say("RE316", value, f"'{text}' is not written as a number.", f"Write {instead}.")
            elif text[:1].isdigit() or re.match(r"-[0-9]|P[0-9]", text):
                help = fault.help or "Write it like '3 days', '48 hours' or '3 working days'."
                self.say("RE405", value, fault.message, help)
            return ParameterValue(type=TEXT, value=text)
        keys = {key: string(node, key) for key in ("ends", "rolls", "counting") if string(node, key)}
        try:
            period = period.with_(**keys) if keys else period
        except TimingError as fault:
            self.say("RE405", value, fault.message, fault.help)
        return ParameterValue(type=PERIOD, value=period)


_SIGNS = {"€": "EUR", "£": "GBP"}
_DIGITS = r"-?[0-9]+(?:[.,][0-9]+)?"
_AMOUNT_BEHIND = re.compile(rf"({_DIGITS})\s*([€£$]|[A-Za-z]{{3}}|euros?)", re.IGNORECASE)
_AMOUNT_BEFORE = re.compile(rf"([€£$]|[A-Za-z]{{3}})\s*({_DIGITS})", re.IGNORECASE)


def _amount_instead(text: str, currency: str) -> str | None:
    """`200 EUR` for an amount written in another way, as `200 €` or `EUR 200`; None for anything else."""
    if len(text) > 40:
        return None
    if match := _AMOUNT_BEHIND.fullmatch(text):
        digits, sign = match.groups()
    elif match := _AMOUNT_BEFORE.fullmatch(text):
        sign, digits = match.groups()
    else:
        return None
    code = "EUR" if sign.lower().startswith("euro") else _SIGNS.get(sign, sign.upper())
    code = currency if code == "$" else code
    return f"{digits.replace(',', '.')} {code}" if code in CURRENCIES else None


def _number_instead(text: str) -> str | None:
    """`0.5` for a number written as `0,5` or `50%`; None for anything else."""
    match = re.fullmatch(rf"({_DIGITS})\s*(%?)", text) if len(text) <= 40 else None
    if match is None:
        return None
    number = Decimal(match[1].replace(",", ".")) / (100 if match[2] else 1)
    return f"{number.normalize():f}"


def _with_default(fact: FactType, raw: object) -> FactType:
    return msgspec.structs.replace(fact, default=fact.read(raw))
