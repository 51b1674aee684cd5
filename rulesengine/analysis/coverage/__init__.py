"""What scenarios try of a pack: the one place that says what is covered.

    engine = Watching(pack)
    stories = [play(scenario, engine) for …]       engine.noted() after each: what it tried
    coverage_of(pack, noted)                       every item of the pack, with how many scenarios tried it

A state is covered when an instance came into it, a transition when it was taken, a condition in both ways when the
engine found it true and found it false while it decided about the scenario itself (not while it looked ahead), a
deadline when it was met, missed, and stood open at exactly its moment, a limit below, at and above its bound, a
suspension when it reached somebody, refused an event and stopped a clock. Whatever is only `given` is not covered.
"""

from rulesengine.analysis.coverage.items import MISSED, OVER, RUNS, coverage_of, items_of
from rulesengine.analysis.coverage.suggesting import suggested
from rulesengine.analysis.coverage.watching import Watching

__all__ = ["MISSED", "OVER", "RUNS", "Watching", "coverage_of", "items_of", "suggested"]
