"""RL404: a key that says what is so without it. `--fix` takes it out."""

from __future__ import annotations

from collections.abc import Iterator

from rulesengine.analysis.lint.advice import Advice, Edit, advice
from rulesengine.analysis.lint.subject import Subject
from rulesengine.document import Node

#: section -> key -> what it is without
USUAL: dict[str, dict[str, object]] = {
    "states": {"final": False},
    "transitions": {"otherwise": False},
    "limits": {"per": "instance"},
}


def find(subject: Subject) -> Iterator[Advice]:
    # laid over another pack, it may change what that one says
    if isinstance(subject.document.value, dict) and "extends" in subject.document.value:
        return
    for process in subject.pack.processes:
        for section in ("states", "transitions", "deadlines", "limits"):
            for name, node in subject.section("processes", process, section):
                yield from _of(f"{process}.{name}", name, section, node)


def _of(rule: str, name: str, section: str, node: Node) -> Iterator[Advice]:
    assert isinstance(node.value, dict) or not node.value
    if not isinstance(node.value, dict) or "readings" in node.value:
        return
    usual = dict(USUAL.get(section, {}))
    if section == "transitions":
        usual["event"] = name
    for key, without in usual.items():
        found = node.value.get(key)
        if found is not None and found.value == without and type(found.value) is type(without):
            yield advice(
                "RL404",
                node.keys[key],
                f"'{key}: {_written(without)}' changes nothing: '{rule}' is the same without it.",
                "Take it out.",
                # what would be left empty is not mended by itself
                *([Edit(key=node.keys[key], value=found.span)] if len(node.value) > 1 else []),
            )


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
