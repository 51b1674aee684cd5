"""A single wrong letter in a name or a key: the right word is offered, at the exact place."""

from __future__ import annotations

import random
import re
import shutil
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from rulesengine.document import Node, read_file
from rulesengine.loading import check_pack

VALID = Path(__file__).parents[1] / "packs" / "valid"
PACKS = ("shop", "ticket", "incident", "template")
CASES = 100
#: keys whose values are names: of states, events, facts, actors, processes, deadlines
NAMING = {
    *("from", "to", "while", "event", "then", "met_by", "requires", "optional", "by", "owed_by", "notifies", "under"),
    *("raises", "suspends", "except", "events", "choice", "total", "process", "states", "via", "instances_of"),
}
#: keys whose values, or whose maps' values, are expressions
EXPRESSIONS = {
    *("when", "unless", "since", "value", "at_most", "at_least", "refuse_when", "only_when", "not_before", "not_after"),
    *("sets", "conditions"),
}
#: maps whose keys are names an author chose
DECLARING = {
    *("processes", "facts", "conditions", "states", "transitions", "deadlines", "limits", "parameters", "context"),
    *("choices", "variants", "readings", "sets", "seller", "stock"),
}


def names_of(document: Node) -> set[str]:
    """Every name the pack declares, and its choices."""
    found: set[str] = set()

    def look(node: Node, key: str, above: str) -> None:
        if isinstance(node.value, dict):
            if key in DECLARING and above not in DECLARING - {"context"}:
                found.update(node.value)
            for inner, value in node.value.items():
                look(value, inner, key)
        elif isinstance(node.value, list) and (key == "choice" or above == "choices" or key == "worse_to_better"):
            found.update(str(item.value) for item in node.value)

    look(document, "", "")
    return found


def places(document: Node, names: set[str]) -> Iterator[tuple[str, int, int]]:
    """Word, line and column (from 0) of each key of the language, and each place where a name is used."""

    def look(node: Node, key: str, above: str) -> Iterator[tuple[str, int, int]]:
        if isinstance(node.value, dict):
            own = not (key in DECLARING and above not in DECLARING - {"context"})
            for inner, value in node.value.items():
                if above == "transitions" and inner == "event":
                    # this names an event, and any name will do
                    continue
                if own and node.keys[inner].column > 1:
                    yield inner, node.keys[inner].line - 1, node.keys[inner].column - 1
                yield from look(value, inner, key)
        elif isinstance(node.value, list) and key != "choice":
            for item in node.value:
                yield from look(item, key, above)
        elif isinstance(node.value, str) and (key in NAMING or {key, above} & EXPRESSIONS):
            for match in re.finditer(r"[a-z_]+", node.value):
                if match[0] in names:
                    place = node.inside(match.start(), match.end())
                    yield match[0], place.line - 1, place.column - 1

    yield from look(document, "", "")


def misspelled(word: str, chance: random.Random) -> str:
    """The word with one letter left out, doubled, swapped with the next or replaced."""
    at = chance.randrange(len(word))
    letter = chance.choice(string.ascii_lowercase)
    return chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            word[:at] + letter + word[at + 1 :],
        )
    )


@pytest.mark.parametrize("name", PACKS)
def test_the_right_word_is_offered_for_a_misspelled_one(name: str, tmp_path: Path) -> None:
    shutil.copytree(VALID, tmp_path, dirs_exist_ok=True)
    file = tmp_path / f"{name}.yaml"
    document, _ = read_file(file)
    assert document is not None
    names = names_of(document)
    taken = names | {"new", "any", "system", "now", "was", "state"}
    where = sorted(set(places(document, names)))
    lines = file.read_text(encoding="utf-8").split("\n")
    chance = random.Random(name)
    cases = 0
    missed = []
    while cases < CASES:
        word, line, column = chance.choice(where)
        wrong = misspelled(word, chance)
        if not wrong or wrong in taken or wrong == word:
            continue
        cases += 1
        assert lines[line][column : column + len(word)] == word
        changed = lines[line][:column] + wrong + lines[line][column + len(word) :]
        file.write_text("\n".join((*lines[:line], changed, *lines[line + 1 :])), encoding="utf-8")
        place = (line + 1, column + 1, column + 1 + len(wrong))
        found = check_pack(file)
        offered = [d for d in found if (d.span.line, d.span.column, d.span.end_column) == place]
        if not any(f"Did you mean '{word}'?" in d.help for d in offered):
            missed.append(f"{line + 1}: {wrong} for {word}: {[(d.code, str(d.span), d.help) for d in found]}")
    assert len(missed) <= CASES * 5 // 100, "\n".join(missed)
