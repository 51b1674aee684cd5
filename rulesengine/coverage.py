"""What scenarios tried of a pack and what they left out: values that the analysis makes and the renderers show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

from rulesengine.diagnostics import Span

Kind = Literal["state", "transition", "condition", "deadline", "limit", "suspension"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: kind, rule, and what of it: what makes two packs' items the same under every variant and reading
Key = tuple[Kind, str, str]


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that scenarios can try: of `claim.answer` that it is met, that it is missed, that it stands at its
    edge. `times` counts the scenarios that did.
    """

    kind: Kind
    rule: str
    what: str
    place: Span
    times: int = 0

    @property
    def key(self) -> Key:
        """By which it is counted."""
        return (self.kind, self.rule, self.what)

    @property
    def told(self) -> str:
        """`claim.answer at exactly due`."""
        return f"{self.rule} {self.what}"


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario for something that is missing. `sure`: played, it tries just that; else it says what to fill in."""

    item: Item
    #: a scenario file
    text: str
    sure: bool


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What the scenarios of one pack tried, in the order of the pack. `file` is the pack's, `title` what it is called
    by people; rules that it inherits lie in other files.
    """

    pack: str
    title: str
    file: str
    scenarios: int
    items: tuple[Item, ...]
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def missing(self) -> tuple[Item, ...]:
        """What no scenario tried."""
        return tuple(item for item in self.items if not item.times)

    @property
    def share(self) -> float:
        """Percent of the items that were tried; 100 where there are none."""
        return share(self.items)


def share(items: Iterable[Item]) -> float:
    """Percent of these items that were tried; 100 where there are none."""
    listed = list(items)
    return 100 * sum(bool(item.times) for item in listed) / len(listed) if listed else 100.0
