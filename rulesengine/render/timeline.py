"""What happened in a scenario, as a person reads it: when, who, what, from → to, why, and what is due next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rulesengine.case import Change, Decision
from rulesengine.render.answers import cited, listed, obligations, why
from rulesengine.render.moments import Clock
from rulesengine.render.style import Paint, Role, clean, columns, pad, plain, wrapped
from rulesengine.trace import Entry, Failure, Timeline, Trace

#: columns kept for the actor; a longer name takes what it needs
WHO = 10
EDGES = {"before": "just before the edge", "at": "at the edge", "after": "just after the edge"}


def trace(told: Trace, paint: Paint = plain, width: int = 120) -> str:
    """Every timeline of a scenario, what failed, and what is due when it is over."""
    lines = [paint(clean(told.title), "title"), paint(_under(told), "quiet")]
    for timeline in told.timelines:
        lines += ["", *_timeline(timeline, told.zone, paint, width)]
        if timeline.obligations and not timeline.edge:
            clock = Clock(told.zone, timeline.start)
            lines += ["", paint("What is due next", "title")]
            lines += [obligations(timeline.obligations, clock, paint, width, indent=2)]
        said = [failure for failure in timeline.failures if not failure.unsaid]
        if said:
            lines += ["", *differences(said, Clock(told.zone, timeline.start), paint, width)]
    return "\n".join(lines)


def failed(told: Trace, paint: Paint = plain, width: int = 120) -> str:
    """For each timeline that failed: what differs, and what had happened up to the last difference."""
    lines: list[str] = []
    for timeline in told.timelines:
        if timeline.failures:
            last = max(failure.step for failure in timeline.failures)
            lines += [*_timeline(timeline, told.zone, paint, width, until=last), ""]
            lines += [*differences(timeline.failures, Clock(told.zone, timeline.start), paint, width), ""]
    return "\n".join(lines).rstrip("\n")


def differences(failures: Iterable[Failure], clock: Clock, paint: Paint = plain, width: int = 120) -> Iterator[str]:
    """Each failed expectation as a difference between what was expected and what was seen."""
    for failure in failures:
        place = f"{failure.place.file}:{failure.place.line}:{failure.place.column}"
        yield f"{paint('✗', 'bad')} {clean(place)}: step {failure.step}, {clean(failure.what)}"
        sides: tuple[tuple[Role, str, str], ...] = (
            ("good", "- expected", failure.expected),
            ("bad", "+ seen    ", failure.seen),
        )
        for role, sign, text in sides:
            first, *rest = wrapped(clock.localised(text), 0, width - 14, hang=0)
            yield "  " + paint(f"{sign}  {first}", role)
            for line in rest:
                yield "              " + paint(line, role)


def _under(told: Trace) -> str:
    return clean(f"{told.pack} {told.version}, times in {told.zone}")


def _timeline(timeline: Timeline, zone: str, paint: Paint, width: int, until: int | None = None) -> Iterator[str]:
    clock = Clock(zone, timeline.start)
    shown = [entry for entry in timeline.entries if until is None or entry.step <= until]
    # a wait is told by the moment of what comes after it
    after = [*shown[1:], None]
    entries = [e for e, then in zip(shown, after, strict=True) if not (_is_bare(e) and then and then.at == e.at)]
    if timeline.edge:
        moved = f": {clock.localised(timeline.moved)}" if timeline.moved else ""
        yield paint(clean(f"{EDGES[timeline.edge].capitalize()}{moved}"), "title")
    rows = [(clock.show(entry.at), _who(entry), entry) for entry in entries]
    when = max((len(moment) for moment, _, _ in rows), default=0)
    who = min(WHO, max((columns(name) for _, name, _ in rows), default=0))
    indent = when + 2
    failing = {failure.step for failure in timeline.failures}
    for moment, name, entry in rows:
        if entry.decision is None:
            held = "as expected" if entry.compared and entry.step not in failing else "time passes"
            lines = list(wrapped(entry.note or held, indent, width))
            yield f"{pad(moment, when)}  {lines[0].lstrip()}"
            yield from lines[1:]
            continue
        what, details = _told(entry.decision, clock, paint)
        yield f"{pad(moment, when)}  {paint(pad(name, who), 'who')}  {what}".rstrip()
        if entry.note:
            yield from wrapped(entry.note, indent, width)
        for line in details:
            yield from (paint(piece, "quiet") for piece in wrapped(line, indent, width))


def _is_bare(entry: Entry) -> bool:
    return entry.decision is None and not entry.note and not entry.compared


def _who(entry: Entry) -> str:
    if entry.decision is None:
        return ""
    return "time" if entry.decision.kind in ("missed", "reminder") else clean(entry.decision.by)


def _told(decision: Decision, clock: Clock, paint: Paint) -> tuple[str, list[str]]:
    """The line itself, and the lines of detail below it."""
    if decision.kind == "missed":
        return f"{paint('missed', 'warn')} {_named(decision.deadline, decision.target)}", _clocks(decision, clock)
    if decision.kind == "reminder":
        return f"reminds of {_named(decision.deadline, decision.target)}", _notified(decision)
    if not decision.accepted:
        what = f"{clean(decision.event)} {clean(decision.target)}".rstrip()
        sign = "fault of the pack" if decision.fault else "refused"
        return f"{what}  {paint(sign, 'bad')}", [line for reason in decision.reasons for line in why(reason, clock)]
    return _accepted(decision, clock, paint)


def _accepted(decision: Decision, clock: Clock, paint: Paint) -> tuple[str, list[str]]:
    details: list[str] = []
    first, *others = decision.changes or (None,)
    move = f"  {paint(_move(first), 'good')}" if first is not None else ""
    target = first.target if first is not None else decision.target
    line = f"{clean(decision.event)} {clean(target)}{move}"
    if decision.deadline:
        details.append(f"because {decision.deadline} ran out")
    if first is not None:
        details += _written(first, clock)
    for change in others:
        details.append(f"and {change.event} {change.target}  {_move(change)}")
        details += _written(change, clock)
    for reason in decision.skipped:
        # that there is nobody to whom an optional event could happen is the usual case, and no news
        if reason.inner:
            details.append(f"skipped: {reason.message}")
    details += _clocks(decision, clock) + _notified(decision)
    details += cited(source for change in decision.changes for source in change.source)
    return line, details


def _move(change: Change) -> str:
    return change.from_ if change.from_ == change.to else f"{change.from_} → {change.to}"


def _written(change: Change, clock: Clock) -> list[str]:
    return [clock.localised(listed(change.facts))] if change.facts else []


def _clocks(decision: Decision, clock: Clock) -> list[str]:
    words = {
        "started": "{rule} runs until {due}",
        "moved": "{rule} now runs until {due}",
        "resumed": "{rule} runs again until {due}",
        "paused": "{rule} stands still",
        "met": "{rule} met in time",
        "late": "{rule} done, but late (it was due {due})",
        "void": "{rule} no longer matters",
        "elapsed": "{rule} is over",
    }
    lines = []
    for told in decision.clocks:
        if told.what not in words:
            continue
        rule = _named(told.rule, told.target)
        if told.due is None and told.what in ("started", "moved", "resumed"):
            lines.append(f"{rule} runs, without a moment at which it is due")
        else:
            due = clock.show(told.due) if told.due is not None else "at no given moment"
            lines.append(words[told.what].format(rule=rule, due=due))
    return lines


def _named(rule: str, target: str) -> str:
    """A rule, with its instance unless it is the first without a name of its own: `claim.answer of claim/2`."""
    first = f"{rule.partition('.')[0]}/1"
    return clean(rule if target in ("", first) else f"{rule} of {target}")


def _notified(decision: Decision) -> list[str]:
    names = dict.fromkeys(notification.to for notification in decision.notifications)
    return [f"told: {', '.join(names)}"] if names else []
