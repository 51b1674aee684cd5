"""Findings about packs, scenarios and registers: where, what, and what to do about it.

A `Diagnostic` is a value: text and numbers only, never the object it speaks of, so every module may make one and
every renderer may show one. The catalogue below is the one list of codes; `docs/codes/<code>.md` has a page for each
and `tests/packs/invalid/` a pack for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal

import msgspec

Severity = Literal["error", "warning"]

#: a word longer than this is no misspelling of anything
LONGEST_WORD = 80
#: among more words than this only close ones are looked for
MOST_COMPARED = 100


class Span(msgspec.Struct, frozen=True, order=True):
    """A stretch of text in a file. Lines and columns count from 1, columns in characters; the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: a code of the catalogue, a place, a message in plain words, and help that says what to do."""

    code: str
    severity: Severity
    message: str
    help: str
    span: Span

    def as_dict(self) -> dict[str, Any]:
        """The documented JSON shape: `code`, `severity`, `message`, `help`, `file`, `line`, `column`, `end_line`,
        `end_column`.
        """
        where = self.span
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "help": self.help,
            "file": where.file,
            "line": where.line,
            "column": where.column,
            "end_line": where.end_line,
            "end_column": where.end_column,
        }


class PackError(Exception):
    """A document that cannot be used. `diagnostics` holds every finding, sorted by place."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_order(diagnostics)
        super().__init__("\n".join(f"{d.span}: {d.code} {d.message}" for d in self.diagnostics))


#: code -> (severity, title). RE1xx reading a document, RE2xx its shape, RE3xx names and types, RE4xx expressions and
#: periods, RE5xx what the rules mean together, RE6xx scenarios, RE7xx registers of sources, RE8xx common vocabularies,
#: RE9xx files of cases. RLxxx is advice: RL1xx on time, RL2xx on guards, RL3xx on limits, RL4xx on upkeep.
CATALOGUE: dict[str, tuple[Severity, str]] = {
    "RE101": ("error", "The file cannot be read"),
    "RE102": ("error", "The file is too large"),
    "RE103": ("error", "The text is not valid UTF-8"),
    "RE104": ("error", "The text is not valid YAML"),
    "RE105": ("error", "A key stands twice in one map"),
    "RE106": ("error", "Nesting is too deep"),
    "RE107": ("error", "Aliases expand without bound"),
    "RE108": ("error", "A tab is used for indentation"),
    "RE109": ("error", "A tag or merge key is not supported"),
    "RE110": ("warning", "Other YAML readers take this word for something else"),
    "RE111": ("error", "The document is empty or more than one"),
    "RE112": ("error", "A key must be a plain word"),
    "RE201": ("error", "Unknown key"),
    "RE202": ("error", "A key is missing"),
    "RE203": ("error", "The value has the wrong type"),
    "RE204": ("error", "The value is not one of those allowed"),
    "RE205": ("error", "The text does not have the required form"),
    "RE206": ("error", "The value is out of range"),
    "RE207": ("error", "Keys that exclude or require each other"),
    "RE301": ("error", "Unknown state"),
    "RE302": ("error", "Unknown event"),
    "RE303": ("error", "Unknown process"),
    "RE304": ("error", "Unknown actor"),
    "RE305": ("error", "Unknown fact"),
    "RE306": ("error", "Unknown parameter"),
    "RE307": ("error", "Unknown source"),
    "RE308": ("error", "Unknown deadline"),
    "RE309": ("error", "Unknown choice"),
    "RE310": ("error", "Unknown variant or reading"),
    "RE311": ("error", "Unknown time zone, currency or calendar"),
    "RE312": ("error", "A name is taken already or reserved"),
    "RE313": ("error", "Unknown name"),
    "RE314": ("error", "Unknown pack"),
    "RE315": ("error", "A rule without a source"),
    "RE316": ("error", "A default or parameter that does not fit its type"),
    "RE317": ("error", "Unknown function"),
    "RE401": ("error", "The expression cannot be read"),
    "RE402": ("error", "The expression uses something that is not allowed"),
    "RE403": ("error", "The expression is too long or too deep"),
    "RE404": ("error", "Types that do not go together"),
    "RE405": ("error", "The period of time cannot be read"),
    "RE406": ("error", "now is used where it may not be"),
    "RE407": ("error", "Values that have no order are compared by order"),
    "RE408": ("error", "A condition refers to itself"),
    "RE409": ("error", "The pattern is not allowed"),
    "RE410": ("error", "The expression has the wrong type for its place"),
    "RE501": ("error", "A state cannot be reached"),
    "RE502": ("error", "A state that is not final has no way out"),
    "RE503": ("error", "Two transitions fit at once"),
    "RE504": ("error", "Raised events form a loop"),
    "RE505": ("error", "The consequence of a deadline is taken by nothing"),
    "RE506": ("error", "Packs extend each other in a circle"),
    "RE507": ("error", "A final state cannot have deadlines or suspend"),
    "RE508": ("error", "A rule that fires by itself reads the context"),
    "RE509": ("error", "The actor system is missing"),
    "RE510": ("error", "Events that create and events that change are mixed"),
    "RE511": ("error", "Processes belong to each other in a circle"),
    "RE512": ("error", "A raised event lacks a required fact"),
    "RE513": ("error", "A raised event has no transition that takes it"),
    "RE514": ("error", "A parameter without a value is used"),
    "RE515": ("error", "A pack that cannot be run"),
    "RE516": ("error", "Nothing to override or remove"),
    "RE517": ("error", "A process cannot begin"),
    "RE518": ("error", "An event cannot meet the duty it is named for"),
    "RE601": ("error", "A scenario names something the pack does not have"),
    "RE602": ("error", "More than one instance fits the target"),
    "RE603": ("error", "A moment cannot be read or lies in the past"),
    "RE604": ("error", "A fact does not have the declared type"),
    "RE605": ("error", "A boundary that cannot be expanded"),
    "RE701": ("error", "A statement is neither carried by a rule nor explained"),
    "RE702": ("error", "A statement is carried and called no rule at once"),
    "RE801": ("error", "Something of a pack has no common word"),
    "RE802": ("error", "Unknown common word"),
    "RE803": ("error", "A topic says nothing of a pack"),
    "RE901": ("error", "A line is no case of this pack"),
    "RL101": ("warning", "A wait without end"),
    "RL102": ("warning", "A deadline that never comes to its end"),
    "RL103": ("warning", "A reminder that never comes"),
    "RL104": ("warning", "A suspension that nothing lifts"),
    "RL105": ("warning", "A right that nobody can use"),
    "RL106": ("warning", "An event is left to the engine, and nothing raises it"),
    "RL201": ("warning", "A guard that can never hold"),
    "RL202": ("warning", "A guard that always holds"),
    "RL203": ("warning", "Guards that overlap"),
    "RL204": ("warning", "Guards that leave a gap"),
    "RL301": ("warning", "A limit that never refuses anything"),
    "RL302": ("warning", "A limit that refuses everything"),
    "RL401": ("warning", "A fact that nobody states"),
    "RL402": ("warning", "A name that nothing uses"),
    "RL403": ("warning", "Two names that are hard to tell apart"),
    "RL404": ("warning", "A key that changes nothing"),
    "RL405": ("warning", "The day of review has passed"),
    "RL406": ("warning", "A waiver that waives nothing"),
    "RL407": ("warning", "Working days without holidays"),
}


