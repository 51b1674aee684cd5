"""How sharp the scenarios of a pack are: small mistakes are made in it, one at a time, and each has to be noticed."""

from __future__ import annotations

from rulesengine.analysis.mutation.operators import Mutant, Operator, mutants_of
from rulesengine.analysis.mutation.score import Score, Survivor, read_reasons, score_of

__all__ = ["Mutant", "Operator", "Score", "Survivor", "mutants_of", "read_reasons", "score_of"]
