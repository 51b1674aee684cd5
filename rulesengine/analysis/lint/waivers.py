"""`waive` in a pack: advice that is not wanted for a part of it, and what stands in that part."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from rulesengine.analysis.lint.advice import Advice, Edit, Waived, advice
from rulesengine.diagnostics import CATALOGUE, Span, did_you_mean
from rulesengine.document import Node
from rulesengine.loading.naming import entries

#: the key, and the code that speaks of waivers themselves
WAIVE, IDLE = "waive", "RL406"


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a `waive`: which code, why, where it stands, and the places it covers."""

    code: str
    reason: str
    place: Span
    covers: frozenset[Span]
    edit: Edit
    #: how deep it stands: the nearest speaks first
    depth: int


def waivers_of(document: Node) -> list[Waiver]:
    """Every waiver of a document, the innermost first."""
    return sorted(_below(document, document.span, 0), key=lambda waiver: -waiver.depth)


def _below(node: Node, key: Span, depth: int) -> Iterator[Waiver]:
    if not isinstance(node.value, dict):
        return
    waived = node.value.get(WAIVE)
    # a part may be called so as well; then its entries are maps
    if waived is not None and isinstance(waived.value, dict):
        covers: frozenset[Span] | None = None
        only = sum(1 for _ in entries(waived)) == 1
        for code, reason in entries(waived):
            if isinstance(reason.value, str):
                covers = covers if covers is not None else frozenset(_places(node, key))
                edit = Edit(key=node.keys[WAIVE], value=waived.span)
                if not only:
                    edit = Edit(key=waived.keys[code], value=reason.span)
                yield Waiver(
                    code=code, reason=reason.value, place=waived.keys[code], covers=covers, edit=edit, depth=depth
                )
    for name, inner in entries(node):
        yield from _below(inner, node.keys[name], depth + 1)


def _places(node: Node, key: Span) -> Iterator[Span]:
    """The place of a part's key, and of every key and value in it."""
    yield key
    if isinstance(node.value, dict):
        for name, inner in entries(node):
            yield from _places(inner, node.keys[name])
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from _places(inner, inner.span)
    else:
        yield node.span


def sort_out(
    found: list[Advice], waivers: list[Waiver], looked_for: frozenset[str]
) -> tuple[list[Advice], list[Waived]]:
    """Advice that is wanted, with that on waivers that waive nothing; and what is waived. A waiver of a code that was
    not looked for is left in peace.
    """
    wanted: list[Advice] = []
    waived: list[Waived] = []
    used: set[Waiver] = set()
    for one in found:
        covering = [w for w in waivers if w.code == one.diagnostic.code and _covers(w, one.diagnostic.span)]
        used.update(covering)
        if covering:
            waived.append(Waived(diagnostic=one.diagnostic, reason=covering[0].reason))
        else:
            wanted.append(one)
    if IDLE in looked_for:
        idle = [waiver for waiver in waivers if waiver not in used]
        wanted += [_idle(waiver) for waiver in idle if waiver.code in looked_for or waiver.code not in CATALOGUE]
    return wanted, waived


def _covers(waiver: Waiver, place: Span) -> bool:
    return any(
        place.file == part.file
        and (part.line, part.column) <= (place.line, place.column)
        and (place.end_line, place.end_column) <= (part.end_line, part.end_column)
        for part in waiver.covers
    )


def _idle(waiver: Waiver) -> Advice:
    if waiver.code not in CATALOGUE:
        advised = [code for code in CATALOGUE if code.startswith("RL")]
        message = f"There is no advice '{waiver.code}' to waive."
        return advice(IDLE, waiver.place, message, did_you_mean(waiver.code, advised))
    message = f"Nothing here is advised by {waiver.code}: the waiver waives nothing."
    return advice(IDLE, waiver.place, message, "Take it out.", waiver.edit)
