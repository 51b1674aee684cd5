"""What was found in one expression and the conditions it uses."""

from __future__ import annotations

import msgspec

from rulesengine.diagnostics import Diagnostic, finding
from rulesengine.expressions import reading
from rulesengine.expressions.scope import Place

#: what to say where nothing closer is known
_HELP = {
    "RE401": "Check brackets, quotes and operators here and before.",
    "RE402": "Write names, numbers and words with comparisons, and, or, not and the functions.",
    "RE403": "Give its parts names under conditions.",
    "RE404": "Compare and add only values of one kind.",
}


class Findings(msgspec.Struct):
    """Findings with their rank (0: unreadable text, 1: names, 2: the rest) and position."""

    found: list[tuple[int, int, Diagnostic]] = msgspec.field(default_factory=list)

    def best_first(self) -> list[Diagnostic]:
        """What is most likely the cause first; each finding once."""
        found = dict.fromkeys(diagnostic for _, _, diagnostic in sorted(self.found, key=lambda f: f[:2]))
        return [d if d.help else msgspec.structs.replace(d, help=_HELP.get(d.code, "")) for d in found]

    def read(self, text: str, place: Place) -> reading.Source | None:
        """Read a text; what is wrong with it is kept here."""

        def report(code: str, start: int, end: int, message: str, help: str) -> None:
            self.found.append((0, start, finding(code, place(start, end), sentence(message), help)))

        return reading.read(text, report)


def sentence(message: str) -> str:
    """The message, ended as a sentence."""
    return message if message.endswith((".", "!", "?")) else f"{message}."
