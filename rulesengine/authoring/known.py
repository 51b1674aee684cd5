"""Whether the words that somebody gives for a new rule name something that the pack has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rulesengine.authoring.beginnings import RuleKind
from rulesengine.authoring.pack_schema import PLACES
from rulesengine.authoring.reading import read_draft, words
from rulesengine.authoring.shaping import NAME
from rulesengine.authoring.vocabulary import ORIGINS, vocabulary
from rulesengine.diagnostics import did_you_mean
from rulesengine.document import read
from rulesengine.rules.reading import UNSPECIFIED
from rulesengine.timing import TimingError, parse_period


def unknown_words(file: Path, kind: RuleKind, process: str, given: Mapping[str, str]) -> list[str]:
    """A sentence for each state, actor and period that the pack in the file does not have. `given` are keys of a rule
    with their values in YAML. Of a pack that cannot be read nothing is said.
    """
    draft = read_draft(file)
    known = vocabulary(draft) if draft is not None else None
    if known is None or process not in known.processes:
        return []
    states = known.processes[process].states
    places = {
        "states": ("state", f"'{process}' has no state", states),
        "origins": ("state", f"'{process}' has no state", {**states, **ORIGINS}),
        "Actors": ("actor", "The pack has no actor", known.actors),
        "Periods": ("period", "The pack has no period", known.periods),
        "Durations": ("period", "The pack has no period", {**known.periods, UNSPECIFIED: ""}),
    }
    told = []
    for key, value in given.items():
        place = PLACES.get((kind, key), "")
        if place not in places:
            continue
        what, lacks, there = places[place]
        node, _ = read(f"{key}: {value}\n", "")
        for word in words(node, key):
            if word in there:
                continue
            if what == "period" and not NAME.match(word):
                told += _no_period(key, word)
            else:
                told.append(f"{key}: {lacks} '{word}'. {did_you_mean(word, there)}".rstrip())
    return told


def _no_period(key: str, text: str) -> list[str]:
    try:
        parse_period(text)
    except TimingError as fault:
        return [f"{key}: {fault}"]
    return []
