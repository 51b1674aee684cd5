"""What a rule of advice hands back: a finding, and the edits that mend it where that is mechanical."""

from __future__ import annotations

import msgspec

from rulesengine.diagnostics import Diagnostic, Span, finding


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a map that is to be taken out of its file: the place of its key, and of its value."""

    key: Span
    value: Span


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of advice. `edits` mend it; none where somebody has to decide."""

    diagnostic: Diagnostic
    edits: tuple[Edit, ...] = ()


class Waived(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of advice that the pack says it does not want, and why."""

    diagnostic: Diagnostic
    reason: str


class Unseen(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """Something that was not looked at: a comparison of two things of which neither is a constant."""

    place: Span
    text: str


def advice(code: str, place: Span, message: str, help: str, *edits: Edit) -> Advice:
    """A piece of advice with a code of the catalogue."""
    return Advice(diagnostic=finding(code, place, message, help), edits=edits)
