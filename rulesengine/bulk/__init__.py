"""Many cases at once: what the marketplace measures, counted in one pass."""

from rulesengine.bulk.lines import BadLine, read_cases
from rulesengine.bulk.measuring import Figure, Tally, Verdict, indicators

__all__ = ["BadLine", "Figure", "Tally", "Verdict", "indicators", "read_cases"]
