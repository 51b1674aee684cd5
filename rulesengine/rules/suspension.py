"""Suspensions: an instance in some state makes related instances stand still.

`suspends` on a state names processes; their instances related to the suspending one, and what lives below those, refuse
events and their clocks stand still. Which instances that are is decided by `Family` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from rulesengine.case import Instance
from rulesengine.diagnostics import Span
from rulesengine.document import Node
from rulesengine.rules.reading import Reading


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a state's `suspends`."""

    rule: str
    process: str
    #: processes that stay free, clocks included
    except_processes: frozenset[str]
    #: (process, event) that stay possible
    except_events: frozenset[tuple[str, str]]
    #: only these are refused and clocks run on; None: all events, and the clocks
    events: frozenset[tuple[str, str]] | None
    #: the clocks alone stand still
    only_deadlines: bool
    #: a fact of type instances_of that narrows the scope; "" without
    via: str
    place: Span

    def stops_clocks(self) -> bool:
        return self.events is None

    def refuses(self, process: str, event: str) -> bool:
        """Whether this event of a covered instance is refused (excepted processes are never covered)."""
        if self.only_deadlines:
            return False
        if self.events is not None:
            return (process, event) in self.events
        return (process, event) not in self.except_events


def read(reading: Reading, state: str, node: Node) -> tuple[Suspension, ...]:
    """The `suspends` of one state: a process, or a list of processes and maps that narrow them."""
    found = []
    for item in reading.items(node, "suspends"):
        narrowed = isinstance(item.value, dict)
        named = reading.get(item, "process") if narrowed else item
        if named is None or not isinstance(named.value, str):
            continue
        if not reading.check("RE303", "process", named.value, named.span, reading.names.processes):
            continue
        except_processes, except_events = set(), set()
        for free in reading.items(item, "except") if narrowed else ():
            word = str(free.value)
            if "." in word:
                event = reading.event_of(free)
                if event is not None:
                    except_events.add(event)
            elif reading.check("RE303", "process", word, free.span, reading.names.processes):
                except_processes.add(word)
        events = None
        if narrowed and reading.get(item, "events") is not None:
            listed = (reading.event_of(refused) for refused in reading.items(item, "events"))
            events = frozenset(event for event in listed if event is not None)
        via = reading.instances(item, "via") if narrowed else ""
        found.append(
            Suspension(
                rule=f"{reading.process.name}.{state}",
                process=named.value,
                except_processes=frozenset(except_processes),
                except_events=frozenset(except_events),
                events=events,
                only_deadlines=narrowed and reading.text(item, "only") == "deadlines",
                via=via,
                place=named.span,
            )
        )
    return tuple(found)


def roots(
    suspension: Suspension,
    by: Instance,
    related: Callable[[Instance, str], Iterable[Instance]],
    below: Callable[[Instance, str], bool],
    ended: Callable[[Instance], bool],
) -> list[Instance]:
    """The instances a suspension reaches first: related ones that have not ended, narrowed by `via`."""
    found = [instance for instance in related(by, suspension.process) if not ended(instance)]
    if suspension.via:
        named = by.facts.get(suspension.via) or ()
        found = [i for i in found if i.id in named or any(below(i, name) for name in named)]
    return found
