"""What may be done and what must be done, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rulesengine.case import FactNeed, Obligation, Option, Reason, Room
from rulesengine.render.moments import Clock
from rulesengine.render.style import Paint, clean, plain, wrapped

#: how a source begins that is no statement of the register
ASSUMED = "assumed:"


def listed(values: Mapping[str, str]) -> str:
    """`discount 45.00, reason damaged`."""
    return ", ".join(f"{name} {value}" for name, value in values.items())


def why(reason: Reason, clock: Clock, depth: int = 0) -> list[str]:
    """A reason in words: what it says, the values compared, its source, and from when it no longer holds."""
    named = not reason.rule or reason.message.startswith(f"{reason.rule} ")
    head = "" if named else f"{reason.rule}: "
    values = {name: value for name, value in reason.values.items() if name != "allowed"}
    tail = f" ({listed(values)})" if values else ""
    cites = [source for source in reason.source if not source.startswith(ASSUMED)]
    sources = f" [{', '.join(cites)}]" if cites else ""
    later = f" Possible from {clock.show(reason.from_)}." if reason.from_ is not None else ""
    lines = [clock.localised(f"{'  ' * depth}{head}{reason.message}{tail}{sources}{later}")]
    for inner in reason.inner:
        lines += why(inner, clock, depth + 1)
    return lines


def cited(sources: Iterable[str]) -> list[str]:
    """The statements a rule rests on, and what the modeller decided alone, each on a line of its own."""
    found = list(dict.fromkeys(sources))
    cites = [source for source in found if not source.startswith(ASSUMED)]
    lines = [f"source: {', '.join(cites)}"] if cites else []
    return lines + [source for source in found if source.startswith(ASSUMED)]


def obligations(
    found: Iterable[Obligation], clock: Clock, paint: Paint = plain, width: int = 120, indent: int = 0
) -> str:
    """Duties and waits, each with who, until when, what meets it, and what follows otherwise."""
    lines: list[str] = []
    for obligation in found:
        lines.append(f"{' ' * indent}{_headline(obligation, clock, paint)}")
        for detail in _details(obligation, clock):
            lines += [paint(line, "quiet") for line in wrapped(detail, indent + 4, width)]
    return "\n".join(lines) or f"{' ' * indent}Nothing is due."


def _headline(obligation: Obligation, clock: Clock, paint: Paint) -> str:
    what = clean(f"{obligation.rule} {obligation.target}")
    if obligation.paused:
        when = paint("stands still", "warn")
    elif obligation.due is None:
        when = "at some time"
    else:
        when = paint(clock.show(obligation.due), "warn" if obligation.missed else "title")
    if obligation.kind == "wait":
        return f"{when}  {what}"
    state = "overdue" if obligation.overdue else "missed" if obligation.missed else ""
    mark = f"  {paint(state, 'bad')}" if state else ""
    return f"{when}  {paint(clean(obligation.owed_by), 'who')}  {what}{mark}"


def _details(obligation: Obligation, clock: Clock) -> Iterator[str]:
    if obligation.title:
        yield obligation.title
    if obligation.within == "unspecified":
        yield "the source gives no number"
    elif obligation.within:
        yield f"{'after' if obligation.kind == 'wait' else 'within'} {obligation.within}"
    if obligation.met_by:
        yield f"met by {', '.join(obligation.met_by)}"
    if obligation.then:
        late = obligation.consequence_at
        at = f" at {clock.show(late)}" if late is not None and late != obligation.due else ""
        word = "then" if obligation.kind == "wait" else "otherwise"
        yield f"{word} {obligation.then} happens by itself{at}"
    if obligation.may:
        yield f"when it is over, possible: {', '.join(obligation.may)}"
    if obligation.reminders:
        yield f"reminders: {', '.join(clock.show(moment) for moment in obligation.reminders)}"
    yield from cited(obligation.source)


def options(found: Iterable[Option], clock: Clock, paint: Paint = plain, width: int = 120) -> str:
    """Events an actor could send: first what is allowed, then what is not and why."""
    allowed = [option for option in found if option.allowed]
    refused = [option for option in found if not option.allowed]
    lines: list[str] = []
    for option in allowed:
        until = f"  until {clock.show(option.until)}" if option.until is not None else ""
        to = f"  → {', '.join(option.to)}" if option.to else ""
        lines.append(
            f"{paint('✓', 'good')} {clean(f'{option.event} {option.target}')}{paint(clean(to), 'good')}{until}"
        )
        details = [option.title] if option.title else []
        details += [_fact(need) for need in option.facts]
        details += [clock.localised(_room(room)) for room in option.limits]
        details += cited(option.source)
        for detail in details:
            lines += [paint(line, "quiet") for line in wrapped(detail, 4, width)]
    for option in refused:
        since = f"  from {clock.show(option.from_)}" if option.from_ is not None else ""
        lines.append(f"{paint('✗', 'bad')} {clean(f'{option.event} {option.target}')}{since}")
        for reason in option.reasons:
            for text in why(reason, clock):
                lines += [paint(line, "quiet") for line in wrapped(text, 4, width)]
    return "\n".join(lines) or "Nothing can be done."


def _fact(need: FactNeed) -> str:
    word = "needs" if need.required else "may carry"
    one_of = f": one of {', '.join(need.choices)}" if need.choices else f": {need.type}"
    return f"{word} {need.name}{one_of}{f' ({need.title})' if need.title else ''}"


def _room(room: Room) -> str:
    bound = f": {room.bound}" if room.bound is not None else ""
    left = f", {room.left} left" if room.left is not None else ""
    return f"limited by {room.rule}{bound}{left}"