def finding(code: str, span: Span, message: str, help: str = "") -> Diagnostic:
    """Make a diagnostic; the severity is the catalogue's. An unknown code is a defect of the program: KeyError."""
    severity, _ = CATALOGUE[code]
    return Diagnostic(code=code, severity=severity, message=message, help=help, span=span)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, then code; the same finding at the same place is kept once."""
    return sorted(set(diagnostics), key=lambda d: (d.span, d.code, d.message))


def sentence(words: object) -> str:
    """The words, ended by a full stop where nothing ends them yet."""
    text = str(words)
    return text if text.endswith((".", "?", "!")) else f"{text}."


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most likely was meant to be, or None."""
    if len(word) > LONGEST_WORD:
        return None
    candidates = {candidate: candidate.lower() for candidate in known}
    word = word.lower()
    likely: tuple[int, bool, int] | None = None
    found = None
    for candidate, lowered in candidates.items():
        most = max(1, max(len(word), len(lowered)) // 3)
        if likely is not None:
            most = min(most, likely[0])
        distance = distance_of(word, lowered, most)
        if distance > most:
            continue
        rank = (distance, lowered[:1] != word[:1], abs(len(lowered) - len(word)))
        if likely is None or rank < likely:
            likely, found = rank, candidate
    if found is not None or len(word) < 4 or len(candidates) > MOST_COMPARED:
        return found
    # further away, as `notify` is from `notifies`
    lowered_first = {lowered: candidate for candidate, lowered in reversed(candidates.items())}
    close = get_close_matches(word, list(lowered_first), n=1, cutoff=0.65)
    return lowered_first[close[0]] if close else None


def distance_of(one: str, other: str, most: int) -> int:
    """How many letters have to be put in, left out, replaced or swapped with the next to make one word of the other;
    more than `most` where it is more than that.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    beyond = most + 1
    before: list[int] = []
    row = [min(j, beyond) for j in range(len(other) + 1)]
    for i, letter in enumerate(one, 1):
        # cells further than `most` from the diagonal cannot count
        earlier, before, row = before, row, [beyond] * (len(other) + 1)
        if i <= most:
            row[0] = i
        for j in range(max(1, i - most), min(len(other), i + most) + 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other[j - 1]))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == other[j - 1]:
                cost = min(cost, earlier[j - 2] + 1)
            row[j] = cost
        if min(row) > most and min(before) > most:
            return beyond
    return row[-1]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence of help: the likely word, or the words there are."""
    candidates = list(dict.fromkeys(known))
    likely = nearest(word, candidates)
    if likely is not None:
        return f"Did you mean '{likely}'?"
    if not candidates:
        return ""
    shown = ", ".join(candidates[:12])
    return f"Known here: {shown}{', …' if len(candidates) > 12 else ''}."
