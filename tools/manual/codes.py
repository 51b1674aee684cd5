"""The list of findings, from the catalogue of codes."""

from __future__ import annotations

from manual.doors import tree
from rulesengine.diagnostics import CATALOGUE


def page() -> str:
    """Every code with what it stands for, and a link to the page that explains it."""
    lines = ["| code | | what it says |", "|---|---|---|"]
    for code, (severity, title) in CATALOGUE.items():
        lines.append(f"| [{code}](codes/{code}.md) | {severity} | {title} |")
    return "\n".join(lines) + tree([f"codes/{code}" for code in CATALOGUE])
