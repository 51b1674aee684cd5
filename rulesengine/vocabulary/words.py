"""The values of a common vocabulary: what packs call the same things, and which of their rules answer one question."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from rulesengine.diagnostics import Span
from rulesengine.document import Node


class StateWords(msgspec.Struct, frozen=True, kw_only=True):
    """A state in common words. `none` says why it has none; `status` is "" then."""

    status: str = ""
    reason: str = ""
    #: fact of the process whose value is the reason, where it is known
    reason_fact: str = ""
    #: event of the process -> how the state is called once that event has happened
    after: Mapping[str, StateWords] = msgspec.field(default_factory=dict)
    none: str = ""


class ProcessWords(msgspec.Struct, frozen=True, kw_only=True):
    """A process in common words. `none` says why it has none; `kind` is "" then."""

    kind: str = ""
    states: Mapping[str, StateWords] = msgspec.field(default_factory=dict)
    events: Mapping[str, str] = msgspec.field(default_factory=dict)
    none: str = ""


class Cited(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, or a state, that a topic names: `claim.solve`."""

    process: str
    name: str
    state: bool
    place: Span

    @property
    def rule(self) -> str:
        return f"{self.process}.{self.name}"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What answers a topic in one pack: its rules, or `none` with the reason why there are none."""

    rules: tuple[Cited, ...] = ()
    none: str = ""


class PackWords(msgspec.Struct, frozen=True, kw_only=True):
    """What one pack calls things, in common words."""

    name: str
    actors: Mapping[str, str]
    processes: Mapping[str, ProcessWords]
    #: topic -> what answers it
    answers: Mapping[str, Answer]

    def actor(self, name: str) -> str:
        """The common word for an actor; "" where nobody acts. The engine itself is `system` everywhere."""
        return self.actors.get(name, name)

    def event(self, event: str) -> str:
        """The common word for an event (`claim.open`); "" where it has none."""
        process, _, name = event.partition(".")
        words = self.processes.get(process)
        return words.events.get(name, "") if words is not None else ""

    def topics_of(self, rule: str) -> tuple[str, ...]:
        """The topics that a rule answers."""
        return tuple(
            topic
            for topic, answer in self.answers.items()
            if any(cited.rule == rule and not cited.state for cited in answer.rules)
        )


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """The common words, each with its title, and the document that says what packs call them."""

    name: str
    title: str
    file: str
    kinds: Mapping[str, str]
    statuses: Mapping[str, str]
    reasons: Mapping[str, str]
    events: Mapping[str, str]
    actors: Mapping[str, str]
    topics: Mapping[str, str]
    packs: tuple[str, ...]
    document: Node
