"""The words and values of a scenario, held against what its pack declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rulesengine.diagnostics import Diagnostic, Span, did_you_mean, finding
from rulesengine.document import Node, plain
from rulesengine.facts import FactType, read_moment
from rulesengine.pack import Pack, Process
from rulesengine.simulation.scenario import entries
from rulesengine.timing import Period, TimingError, parse_period

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DECIMAL_COMMA = re.compile(r"-?[0-9]{1,20},[0-9]{1,20}")
#: an example of each type of fact whose form is always the same
_FORMS = {
    "number": "Write a number: 2.5.",
    "integer": "Write a whole number: 3.",
    "boolean": "Write true or false, without quotes.",
    "datetime": "Write day and time in the pack's zone, 2026-03-02 09:00; a day alone is its first moment.",
    "date": "Write a day: 2026-03-02.",
}


class Words:
    """Knows the names and types of one pack, and collects what does not fit them."""

    def __init__(self, pack: Pack, report: list[Diagnostic]) -> None:
        self.pack = pack
        self.report = report
        self.rules = {rule.rule for process in pack.processes.values() for rule in process.rules}
        self.deadlines = {deadline.rule for process in pack.processes.values() for deadline in process.deadlines}
        self.limits = {limit.rule for process in pack.processes.values() for limit in process.limits}

    def say(self, code: str, span: Span, message: str, help: str = "") -> None:
        """Reports one finding."""
        self.report.append(finding(code, span, message, help))

    def known(self, kind: str, word: str, span: Span, names: Iterable[str]) -> bool:
        """Whether the pack has this name; a finding with the likely one where it does not."""
        names = list(names)
        if word in names:
            return True
        help = did_you_mean(word, names) or "The pack declares none: take it out here, or declare it there."
        self.say("RE601", span, f"The pack '{self.pack.name}' has no {kind} '{word}'.", help)
        return False

    # values

    def moment(self, node: Node) -> int | None:
        """A moment in microseconds; without an offset it is wall-clock time of the pack's zone."""
        try:
            return read_moment(as_moment(str(node.value)), self.pack.calendar)
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
        if type.kind == "datetime" and isinstance(raw, str):
            raw = as_moment(raw)
        try:
            return type.read(raw, self.pack.calendar)
        except ValueError as fault:
            self.say("RE604", value.span, sentence(str(fault)), _written_as(type, raw))
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

    def period(self, node: Node) -> Period | None:
        """A period that the calendar of the pack can count."""
        try:
            period = parse_period(str(node.value))
            self.pack.calendar.check(period)
        except TimingError as fault:
            help = fault.help or "Write a period like '3 days' or '2 working hours'."
            self.say("RE405", node.span, sentence(fault.message), help)
            return None
        return period


def _written_as(type: FactType, raw: Any) -> str:
    """How a value of a type is written."""
    if type.kind in ("money", "number") and isinstance(raw, str) and _DECIMAL_COMMA.fullmatch(raw):
        return f"Write {raw.replace(',', '.')}: decimals have a point."
    if type.kind == "money":
        return f"Write an amount of money in the pack's currency: {type.show(80 * 10**type.digits)}."
    if type.kind == "instances":
        return f"Write them in brackets: [{type.process}/U1]."
    if type.kind == "list":
        return f"Write them in brackets: [{', '.join(type.choices[:2] or ('first', 'second'))}]."
    if type.kind == "choice":
        return f"Write one of {', '.join(type.choices[:12])}{', …' if len(type.choices) > 12 else ''}."
    if type.kind == "text" and type.pattern:
        return f"Write text of this form: {type.pattern}."
    return _FORMS.get(type.kind, 'Write text in quotes: "as it stands".')


def as_moment(text: str) -> str:
    """A moment as scenarios write it, in the form in which it is read: a day is its first moment."""
    text = text.replace(" Z", "Z").replace(" +", "+").replace(" -", "-")
    return f"{text} 00:00" if _DAY.fullmatch(text) else text


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


def creating(process: Process) -> set[str]:
    """The events of a process that create an instance of it."""
    return {transition.event for transition in process.transitions if transition.creates}


def sentence(text: str) -> str:
    """A message that began in the middle of a sentence, as one of its own."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
