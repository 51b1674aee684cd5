"""Scenarios: stories held against a pack, played through the engine, and compared with what they expect."""

from __future__ import annotations

import msgspec

from rulesengine.engine import Engine
from rulesengine.loading import load_pack
from rulesengine.pack import Pack
from rulesengine.simulation.binding import bind
from rulesengine.simulation.boundaries import expanded
from rulesengine.simulation.plan import Plan
from rulesengine.simulation.playing import Player, Standing
from rulesengine.simulation.quick import command_line, quick_scenario
from rulesengine.simulation.scenario import Scenario, load_scenario, pack_file, parse_scenario
from rulesengine.trace import Edge, Trace

__all__ = [
    "Plan",
    "Player",
    "Scenario",
    "Standing",
    "Story",
    "command_line",
    "load_scenario",
    "pack_file",
    "parse_scenario",
    "play",
    "quick_scenario",
    "simulate",
]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario played to its end: once, or three times where it names an edge."""

    scenario: Scenario
    player: Player
    #: side of the edge, where the edge lies, and how the story ends there
    endings: tuple[tuple[Edge, str, Standing], ...]

    @property
    def plan(self) -> Plan:
        """The scenario in the names, values and moments of its pack."""
        return self.player.plan

    def trace(self) -> Trace:
        """What happened, what was expected, and what is due next."""
        pack = self.plan.pack
        return Trace(
            title=self.scenario.title,
            file=self.scenario.file,
            pack=pack.title or pack.name,
            version=pack.version,
            zone=pack.zone,
            timelines=tuple(self.player.timeline(end, edge, moved) for edge, moved, end in self.endings),
        )


def play(scenario: Scenario, engine: Engine | None = None) -> Story:
    """Plays a scenario under its own pack, or with an engine made before. PackError where they do not go together."""
    if engine is None:
        engine = Engine(load_pack(pack_file(scenario)))
    plan = bind(scenario, engine)
    player = Player(plan, engine)
    if plan.boundary is not None:
        return Story(scenario=scenario, player=player, endings=tuple(expanded(player, plan.boundary)))
    end = player.play(player.opened(), plan.stages)
    return Story(scenario=scenario, player=player, endings=(("", "", end),))


def simulate(scenario: Scenario, pack: Pack | None = None) -> Trace:
    """What happens in a scenario: every decision, what time did, expectations that do not hold, and what is due next.

    PackError where the scenario or its pack has errors. The same scenario and pack always give the same trace.
    """
    return play(scenario, None if pack is None else Engine(pack)).trace()
