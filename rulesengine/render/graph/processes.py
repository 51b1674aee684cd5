"""From a pack to the picture of its processes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rulesengine.pack import Pack, Process, State
from rulesengine.render.answers import cited
from rulesengine.render.graph.model import Arrow, Drawing, Inner, Line, Mark, Picture, Place, Role, Story
from rulesengine.render.graph.walk import Walk
from rulesengine.render.style import clean
from rulesengine.rules.deadline import Deadline
from rulesengine.rules.guards import Guard
from rulesengine.rules.reading import ANY, NEW, SYSTEM
from rulesengine.rules.suspension import Suspension
from rulesengine.rules.transition import Transition

#: characters in one line of a label, and lines of one guard or title before it is cut
WIDTH = 32
MOST_LINES = 4
#: a rule that holds in every state is drawn as one arrow from `any` where it would be at least as many
FEWEST_FOR_ANY = 3


def picture(
    pack: Pack, processes: Iterable[str] = (), *, walk: Walk | None = None, story: Story = "", told: str = ""
) -> Picture:
    """The named processes of a pack, or all of them. `walk` is what the scenarios of a `story` did, `told` their name.

    KeyError where the pack has no such process.
    """
    names = list(processes) or list(pack.processes)
    return Picture(
        title=clean(pack.title or pack.name),
        drawings=tuple(_Sketch(pack, pack.processes[name], walk, story).drawing() for name in names),
        story=story,
        told=clean(told),
    )


class _Sketch:
    """One process on its way to a drawing."""

    def __init__(self, pack: Pack, process: Process, walk: Walk | None, story: Story) -> None:
        self.process = process
        self.walk = walk
        self.story = story
        self.open = frozenset(name for name, state in process.states.items() if not state.final)
        self.raised = {
            (sent.process, sent.event)
            for other in pack.processes.values()
            for rule in other.transitions
            for sent in rule.raises
        }

    def drawing(self) -> Drawing:
        process = self.process
        merged: dict[str, Deadline] = {}
        inner: dict[str, list[Inner]] = {}
        arrows: list[Arrow] = []
        for rule in process.transitions:
            deadline = self.by_time_alone(rule)
            if _stays(rule):
                entry = self.inner(rule)
                for source in self.sources(rule.states):
                    inner.setdefault(source, []).append(entry)
            elif deadline is not None:
                merged[deadline.rule] = deadline
                arrows.append(self.deadline(deadline, [rule]))
            else:
                arrows.append(self.transition(rule))
        arrows += [self.deadline(one, []) for one in process.deadlines if one.rule not in merged]
        # what belongs to one state stands together, in the order of the file
        used = {key for arrow in arrows for key in (*arrow.sources, *arrow.targets)} | inner.keys()
        places: list[Place] = []
        if self.key(NEW) in used:
            places.append(Place(key=self.key(NEW), kind="start", lines=(), mark=self.begun()))
        if self.key(ANY) in used:
            lines = (Line("in any state", "name"), Line("that is not final"))
            entries = tuple(inner.get(self.key(ANY), ()))
            places.append(Place(key=self.key(ANY), kind="any", lines=lines, inner=entries))
        places += [self.state(state, tuple(inner.get(self.key(name), ()))) for name, state in process.states.items()]
        title = "" if process.title == process.name else clean(process.title)
        return Drawing(process=process.name, title=title, places=tuple(places), arrows=tuple(arrows))

    def key(self, state: str) -> str:
        return f"{self.process.name}.{state}"

    def sources(self, states: frozenset[str]) -> tuple[str, ...]:
        """The places a rule starts from."""
        if states == self.open and len(states) >= FEWEST_FOR_ANY:
            return (self.key(ANY),)
        return tuple(self.key(state) for state in self.process.states if state in states)

    def begun(self) -> Mark:
        """The mark of the dot where instances begin."""
        if self.walk is None:
            return ""
        creating = {rule.rule for rule in self.process.transitions if rule.creates}
        return "walked" if creating & self.walk.taken.keys() else "missed"

    def mark_of(self, transition: str) -> Mark:
        if self.walk is None:
            return ""
        return "walked" if transition in self.walk.taken else "missed"

    def state(self, state: State, inner: tuple[Inner, ...]) -> Place:
        lines = [Line(state.name, "name")]
        if state.title and state.title != state.name:
            lines += _wrapped(state.title, "note")
        for suspension in state.suspends:
            lines += _wrapped(_suspends(suspension, self.process.name), "time")
        mark: Mark = ""
        if self.walk is not None:
            mark = "walked" if self.key(state.name) in self.walk.states else "missed"
        return Place(
            key=self.key(state.name),
            kind="final" if state.final else "state",
            lines=tuple(lines),
            inner=inner,
            mark=mark,
        )

    def transition(self, rule: Transition) -> Arrow:
        return Arrow(
            key=rule.rule,
            kind="transition",
            rules=(rule.rule,),
            sources=(self.key(NEW),) if rule.creates else self.sources(rule.states),
            targets=(self.key(rule.to),) if rule.to is not None else (),
            lines=tuple(self.numbered(_lines(rule), rule)),
            note=_note(rule),
            mark=self.mark_of(rule.rule),
        )

    def inner(self, rule: Transition) -> Inner:
        mark = self.mark_of(rule.rule)
        lines = self.numbered(_inner_lines(rule), rule)
        if mark == "missed" and self.story == "coverage":
            # the one mark that every format can show inside a box
            lines = [Line(f"✗ {lines[0].text}", lines[0].role), *lines[1:]]
        return Inner(rule=rule.rule, lines=tuple(lines), mark=mark)

    def deadline(self, deadline: Deadline, alone: list[Transition]) -> Arrow:
        """A deadline; with `alone`, the transition that nothing else brings about, as one arrow."""
        lines = [Line(deadline.name, "name"), *_wrapped(_time(deadline), "time")]
        if deadline.since is not None:
            lines += _wrapped(f"since {deadline.since.text}", "guard")
        lines += _guards(deadline.guards)
        if alone:
            lines += self.numbered(_lines(alone[0]), alone[0])
            follow = alone
        else:
            taken = [rule for rule in self.process.transitions if rule.event == deadline.then and deadline.then]
            follow = [rule for rule in taken if rule.states & deadline.states and SYSTEM in rule.by]
            lines += _wrapped(f"then {deadline.then}", "note") if deadline.then else []
        targets = dict.fromkeys(self.key(rule.to) for rule in follow if rule.to is not None)
        mark: Mark = ""
        if self.walk is not None:
            begun = deadline.rule in self.walk.begun
            over = deadline.rule in self.walk.over
            if self.story == "coverage" and deadline.period is None:
                # where no time is given, none can run out
                over = begun
            mark = "walked" if over else "begun" if begun else "missed"
        return Arrow(
            key=deadline.rule,
            kind="deadline",
            rules=(deadline.rule, *(rule.rule for rule in alone)),
            sources=self.sources(deadline.states),
            targets=tuple(targets),
            lines=tuple(lines),
            note="\n".join(filter(None, (_note(deadline), *(_note(rule) for rule in alone)))),
            mark=mark,
        )

    def numbered(self, lines: list[Line], rule: Transition) -> list[Line]:
        """The lines; on the path of a scenario, with the places of the transition in it."""
        if self.story != "trace" or self.walk is None or rule.rule not in self.walk.taken:
            return lines
        first, *more = self.walk.taken[rule.rule]
        numbers = f"{first} …" if len(more) > 3 else ", ".join(map(str, (first, *more)))
        return [Line(f"{numbers}: {lines[0].text}", lines[0].role), *lines[1:]]

    def by_time_alone(self, rule: Transition) -> Deadline | None:
        """The deadline behind a transition that nothing and nobody else brings about."""
        waiting = [one for one in self.process.deadlines if one.then == rule.event]
        others = [one for one in self.process.transitions if one.event == rule.event]
        if len(waiting) != 1 or others != [rule] or rule.by != {SYSTEM} or rule.to is None:
            return None
        if (self.process.name, rule.event) in self.raised or rule.states != waiting[0].states:
            return None
        return waiting[0]


def _stays(rule: Transition) -> bool:
    return not rule.creates and (rule.to is None or rule.states == {rule.to})


def _lines(rule: Transition) -> list[Line]:
    name = rule.rule.partition(".")[2]
    lines = [Line(clean(name), "name")]
    if rule.event != name:
        lines += _wrapped(f"on {rule.event}", "note")
    lines += _wrapped(f"by {', '.join(sorted(rule.by))}", "who")
    return lines + _guards(rule.guards, otherwise=rule.otherwise)


def _inner_lines(rule: Transition) -> list[Line]:
    name = rule.rule.partition(".")[2]
    event = f" on {rule.event}" if rule.event != name else ""
    lines = _wrapped(f"{name}{event} by {', '.join(sorted(rule.by))}", "who")
    return lines + _guards(rule.guards, otherwise=rule.otherwise)


def _guards(guards: Iterable[Guard], *, otherwise: bool = False) -> list[Line]:
    lines = [Line("otherwise", "guard")] if otherwise else []
    for guard in guards:
        lines += _wrapped(f"{'unless' if guard.negated else 'when'} {guard.expression.text}", "guard")
    return lines


def _time(deadline: Deadline) -> str:
    if deadline.period is None:
        return f"{deadline.owed_by}, no time given" if deadline.owed_by else "no time given"
    word = "after" if deadline.wait else "within"
    who = f"{deadline.owed_by} " if deadline.owed_by else ""
    grace = f", and {deadline.grace.described()} more" if deadline.grace is not None else ""
    return f"{who}{word} {deadline.period.described()}{grace}"


def _suspends(suspension: Suspension, process: str) -> str:
    def named(events: Iterable[tuple[str, str]]) -> list[str]:
        return sorted(f"{owner}.{event}" if owner != process else event for owner, event in events)

    if suspension.events is not None:
        return f"suspends {', '.join(named(suspension.events))}"
    what = f"the deadlines of {suspension.process}" if suspension.only_deadlines else suspension.process
    free = [*sorted(suspension.except_processes), *named(suspension.except_events)]
    via = f" in {suspension.via}" if suspension.via else ""
    excepted = f", except {', '.join(free)}" if free else ""
    return f"suspends {what}{via}{excepted}"


def _note(rule: Transition | Deadline) -> str:
    """What a label leaves out, for formats that show it on demand."""
    lines = [rule.rule, *filter(None, [rule.title])]
    if isinstance(rule, Transition):
        lines += [f"needs {', '.join(rule.requires)}"] if rule.requires else []
        lines += [f"raises {', '.join(sent.name for sent in rule.raises)}"] if rule.raises else []
    else:
        lines += [f"met by {', '.join(sorted(rule.met_by))}"] if rule.met_by else []
    guards = [f"{'unless' if guard.negated else 'when'} {guard.expression.text}" for guard in rule.guards]
    return "\n".join(clean(line) for line in [*lines, *guards, *cited(rule.source)])


def _wrapped(text: str, role: Role) -> list[Line]:
    """The text in lines that are short enough, the last one cut where there are too many."""
    lines = textwrap.wrap(clean(text), WIDTH, break_on_hyphens=False) or [""]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][: WIDTH - 1]}…"]
    return [Line(line, role) for line in lines]
