"""A scenario as the text of a file: the beginning of one that was played, and steps that go on from there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rulesengine.document import Node, plain
from rulesengine.facts import FactType
from rulesengine.pack import Pack
from rulesengine.simulation import Story

#: what stands in a file of YAML as it is, and means text
_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./ +:()-]*")
_ELSE = re.compile(r"(?i)true|false|null|yes|no|on|off|[-+]?[0-9][0-9_.,:]*(e[-+]?[0-9]+)?|0[xob][0-9a-f]+")
#: what may stand in a step of a scenario beside its moment and what is expected
_OF_STEP = ("event", "target", "id", "by", "facts", "context")
FILL_IN = "# fill in"


class Text(str):
    """Text that stands as it is, with a comment behind it."""

    __slots__ = ()


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Text):
        return str(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    text = str(value)
    bare = _BARE.fullmatch(text) and not _ELSE.fullmatch(text) and ": " not in text and text[-1] not in ": "
    return text if bare else json.dumps(text, ensure_ascii=False)


def block(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """A list of maps, a line for each of their entries."""
    lines = []
    for step in steps:
        for number, (key, value) in enumerate(step.items()):
            lines.append(f"  {'- ' if number == 0 else '  '}{key}: {flow(value)}")
    return lines


def scenario(head: Mapping[str, Any], given: Sequence[Any], steps: Sequence[Mapping[str, Any]]) -> str:
    """The text of a scenario file."""
    lines = [f"{key}: {flow(value)}" for key, value in head.items() if value not in ({}, "", None)]
    if given:
        lines += ["given:", *(f"  - {flow(one)}" for one in given)]
    return "\n".join([*lines, "steps:", *block(steps)]) + "\n"


def head_of(story: Story, title: str, boundaries: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The first lines of a scenario that begins as this one."""
    node = story.scenario.node.value
    assert isinstance(node, dict)
    head: dict[str, Any] = {"scenario": title}
    for key in ("pack", "variant", "readings", "start", "context"):
        if key in node:
            head[key] = plain(node[key])
    return {**head, "boundaries": boundaries or {}}


def given_of(story: Story) -> list[Any]:
    """What is there at the start of a story."""
    return [plain(one) for one in story.scenario.given]


def told(story: Story, until: int) -> list[dict[str, Any]]:
    """The steps of a story through number `until` that changed something, each with its moment."""
    pack = story.plan.pack
    accepted = {
        entry.step: entry.at for entry in story.endings[0][2].entries if entry.decision and entry.decision.accepted
    }
    came = {entry.step: entry.at for entry in story.endings[0][2].entries}
    steps = []
    for number, node in enumerate(story.scenario.steps[:until], 1):
        assert isinstance(node.value, dict)
        keys = [key for key in _OF_STEP if key in node.value and (number in accepted or key == "context")]
        if keys:
            at = came[number]
            step = {"at": local(pack, int(at.timestamp()) * 1_000_000 + at.microsecond)}
            steps.append({**step, **{key: _said(node.value[key]) for key in keys}})
    return steps


def _said(node: Node) -> Any:
    return plain(node)


def local(pack: Pack, moment: int) -> str:
    """A moment as scenarios of the pack write it."""
    shown = pack.calendar.local(moment)
    seconds = "" if not (shown.second or shown.microsecond) else f"{shown:%S}"
    parts = f"{shown:%Y-%m-%d %H:%M}" + (f":{seconds}" if seconds else "")
    parts += f".{shown.microsecond:06}" if shown.microsecond else ""
    return parts if not shown.fold else f"{parts}{shown:%z}"[:-2] + ":00"


def value(pack: Pack, fact: FactType, shown: Any) -> Any:
    """A fact in its JSON form as scenarios write it."""
    if shown is None or isinstance(shown, bool):
        return shown
    if fact.kind in ("money", "number", "integer"):
        try:
            return Decimal(str(shown))
        except ArithmeticError:
            return shown
    if fact.kind == "datetime":
        return local(pack, fact.read(shown))
    return shown


__all__ = ["FILL_IN", "Text", "flow", "given_of", "head_of", "local", "scenario", "told", "value"]
