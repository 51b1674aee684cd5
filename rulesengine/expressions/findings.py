"""What was found in one expression and the conditions it uses."""

from __future__ import annotations

import msgspec

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.expressions import reading
from rulesengine.expressions.scope import Place


class Findings(msgspec.Struct):
    """Findings with their rank (0: unreadable text, 1: names, 2: the rest) and position."""

    found: list[tuple[int, int, Diagnostic]] = msgspec.field(default_factory=list)

    def best_first(self) -> list[Diagnostic]:
        """What is most likely the cause first; each finding once."""
        return list(dict.fromkeys(diagnostic for _, _, diagnostic in sorted(self.found, key=lambda f: f[:2])))

    def read(self, text: str, place: Place) -> reading.Source | None:
        """Read a text; what is wrong with it is kept here."""

        def report(code: str, start: int, end: int, message: str, help: str) -> None:
            self.found.append((0, start, finding(code, place(start, end), sentence(message), help)))

        return reading.read(text, report)


def sentence(message: str) -> str:
    """The message, ended as a sentence."""
    return message if message.endswith((".", "!", "?")) else f"{message}."
