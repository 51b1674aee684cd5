"""Processes as pictures: one neutral model of what is in them, and three ways to write it down.

`picture` says what is drawn, `mermaid`, `dot` and `svg` how. Titles, names and expressions of packs are somebody
else's text: each writer escapes all of them for its own format.
"""

from rulesengine.render.graph.dot import dot
from rulesengine.render.graph.layout import LayoutMissingError, TooLargeError
from rulesengine.render.graph.mermaid import mermaid
from rulesengine.render.graph.model import Arrow, Drawing, Line, Picture, Place
from rulesengine.render.graph.processes import picture
from rulesengine.render.graph.svg import svg
from rulesengine.render.graph.walk import Walk, walk_of

__all__ = [
    "Arrow",
    "Drawing",
    "LayoutMissingError",
    "Line",
    "Picture",
    "Place",
    "TooLargeError",
    "Walk",
    "dot",
    "mermaid",
    "picture",
    "svg",
    "walk_of",
]
