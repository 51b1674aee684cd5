"""Answers to "why?": what a part of a pack says and rests on, and how a decision came about and could be another.

A part of a pack is explained by `explain_part`; a step of a story, played (`of_story`) or saved (`of_saved`), by
`explain_step`. What rules mean is asked of the engine alone, and each change that is said to help was tried.
"""

from __future__ import annotations

from rulesengine.analysis.explaining.counting import counted
from rulesengine.analysis.explaining.decisions import Why, explain_step, usual_step
from rulesengine.analysis.explaining.parts import Explanation, explain_part
from rulesengine.analysis.explaining.replaying import Replay, of_saved, of_story

__all__ = [
    "Explanation",
    "Replay",
    "Why",
    "counted",
    "explain_part",
    "explain_step",
    "of_saved",
    "of_story",
    "usual_step",
]
