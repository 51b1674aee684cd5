"""Kinds of documents told apart: one taken for another is one finding and no list of strange keys."""

from __future__ import annotations

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.document import Node
from rulesengine.loading.shape.schemas import Kind

#: the keys that together make a document one of its kind, the naming one first
MARKS: dict[Kind, tuple[tuple[str, str], ...]] = {
    "pack": (("pack", "processes"), ("pack", "extends")),
    "scenario": (("scenario", "steps"),),
    "register": (("register", "statements"),),
    "vocabulary": (("vocabulary", "packs"),),
}
WHAT_FOR: dict[Kind, str] = {
    "pack": "Check it with `rulesengine check`; a scenario that names it under 'pack' is played with it.",
    "scenario": "Play it with `rulesengine simulate`.",
    "register": "It is read with the pack that names it under 'register': check that pack.",
    "vocabulary": "Check it with `rulesengine check`; `rulesengine compare` reads it.",
}


def kind_of(node: Node | None) -> Kind | None:
    """What a document is by its topmost keys; None where they fit no kind, or more than one."""
    if node is None or not isinstance(node.value, dict):
        return None
    keys = node.value.keys()
    found: list[Kind] = [kind for kind, marks in MARKS.items() if any(keys >= set(pair) for pair in marks)]
    return found[0] if len(found) == 1 else None


def other_kind(node: Node, wanted: Kind) -> Diagnostic | None:
    """The finding about a document that is of another kind than the one wanted here."""
    kind = kind_of(node)
    if kind is None or kind == wanted:
        return None
    return finding("RE202", node.keys[kind], f"This is a {kind}, and a {wanted} is wanted here.", WHAT_FOR[kind])
