"""What is in a picture, whatever format it is written in."""

from __future__ import annotations

from typing import Literal

import msgspec

#: what a line of text is about: the name of the thing, who acts, a guard, a time, anything else
Role = Literal["name", "who", "guard", "time", "note"]
#: what a scenario did with a thing: went there or took it, began it (a deadline that never ran out), neither
Mark = Literal["", "walked", "begun", "missed"]
#: what the marks are for: the path of one scenario, or what all scenarios leave out
Story = Literal["", "trace", "coverage"]


class Line(msgspec.Struct, frozen=True):
    """One line of a label, as plain text."""

    text: str
    role: Role = "note"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A state; or the dot where instances begin (`start`); or what is true of every state that is not final (`any`).

    `inner` tells the transitions that leave the state as it is, each as the lines of one entry.
    """

    key: str
    kind: Literal["start", "state", "final", "any"]
    lines: tuple[Line, ...]
    inner: tuple[Inner, ...] = ()
    #: more about it, for formats that can show it on demand
    note: str = ""
    mark: Mark = ""


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    """A transition that leaves the state as it is."""

    rule: str
    lines: tuple[Line, ...]
    mark: Mark = ""


class Arrow(msgspec.Struct, frozen=True, kw_only=True):
    """A transition or a deadline: from one place or several, through its label, to where it leads.

    A deadline nobody follows up has no target. `rules` are all rules the arrow tells of: a deadline and the transition
    that only it brings about are one arrow.
    """

    key: str
    kind: Literal["transition", "deadline"]
    rules: tuple[str, ...]
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    lines: tuple[Line, ...]
    note: str = ""
    mark: Mark = ""


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """One process. Places are in file order, the start first."""

    process: str
    title: str
    places: tuple[Place, ...]
    arrows: tuple[Arrow, ...]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The processes that are drawn, in file order."""

    title: str
    drawings: tuple[Drawing, ...]
    story: Story = ""
    #: which scenario, or how many
    told: str = ""
