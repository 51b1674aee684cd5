"""Scenarios played by engines that note what is tried: for `rulesengine test --coverage` and `graph --coverage`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rulesengine.cli.scenarios import played

if TYPE_CHECKING:
    from rulesengine.analysis.coverage import Watching
    from rulesengine.coverage import Coverage, Key
    from rulesengine.diagnostics import Diagnostic
    from rulesengine.pack import Pack
    from rulesengine.simulation import Story


class Covering:
    """Plays scenarios of any number of packs, and keeps what each tried."""

    def __init__(self) -> None:
        self._engines: dict[str, Watching] = {}
        #: by the file of the pack
        self._told: dict[str, list[tuple[Story, frozenset[Key]]]] = {}

    def played(self, file: str, sure: bool) -> tuple[Story | None, list[Diagnostic]]:
        """As `cli.scenarios.played`."""
        story, findings = played(file, sure, self._engines, self._engine)
        for name, engine in self._engines.items():
            noted = engine.noted()
            if story is not None and story.player.engine is engine:
                self._told.setdefault(name, []).append((story, noted))
        return story, findings

    def noted(self, pack: str) -> tuple[int, frozenset[Key]]:
        """How many scenarios of packs of this name were played, and all that they tried."""
        found = [noted for told in self._told.values() for story, noted in told if story.plan.pack.name == pack]
        return len(found), frozenset().union(*found)

    def coverages(self, suggest: int = 0) -> list[Coverage]:
        """What was tried of each pack, with up to so many scenarios for what was not."""
        from rulesengine.analysis.coverage import coverage_of, suggested

        found = []
        for name, told in self._told.items():
            engine = self._engines[name]
            coverage = coverage_of(engine.pack, [noted for _, noted in told])
            found.append(suggested(coverage, engine, [story for story, _ in told], suggest) if suggest else coverage)
        return found

    def _engine(self, pack: Pack) -> Watching:
        from rulesengine.analysis.coverage import Watching

        return Watching(pack)
