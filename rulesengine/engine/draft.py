"""A case while something happens to it: the one mutable thing, alive for a single step and never seen outside.

A `Draft` starts from an immutable case and ends in a new one (`case()`), or is thrown away when the step is refused.
It also knows the family: who is above, below and related to whom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from rulesengine.case import NEVER, Case, Change, Clock, Instance, Notification, Reason, Run, Small
from rulesengine.case.many import Instances, Many, stored
from rulesengine.engine.program import Program
from rulesengine.rules import deadline as deadlines
from rulesengine.rules import suspension as suspensions
from rulesengine.rules.reading import NEW
from rulesengine.rules.suspension import Suspension
from rulesengine.timing import Calendar

Context = Mapping[str, Mapping[str, Any]]
#: the instance that suspends, its suspension, and the ids of the instances this reaches first
Reach = tuple[Instance, Suspension, frozenset[str]]
NOTHING: Mapping[str, Any] = {}


class Env(msgspec.Struct, kw_only=True):
    """What expressions see in one evaluation: `expressions.Env`, supplied from a draft."""

    draft: Draft
    now: int
    context: Context
    process: str
    own: Instance | None
    parent: str | None
    facts: Mapping[str, Any]
    stored: Mapping[str, Any]

    @property
    def calendar(self) -> Calendar:
        """The working calendar of the case."""
        return self.draft.calendar

    def ancestor(self, process: str) -> Instance | None:
        """The nearest instance above, of that process."""
        return self.draft.ancestor(self.parent, process)

    def related(self, process: str) -> Sequence[Instance]:
        """The related instances in order of creation, never the asking one."""
        return self.draft.related(self.process, self.own, self.parent, process)

    def overdue(self, view: Instance | None, deadline: str) -> bool:
        """Whether the latest run of the deadline is past due and grace and still unmet."""
        instance = view if view is not None else self.own
        if instance is None:
            return False
        runs = instance.runs.get(deadline)
        found = deadlines.is_overdue(runs, self.now, fired=self.draft.fired)
        if not found and runs and runs[-1].outcome == "missed" and runs[-1].late is None and runs[-1].fires is not None:
            self.holds_until(runs[-1].fires)
        return found

    def missed(self, view: Instance | None, deadline: str) -> bool:
        """Whether the deadline was ever missed."""
        instance = view if view is not None else self.own
        return instance is not None and deadlines.was_missed(instance.runs.get(deadline))

    def holds_until(self, moment: int) -> None:
        """The present outcome of a comparison with `now` holds through this moment, and not after it."""
        self.draft.horizon = min(self.draft.horizon, moment)


class Draft(msgspec.Struct, kw_only=True):
    """One step in the making. `fired`: the engine itself acts, after every outside event of the moment."""

    program: Program
    base: Case
    moment: int
    context: Context
    fired: bool
    #: never changed in place: what was before a change can be kept by keeping it
    instances: Instances
    suspending: tuple[str, ...]
    #: what `reached` gives, while all instances are looked at in turn and none of them changes its state
    reach: Sequence[Reach] | None = None
    #: last moment at which every comparison with `now` made so far comes out the same
    horizon: int = NEVER
    changes: tuple[Change, ...] = ()
    clocks: tuple[Clock, ...] = ()
    notifications: tuple[Notification, ...] = ()
    skipped: tuple[Reason, ...] = ()
    context_read: frozenset[str] = frozenset()

    def anew(self) -> Draft:
        """The same draft before anything was done in it; what has been read and compared so far still counts."""
        again = draft_of(self.program, self.base, self.moment, self.context, fired=self.fired)
        again.horizon = self.horizon
        again.context_read = self.context_read
        return again

    @property
    def calendar(self) -> Calendar:
        """The working calendar of the case."""
        return self.program.calendar(self.base.opening)

    def case(self) -> Case:
        """The case as it stands now, immutable."""
        return Case(
            opening=self.base.opening,
            moment=self.moment,
            instances=self.instances,
            suspending=self.suspending,
        )

    def env(self, instance: Instance) -> Env:
        """For expressions of an instance as it is stored."""
        return Env(
            draft=self,
            now=self.moment,
            context=self.context,
            process=instance.process,
            own=instance,
            parent=instance.parent,
            facts=instance.facts,
            stored=instance.facts,
        )

    # the family

    def ancestor(self, parent: str | None, process: str) -> Instance | None:
        """The nearest instance of a process, from `parent` upward."""
        while parent is not None:
            above = self.instances[parent]
            if above.process == process:
                return above
            parent = above.parent
        return None

    def is_below(self, instance: Instance, above: str) -> bool:
        """Whether an instance lives under another, at any depth."""
        parent = instance.parent
        while parent is not None:
            if parent == above:
                return True
            parent = self.instances[parent].parent
        return False

    def related(self, of: str, own: Instance | None, parent: str | None, process: str) -> Sequence[Instance]:
        """What a process name means to an instance of process `of`: the ancestor of that name, else all its instances
        below the nearest of {itself, its ancestors} whose process has it as a descendant. Never the instance itself.
        """
        named = self.ancestor(parent, process)
        if named is not None:
            return (named,)
        prepared = self.program.processes
        if process in prepared[of].descendants:
            if own is None:
                return ()
            base: str | None = own.id
        else:
            base = parent
            while base is not None and process not in prepared[self.instances[base].process].descendants:
                base = self.instances[base].parent
        if base is None:
            return ()
        if isinstance(self.instances, Many):
            line = [process]
            while (above := prepared[line[0]].under) != self.instances[base].process:
                line.insert(0, above)
            found = self.instances.below(base, line)
            return found if own is None else [instance for instance in found if instance.id != own.id]
        mine = own.id if own is not None else None
        return [i for i in self.instances.values() if i.process == process and i.id != mine and self.is_below(i, base)]

    def related_to(self, instance: Instance, process: str) -> Sequence[Instance]:
        return self.related(instance.process, instance, instance.parent, process)

    # changing

    def put(self, instance: Instance, runs: Small[tuple[Run, ...]]) -> None:
        """Store an instance with these runs, and with the moment at which time next changes it."""
        soonest = NEVER
        by_name = self.program.processes[instance.process].deadline
        for name, found in runs.items():
            if found and found[-1].ended is None:
                deadline = by_name[name]
                held = bool(self.suspending) and self.is_held(instance, deadline.then)
                soonest = min(soonest, deadlines.wakes(deadline, found[-1], held=held))
        if soonest != instance.wakes or runs is not instance.runs:
            instance = msgspec.structs.replace(instance, runs=runs, wakes=soonest)
        if self.instances.get(instance.id) is not instance:
            self.instances = stored(self.instances, instance)

    # suspensions

    def reached(self, ended: Callable[[Instance], bool]) -> list[Reach]:
        """Every suspension in force, with the instance that causes it and the ids of those it reaches first."""
        found = []
        for name in self.suspending:
            by = self.instances[name]
            for suspension in self.program.processes[by.process].suspends.get(by.state, ()):
                roots = suspensions.roots(suspension, by, self.related_to, self.is_below, ended)
                found.append((by, suspension, frozenset(root.id for root in roots)))
        return found

    def covering(self, instance: Instance) -> list[tuple[Instance, Suspension]]:
        """The suspensions that reach an instance.

        One that is only about to be created stands among the others while this is asked; it has not ended, even where
        its first state is final.
        """
        if not self.suspending:
            return []
        if instance.id in self.instances:
            return self._covering(instance, self.program.is_final)
        before = self.instances
        self.instances = stored(before, instance)
        try:
            return self._covering(instance, lambda other: other is not instance and self.program.is_final(other))
        finally:
            self.instances = before

    def _covering(self, instance: Instance, ended: Callable[[Instance], bool]) -> list[tuple[Instance, Suspension]]:
        line = self._line(instance)
        own = self.program.processes[instance.process]
        exempt = {name for name in line if name in self.suspending}
        if instance.state in own.suspends:
            exempt.add(instance.id)
        found = []
        for by, suspension, roots in self.reach if self.reach is not None else self.reached(ended):
            if exempt - {by.id}:
                continue
            # a suspension that comes from inside what it reaches leaves itself and what is below it alone
            inside = by.id in line
            path: list[str] = []
            for name in line:
                path.append(name)
                if name in roots and (not inside or self.is_below(self.instances[name], by.id)):
                    if not any(self._process(step, instance) in suspension.except_processes for step in path):
                        found.append((by, suspension))
                    break
        return found

    def _line(self, instance: Instance) -> list[str]:
        """The ids of the instance and its ancestors, nearest first."""
        line = [instance.id]
        parent = instance.parent
        while parent is not None:
            line.append(parent)
            parent = self.instances[parent].parent
        return line

    def _process(self, name: str, instance: Instance) -> str:
        return instance.process if name == instance.id else self.instances[name].process

    def stands_still(self, instance: Instance) -> bool:
        """Whether the clocks of an instance stand still."""
        return bool(self.suspending) and any(s.stops_clocks() for _, s in self.covering(instance))

    def is_held(self, instance: Instance, event: str) -> bool:
        """Whether an event of an instance is refused by a suspension."""
        return bool(event) and any(s.refuses(instance.process, event) for _, s in self.covering(instance))

    def look_at_suspending(self, instance: Instance) -> None:
        """Note whether an instance, as stored now, suspends others."""
        suspends = instance.state in self.program.processes[instance.process].suspends
        if suspends and instance.id not in self.suspending:
            now = {*self.suspending, instance.id}
            # in order of creation: it has to follow from the instances alone
            self.suspending = tuple(name for name in self.instances if name in now)
        elif not suspends and instance.id in self.suspending:
            self.suspending = tuple(name for name in self.suspending if name != instance.id)

    def stop_and_go(self) -> None:
        """Let the clocks of every instance stand still or run on, as the suspensions now have it."""
        self.reach = self.reached(self.program.is_final)
        for instance in self.instances.values():
            if not instance.runs:
                continue
            still = self.stands_still(instance)
            changed = instance.runs
            for deadline in self.program.processes[instance.process].deadlines:
                runs = changed.get(deadline.name)
                if not runs or runs[-1].ended is not None or deadlines.is_paused(runs[-1]) is still:
                    continue
                turn = deadlines.paused if still else deadlines.resumed
                run = turn(deadline, runs[-1], self.moment, self.calendar)
                changed = changed.put(deadline.name, (*runs[:-1], run))
                self.tell_clock(instance, deadline.rule, "paused" if still else "resumed", run.due)
            self.put(instance, changed)
        self.reach = None

    def put_all(self) -> None:
        """Store every instance anew, with the moment at which time next changes it."""
        self.reach = self.reached(self.program.is_final)
        for instance in self.instances.values():
            self.put(instance, instance.runs)
        self.reach = None

    def tell_clock(self, instance: Instance, rule: str, what: str, due: int | None) -> None:
        """Note what the step did to a deadline of an instance."""
        self.clocks += (Clock(rule=rule, target=instance.id, what=what, due_at=due),)


def draft_of(program: Program, case: Case, moment: int, context: Context, *, fired: bool = False) -> Draft:
    """A step in a case at a moment, before anything is done in it."""
    return Draft(
        program=program,
        base=case,
        moment=moment,
        context=context,
        fired=fired,
        instances=case.instances,
        suspending=case.suspending,
    )


__all__ = ["NEW", "NOTHING", "Context", "Draft", "Env", "draft_of"]
