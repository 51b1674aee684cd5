"""Which open questions matter: every scenario of a pack under every reading, and where the story comes out differently.

One reading is taken at a time, and held against the pack as it is written; the readings that a scenario chooses itself
are left aside. Combinations are not tried: with twenty questions there are a million of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from rulesengine.analysis.reach import Reach, changed_by, reach_of
from rulesengine.analysis.stories import Moments, Parting, difference, moments
from rulesengine.diagnostics import Diagnostic, PackError
from rulesengine.document import Node
from rulesengine.engine import Engine
from rulesengine.loading.citing import parts_of
from rulesengine.loading.merge import find_readable, offered_readings
from rulesengine.loading.naming import child
from rulesengine.pack import Pack
from rulesengine.simulation import Scenario, Story, play


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that comes out differently under a reading, and where."""

    scenario: str
    file: str
    parting: Parting


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a parameter or rule (`claim.solve`), and the scenarios whose outcome it changes."""

    of: str
    name: str
    question: str
    #: what the pack says as it is written, and under the reading, as text: `3 days`, `3 working days`
    written: str
    read: str
    #: how many scenarios meet what it changes; all others cannot differ
    played: int
    told: tuple[Told, ...]


class Readings(msgspec.Struct, frozen=True, kw_only=True):
    """Every reading of a pack, in its order, and what kept scenarios from being compared."""

    readings: tuple[Reading, ...]
    #: how many scenarios were compared
    scenarios: int
    found: tuple[Diagnostic, ...]


def readings_of(
    engine: Engine, scenarios: Sequence[Scenario], at: Callable[[int], None] = lambda done: None
) -> Readings:
    """Every reading of an engine's pack with the scenarios that it decides.

    The scenarios have to be of this pack; one that cannot be played as it stands is left out, and told why. `at` is
    called with the number of readings that are done. PackError where the pack has errors under a reading.
    """
    pack = engine.pack
    questions = {part.name: part.question for part in parts_of(pack.document) if part.readings}
    offered = [(of, name) for of, names in offered_readings(pack.document).items() for name in names]
    stories = _Stories(engine)
    scenarios = [scenario for scenario in scenarios if stories.play(scenario)]
    changed = {of: changed_by(pack, of) for of, _ in offered}
    found = []
    for done, (of, name) in enumerate(offered):
        at(done)
        met = [scenario for scenario in scenarios if stories.meets(scenario, changed[of])]
        told = [one for scenario in met if (one := stories.told(scenario, of, name)) is not None]
        written, read = _meaning(pack.document, of, name)
        found.append(
            Reading(
                of=of,
                name=name,
                question=" ".join(questions.get(of, "").split()),
                written=written,
                read=read,
                played=len(met),
                told=tuple(told),
            )
        )
    return Readings(readings=tuple(found), scenarios=len(scenarios), found=tuple(stories.found))


def unread(pack: Pack) -> tuple[str, ...]:
    """The parameters and rules with an open question and no other reading that could be tried."""
    return tuple(part.name for part in parts_of(pack.document) if part.question and not part.readings)


class _Stories:
    """The scenarios as they were played under the pack as it is written."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._written: dict[str, Moments | PackError] = {}
        #: what each can ask of the rules; None where it cannot be played
        self._reach: dict[str, Reach | None] = {}
        #: what is wrong with scenarios
        self.found: list[Diagnostic] = []

    def play(self, scenario: Scenario) -> bool:
        """Plays a scenario; whether it can be played, as the pack is written or under its own readings."""
        reach: Reach | None = None
        try:
            story = self._story(scenario, {})
            found: Moments | PackError = moments(story)
            reach = reach_of(story)
        except PackError as fault:
            found = fault
            try:
                # the edge it stands at may be there under its own readings only
                self._story(scenario, scenario.readings)
            except PackError as own:
                self.found += own.diagnostics
                return False
        self._written[scenario.file] = found
        self._reach[scenario.file] = reach
        return True

    def meets(self, scenario: Scenario, changed: Reach) -> bool:
        """Whether what a reading changes may matter to the scenario."""
        reach = self._reach[scenario.file]
        return reach is None or reach.meets(changed)

    def told(self, scenario: Scenario, of: str, name: str) -> Told | None:
        """Where the scenario comes out differently under a reading."""
        readings = {of: name}
        # what is wrong with the pack under a reading is no outcome
        self._engine.program(scenario.variant or self._engine.pack.default_variant, readings)
        try:
            read: Moments | PackError = moments(self._story(scenario, readings))
        except PackError as fault:
            read = fault
        parting = difference(self._written[scenario.file], read)
        return None if parting is None else Told(scenario=scenario.title, file=scenario.file, parting=parting)

    def _story(self, scenario: Scenario, readings: Mapping[str, str]) -> Story:
        return play(msgspec.structs.replace(scenario, readings=dict(readings)), self._engine)


def _meaning(document: Node, of: str, name: str) -> tuple[str, str]:
    """What stands in the pack, and what the reading puts in its place."""
    path = find_readable(document, of)
    assert path is not None
    rule: Node | None = document
    for key in path:
        rule = child(rule, key)
    reading = child(child(rule, "readings"), name)
    if reading is None or not isinstance(reading.value, dict):
        return _shown(child(rule, "value")), _shown(reading)
    keys = tuple(reading.value)
    return _listed(rule, keys), _listed(reading, keys)


def _listed(node: Node | None, keys: Sequence[str]) -> str:
    """What a rule says under these keys."""
    said = [f"{key}: {_shown(found)}" for key in keys if (found := child(node, key)) is not None]
    return ", ".join(said) or f"no {' and no '.join(keys)}"


def _shown(node: Node | None) -> str:
    if node is None or node.value is None:
        return "no value"
    if isinstance(node.value, list):
        return f"[{', '.join(_shown(item) for item in node.value)}]"
    if isinstance(node.value, dict):
        return f"{{{_listed(node, tuple(node.value))}}}"
    return str(node.value).lower() if isinstance(node.value, bool) else " ".join(str(node.value).split())
