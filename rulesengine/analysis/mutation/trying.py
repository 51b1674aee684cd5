"""One mistake at a time, played against the scenarios of a pack until one of them fails.

A pack with a mistake is never loaded anew: the mistake is made in the merged document, and the rule it stands in is
read again, as it is for a reading. Only scenarios that may ask for that rule are played (`reach`), the likeliest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from rulesengine.analysis.mutation.operators import Mutant, Path, mutated
from rulesengine.analysis.reach import Reach, changed_by, reach_of
from rulesengine.diagnostics import Diagnostic, PackError
from rulesengine.document import Node
from rulesengine.engine import Engine
from rulesengine.engine.program import Program
from rulesengine.loading.building import build, names_of, with_reading
from rulesengine.loading.meaning import check_meaning
from rulesengine.loading.merge import under_readings, under_variant
from rulesengine.loading.naming import child, string
from rulesengine.pack import Pack
from rulesengine.rules.reading import Names
from rulesengine.simulation import Scenario, Story, play

Outcome = Literal["killed", "survived", "invalid"]
#: under what a pack is built: a variant, and readings by name
Choice = tuple[str, tuple[tuple[str, str], ...]]
#: what a rule with a mistake is called among its readings
MISTAKE = "mistake"
_OF_INSTANCE = re.compile(r"/[^/.]+(?=\.)")


class InvalidError(Exception):
    """`check` refuses the pack with this mistake."""


class Bench:
    """A pack with its scenarios, ready for mistakes to be tried. All of the scenarios hold for the pack itself."""

    def __init__(self, engine: Engine, scenarios: Sequence[Scenario]) -> None:
        self.engine = engine
        self.pack = engine.pack
        self.stories = {scenario.file: play(scenario, engine) for scenario in scenarios}
        self.reach = {file: reach_of(story) for file, story in self.stories.items()}
        #: the words of each scenario, rules of one instance (`claim/1.solve`) as those of all
        self.words = {scenario.file: frozenset(_words(scenario.node)) for scenario in scenarios}
        self._names: dict[Choice, Names] = {}
        #: rule -> the scenarios that failed for mistakes in it, the latest last
        self._sharp: dict[str, list[str]] = {}

    def outcome(self, mutant: Mutant) -> Outcome:
        """Whether a scenario fails for this mistake, none does, or `check` refuses the pack with it."""
        engine = Mistaken(self, mutant)
        try:
            self.check(mutant, engine)
            for story in self.met(mutant):
                if fails(story.scenario, engine):
                    self._sharp.setdefault(mutant.rule, []).append(story.scenario.file)
                    return "killed"
        except InvalidError:
            return "invalid"
        return "survived"

    def check(self, mutant: Mutant, engine: Mistaken) -> None:
        """InvalidError where the pack with the mistake, under its usual variant, has errors."""
        pack = engine.program(self.pack.variant, self.readings_of(mutant)).pack
        before = self.engine.program(self.pack.variant, self.readings_of(mutant)).pack
        if any(found.severity == "error" for found in check_meaning(pack, before)):
            raise InvalidError

    def near(self, mutant: Mutant) -> list[Story]:
        """The scenarios that may come out differently with another reading or something added, the likeliest first."""
        met = self._ranked(mutant, {})
        variant = mutant.path[1] if mutant.path[0] == "variants" else None
        other = [one for one in self.stories.values() if one not in met]
        return [*met, *(one for one in other if variant in (None, one.plan.pack.variant))]

    def met(self, mutant: Mutant) -> list[Story]:
        """The scenarios that may come out differently, the likeliest first; all others cannot."""
        return self._ranked(mutant, self.readings_of(mutant))

    def _ranked(self, mutant: Mutant, readings: Mapping[str, str]) -> list[Story]:
        changed = changed_of(self.pack, mutant)
        met = [story for story in self.stories.values() if self._meets(story, mutant, changed, readings)]
        sharp = self._sharp.get(mutant.rule, [])

        def rank(story: Story) -> tuple[int, bool, bool]:
            file = story.scenario.file
            latest = len(sharp) - 1 - sharp[::-1].index(file) if file in sharp else -1
            about = mutant.rule in file or mutant.rule in self.words[file]
            # under readings of its own the pack has to be built once more
            return (-latest, not about, bool(story.scenario.readings))

        return sorted(met, key=rank)

    def _meets(self, story: Story, mutant: Mutant, changed: Reach, readings: Mapping[str, str]) -> bool:
        scenario = story.scenario
        if mutant.path[0] == "variants" and story.plan.pack.variant != mutant.path[1]:
            return False
        if any(scenario.readings.get(name) != reading for name, reading in readings.items()):
            return False
        if self.reach[scenario.file].meets(changed):
            return True
        # a rule that is gone may be named where nobody asks for it
        return mutant.node is None and mutant.rule in self.words[scenario.file]

    @staticmethod
    def readings_of(mutant: Mutant) -> Mapping[str, str]:
        """The reading in which a mistake is made."""
        path = mutant.path
        return {mutant.rule: str(path[path.index("readings") + 1])} if "readings" in path else {}

    def names(self, pack: Pack, choice: Choice) -> Names:
        """What the pack declares under a choice, without any mistake."""
        if choice not in self._names:
            document = under_readings(under_variant(pack.document, pack.variant), pack.readings)
            self._names[choice] = names_of(msgspec.structs.replace(pack, document=document, variant=""))
        return self._names[choice]


class Mistaken(Engine):
    """The engine of a pack with one mistake. Its cases are those of the pack itself."""

    def __init__(self, bench: Bench, mutant: Mutant) -> None:
        super().__init__(bench.pack)
        self._bench = bench
        self._mutant = mutant
        self._document = mutated(bench.pack.document, mutant.path, mutant.node)
        self._built: dict[Choice, Program] = {}

    def program(self, variant: str, readings: Mapping[str, str]) -> Program:
        """The pack with the mistake under a variant and readings. InvalidError where it has errors."""
        choice = (variant, tuple(sorted(readings.items())))
        found = self._built.get(choice)
        if found is None:
            found = self._built[choice] = Program(self._changed(self._bench.engine.program(variant, readings).pack))
        return found

    def _changed(self, pack: Pack) -> Pack:
        report: list[Diagnostic] = []
        path = self._mutant.path
        name = _readable(path)
        if name is None:
            changed = build(
                self._document,
                file=pack.file,
                variant=pack.variant,
                readings=pack.readings,
                digest=pack.digest,
                registers=pack.registers,
                sources=None,
                report=report,
            )
        else:
            # the rule is read anew under a reading that says nothing more
            merged = under_readings(under_variant(self._document, pack.variant), pack.readings)
            of = ("parameters", name) if "." not in name else tuple(str(key) for key in path[:4])
            nothing = Node(span=merged.span, value={})
            marked = mutated(merged, (*of, "readings"), Node(span=merged.span, value={MISTAKE: nothing}))
            choice = (pack.variant, tuple(sorted(pack.readings.items())))
            names = self._bench.names(pack, choice)
            alone = msgspec.structs.replace(pack, document=marked, variant="")
            changed = msgspec.structs.replace(
                with_reading(alone, names, name, MISTAKE, report), document=pack.document, variant=pack.variant
            )
        if any(found.severity == "error" for found in report):
            raise InvalidError
        return changed


def _words(node: Node) -> Iterator[str]:
    if isinstance(node.value, dict):
        for key, inner in node.value.items():
            yield _OF_INSTANCE.sub("", key)
            yield from _words(inner)
    elif isinstance(node.value, list):
        for inner in node.value:
            yield from _words(inner)
    elif isinstance(node.value, str):
        yield _OF_INSTANCE.sub("", node.value)


def _readable(path: Path) -> str | None:
    """The rule or parameter that has to be read anew, as it is cited; None where more has to be."""
    if path[0] == "parameters":
        return str(path[1])
    if path[0] == "variants":
        return str(path[3])
    if path[2] == "conditions" or len(path) == 4:
        return None
    return f"{path[1]}.{path[3]}"


def changed_of(pack: Pack, mutant: Mutant) -> Reach:
    """What a mistake may change."""
    path = mutant.path
    if path[0] == "parameters":
        return changed_by(pack, str(path[1]))
    if path[0] == "variants":
        return changed_by(pack, str(path[3]))
    process, section, name = str(path[1]), str(path[2]), str(path[3])
    if section == "conditions":
        return changed_by(pack, name)
    if section == "deadlines":
        return Reach(frozenset({process}), frozenset())
    rule: Node | None = pack.document
    for key in path[:4]:
        rule = child(rule, str(key))
    return Reach(frozenset(), frozenset({(process, string(rule, "event", name))}))


def fails(scenario: Scenario, engine: Engine) -> bool:
    """Whether `rulesengine test` would report the scenario: an expectation does not hold, or it cannot be played."""
    try:
        return any(end.failures for _, _, end in play(scenario, engine).endings)
    except PackError:
        return True


__all__ = ["Bench", "InvalidError", "Mistaken", "Outcome", "fails"]
